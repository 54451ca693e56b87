"""The scenes: for each, the keys that lead there from the client list, and what happened earlier in the practice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textual.screen import Screen

from clientsync_tui.screens.client_sync.consents import ConsentsScreen
from clientsync_tui.screens.connections.open_app import OpenSoftware
from clientsync_tui.screens.dialogues.passphrase import Passphrase
from clientsync_tui.store.store import Store
from clientsync_tui.sync.reach.consents import Consents, Expected
from tests.looks.network import LINK, Consenting, ConsentingAgain, Nothing, Refused, Still, Unavailable
from tests.looks.practice import (
    NAMES,
    begin_job,
    break_more,
    organisation_id,
    overnight,
    pause_job,
    pull,
    save_views,
    use_second_software,
)

Size = tuple[int, int]
Looks = tuple[tuple[Size, str], ...]
"""Sizes, each with a theme."""
SMALL, USUAL, LARGE, TINY = (80, 24), (120, 36), (200, 60), (40, 10)
NO_COLOR = "no-color"
EACH: Looks = ((SMALL, "dark"), (LARGE, "dark"), (USUAL, "light"), (SMALL, NO_COLOR))
"""Each size and each theme. A theme changes no place of anything, so few scenes are looked at in every theme at every size."""
ALL: Looks = tuple((size, theme) for theme in ("dark", "light", NO_COLOR) for size in (SMALL, USUAL, LARGE))
FURTHER: Looks = ((SMALL, "dark"), (USUAL, "light"), (LARGE, NO_COLOR))
"""Each size and each theme once."""

REACH = "Continue with"
SELECT = (("s 1", REACH), ("enter", "New & Sons"), ("A", "Create 5 accounts"))
RECONNECT = (("s 2", REACH), ("enter", "will be reconnected"))
REASSIGN = (("s 3", REACH), ("enter", "that you have access to"))


@dataclass(frozen=True)
class Scene:
    """`steps`: keys, and a text that appears after them."""

    name: str
    steps: tuple[tuple[str, str], ...] = ()
    empty: bool = False
    """The practice is empty."""
    prepare: Callable[[Store], None] | None = None
    """What else happened in it."""
    new: bool = False
    """Nothing is set up yet."""
    second: bool = False
    """A second accounting app is set up."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """What is in the person's home."""
    network: type[Still] = Still
    push: Callable[[], Screen[Any]] | None = None
    """A screen that no key opens."""
    looks: Looks = EACH
    """The sizes and themes to look at."""

    def __str__(self) -> str:
        return self.name


def further(name: str, *steps: Any, **options: Any) -> Scene:
    """Another state of a screen that a scene shows in each theme."""
    return Scene(name, *steps, **options, looks=FURTHER)


UPLOADED = "Practice code,Client\nNEW1,Abbey Road Bakery Ltd\nNEW2,株式会社さくら会計事務所\n"
WRONG = (
    "Practice code,Client\nNEW1,Nobody Ltd\nA00,株式会社さくら会計事務所\nNEW1,[bold]Not Bold[/bold] Ltd\n"
)


def typed(words: str) -> str:
    """The keys that write it."""
    names = {" ": "space", ":": "colon", "/": "slash", ".": "full_stop", "~": "tilde", "-": "minus"}
    return " ".join(names.get(letter, letter) for letter in words)


def consents() -> ConsentsScreen:
    """A run of consents for three companies."""
    wanted = (Expected(organisation_id(n), NAMES[n]) for n in (5, 3, 0))
    return ConsentsScreen("quickbooks", Consents(wanted))


CLIENTS = (
    Scene("clients", looks=(*ALL, (SMALL, "ansi"), (TINY, "dark"))),
    Scene("clients-empty", empty=True),
    further("clients-no-match", ((f"slash {typed('zzz')} enter", "0 of 12"),)),
    further("clients-expired", (("4", "1 of 12 clients"),)),
    Scene("clients-fixes", (("4", "to fix"), ("right", "> ")), prepare=break_more, second=True),
    Scene("clients-broken", (("5", "2 of 12"),)),
    further("clients-expiring", (("3", "of 12"),)),
    further("clients-none-expiring", (("2 slash n o p e enter", "0 of 12"),)),
    Scene("clients-completing", ((f"slash {typed('status')}", "0 of 12"), ("colon", "tab connected"))),
    further(
        "clients-mistake",
        (
            (f"slash {typed('status')}", "0 of 12"),
            ("colon", "Abbey Road"),
            ("f o o", "There is no status"),
        ),
    ),
    Scene("clients-selected", (("space down space slash n o r t h enter", "2 selected"),)),
    further("clients-two-softwares", (), prepare=use_second_software, second=True),
    Scene("preview", (("5 down z", "Last events"),), prepare=pull, looks=ALL),
    Scene("actions", (("a", "Export client data"),)),
    further(
        "actions-selected", (("space down space a", "2 clients selected"), ("down down down down", "Export"))
    ),
    Scene("help", (("question_mark", "Open Client Sync, export"),)),
    Scene("commands", (("ctrl+p r e a s s", "Reassign"),)),
    further("commands-none", (("ctrl+p z z z", "No match"),)),
    Scene("columns", (("C", "Reset"),)),
    Scene("sort", (("o", "Sort also by this"),)),
    Scene("views", (("w", "Delete a view"),), prepare=save_views),
    further("views-none", (("w", "there are no saved views"),)),
    further("view-name", (("5 w s", "Save this filter as"),)),
    Scene("team", (("t", "New team"),)),
    further("team-new", (("t n", "Name of the new team"),)),
    further("team-confirm", (("A t", "New team"), ("enter", "Assign 8 clients"))),
    Scene("code", (("down down down p", "Practice code of"),)),
    further("code-taken", ((f"p {' '.join(['backspace'] * 3)} B 0 1 enter", "has the practice code"),)),
    further("name", (("down down down down down n", "Name on the practice"),)),
    further("note", (("e", "Note about"),)),
    Scene("remove", (("6", "2 of 12"), ("A X", "(y)"))),
    further("remove-nothing", (("X", "Nothing can be removed"),)),
    Scene("export", (("E", "Export 12 clients"),)),
    further("upload", (("U", "Upload practice codes"),)),
    further(
        "upload-confirm",
        ((f"U {typed('~/codes.csv')} enter", "Set 2 practice codes"),),
        files={"codes.csv": UPLOADED},
    ),
    Scene("upload-wrong", ((f"U {typed('~/codes.csv')} enter", "Close (esc)"),), files={"codes.csv": WRONG}),
    further("upload-missing", ((f"U {typed('/home/ann/none.csv')} enter", "can't be read"),)),
    Scene("disconnect", (("d", "(y)"),)),
    further("disconnect-hidden", (("A slash b a k e r enter", "not shown"), ("d", "(y)"))),
    Scene("check", (("K", "(y)"),)),
    further("which-software", (("A r", "Which accounting app"),), prepare=use_second_software, second=True),
)
CLIENT_SYNC = (
    Scene("client-sync", (("s", "Reconnect all"),), looks=(*EACH, (SMALL, "ansi"))),
    further("client-sync-empty", (("s", "Reconnect all"),), empty=True),
    Scene("set-up", (("s e", "Redirect port"),)),
    Scene("set-up-page", (("s down down e", "Redirect URL"),)),
    further(
        "set-up-mistake", ((f"s e {' '.join(['backspace'] * 16)} tab tab enter", "Enter the client id"),)
    ),
    Scene("sign-in", (("s l", "ssh -L"),), looks=(*EACH, (TINY, "dark"))),
    further("sign-in-refused", (("s l", "not allowed"),), network=Refused),
    further("sign-in-mistake", (("s l", "ssh -L"), ("p x enter", "no address"))),
    Scene("sign-out", (("s L", "Sign out"),)),
    Scene(
        "consents", (("", "1 done, 2 left"), ("", "Waiting")), push=consents, second=True, network=Consenting
    ),
    further(
        "consents-again",
        (("", "was already authorised"),),
        push=consents,
        second=True,
        network=ConsentingAgain,
    ),
    Scene("add", (("s 1", REACH),)),
    further("add-nothing", (("s 1", "0 organisations"),), network=Nothing),
    further("add-error", (("s 1", "503"),), network=Unavailable),
    Scene("select", SELECT),
    further("select-no-match", (*SELECT, (f"slash {typed('zzz')} enter", "Nothing matches"))),
    further("select-team", (*SELECT, ("t", "New team"))),
    Scene("reconnect", RECONNECT),
    further("reconnect-nothing", (("down r", "left alone"),)),
    Scene("reassign", REASSIGN),
    further("reassign-from", (*REASSIGN, ("b", "Everyone"))),
    Scene("plan", (*REASSIGN, ("A", "selected"), ("enter", "(y)")), looks=ALL),
    Scene("every-software", (("s 4", "(y)"),), prepare=use_second_software, second=True),
)
CONNECTIONS = (
    Scene("connections", (("5 c", "Next step"),), looks=ALL),
    further("connections-long", (("down down down down down down down down c", "Next step"),)),
    further("connections-two", (("down c", "QuickBooks"),), prepare=use_second_software, second=True),
    Scene(
        "connections-none",
        (
            ("6", "2 of 12"),
            ("down c", "Not connected"),
        ),
    ),
    Scene("manage", (("c enter", "Manage"),)),
    Scene("settings", (("c e", "Integration note"),), looks=ALL),
    further("settings-mistake", ((f"c e {'tab ' * 4} 9 9 9 9 9 enter", "Days must be"),)),
    Scene("pulled", (("down c t", "pulled"),), prepare=pull),
    further("pulled-none", (("down c t t", "Lists"), ("4", "The organisation has none")), prepare=pull),
    further("lists", (("down c t t", "Lists"),), prepare=pull),
    further("where-books", (("c x", "Where are the"),), second=True),
    Scene("change-integration", (("c x", REACH), ("enter", "belong to no client"))),
    further(
        "change-confirm",
        (("c x", REACH), ("enter", "belong to no client"), ("slash N e w enter enter", "(y)")),
    ),
    further("client-history", (("c h", "client added"),)),
)
JOBS = (
    Scene("history", (("h", "client added"),)),
    further("history-empty", (("h", "History"),), empty=True),
    Scene("jobs", (("J", "Refresh"),)),
    further("jobs-empty", (("J", "Jobs"),), empty=True),
    Scene("job", (("J enter", "2 failed"),), looks=ALL),
    further("retry", (("J enter F", "Retry failed and cancelled"),)),
    Scene("running", (("J enter", "1 failed"),), prepare=begin_job),
    further("cancel", (("J enter S", "(y)"),), prepare=begin_job),
    Scene("paused", (("", "Resume it?"), ("n J enter", "Press r to sign in")), prepare=pause_job),
    Scene("resume", (("", "Resume it?"),), prepare=pause_job),
)
BESIDES = (
    Scene("morning", (("m", "Broke"),), prepare=overnight),
    further("morning-nothing", (("m", "Nothing broke"),), empty=True),
    further("clients-running", (("", "1 job running"),), prepare=begin_job),
    Scene("first-start", new=True),
    Scene("passphrase", (("", "Repeat passphrase"),), push=lambda: Passphrase(True, str)),
    further(
        "passphrase-mistake",
        (("", "Repeat passphrase"), ("a b c d e f g h enter b enter", "not the same")),
        push=lambda: Passphrase(True, str),
    ),
    further("passphrase-asked", (("", "keyring's passphrase"),), push=lambda: Passphrase(False, str)),
    Scene("open-software", (("", "clipboard"),), push=lambda: OpenSoftware("Xero", NAMES[5], LINK)),
)
SCENES = (*CLIENTS, *CLIENT_SYNC, *CONNECTIONS, *JOBS, *BESIDES)
