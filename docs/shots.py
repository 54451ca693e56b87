"""The pictures in docs/screens.md: for each, the keys that lead there from the client list, and a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from textual.screen import Screen

from clientsync_tui.screens.dialogues.passphrase import Passphrase

Size = tuple[int, int]
USUAL: Size = (120, 36)
SMALL: Size = (80, 24)
LARGE: Size = (200, 60)


@dataclass(frozen=True, slots=True)
class Shot:
    """`steps`: keys separated by blanks, and a text that is on the screen after them.

    `clients`: whether the practice has any; without them the picture shows the program's first start.
    """

    name: str
    sentence: str
    steps: tuple[tuple[str, str], ...] = ()
    size: Size = USUAL
    theme: Literal["dark", "light"] = "dark"
    clients: bool = True
    push: Callable[[], Screen[Any]] | None = None
    """A screen that no key opens."""

    @property
    def file(self) -> str:
        """The picture's file name."""
        return f"{self.name}-{self.size[0]}x{self.size[1]}-{self.theme}.svg"


PANEL = ("s", "Reconnect all")
XERO = ("s down down", "Reconnect all")
"""The last accounting app on the panel."""
SIGN_IN = (PANEL, ("l", "ssh -L"))
SELECT = (XERO, ("1", "Continue with"), ("enter", "Create accounts"))
CONNECTIONS = (
    ("slash s o f t w a r e colon x e r o space b y colon a m e l i a enter", "of"),
    ("c", "Organisation id"),
)
PULLED = (
    ("slash s t a t u s colon c o n n e c t e d space s o f t w a r e colon x e r o enter", "of"),
    ("c", "Organisation id"),
    ("f", "Chart of accounts"),
    ("t", "Sales"),
)
SELECTED = (*SELECT, ("A", "Create 9 accounts"))
JOB = (*SELECTED, ("enter enter", "· done"))

SHOTS = (
    Shot("clients", "Your clients, the status of each integration, and what to do about it.", (("pagedown pagedown home down down", "accepts"),)),
    Shot("clients", "In a terminal of 80 columns.", size=SMALL),
    Shot("clients", "In a large terminal.", size=LARGE),
    Shot("clients", "On a light background.", theme="light"),
    Shot("expired", "Expired clients, with one fix for each cause. The list shows the clients of the chosen fix.", (("4", "to fix"), ("right", "7 of 76"))),
    Shot("preview", "The client under the cursor, beside the list on a large terminal.", (("4", "to fix"), ("down", "integrated with Cobalt")), LARGE),
    Shot("preview", "Over the list in a terminal of 80 columns.", (("4", "to fix"), ("down z", "integrated with Cobalt")), SMALL),
    Shot("morning", "What happened since you last looked, what expires, and which jobs run or wait.", (("m", "Expires"),)),
    Shot("broken", "Broken clients: each cause with its next step.", (("5", "to fix"),)),
    Shot(
        "selected",
        "A filter that hides one of the two selected clients.",
        (("down space down space slash b a enter", "2 selected"),),
        SMALL,
    ),
    Shot("actions", "What you can do with the selected clients, or with the client under the cursor.", (("a", "Export client data"),), SMALL),
    Shot("team", "Assign the selected clients to a team.", (("space down space t", "Trades"),), SMALL),
    Shot("sort", "Choose what to sort by.", (("o", "Refreshed"),), SMALL),
    Shot("columns", "Choose which columns to show.", (("C", "Columns"),), SMALL),
    Shot("help", "The keys of the current screen.", (("question_mark", "Most used"),)),
    Shot("commands", "Find any action by typing part of its name.", (("ctrl+p r e c", "Reconnect"),), SMALL),
    Shot("client-sync", "Add clients, reconnect all and reassign clients, for each accounting app.", (PANEL,)),
    Shot("client-sync", "On a light background.", (PANEL,), theme="light"),
    Shot("sign-in", "Sign in over SSH: a long link, a short link, and a field for the address you end up on.", SIGN_IN),
    Shot("sign-in", "In 80 columns.", SIGN_IN, SMALL),
    Shot("sign-out", "Before you sign out, you see which integrations will stop working.", (XERO, ("L", "Stay signed in")), SMALL),
    Shot("set-up", "Register your practice's app step by step, and enter its credentials.", (PANEL, ("e", "Client id"))),
    Shot("add-clients", "The organisations your sign-in reaches, and how many are new.", (XERO, ("1", "Continue with")), SMALL),
    Shot("select", "Choose which organisations become clients.", SELECTED),
    Shot("select", "In 80 columns.", SELECTED, SMALL),
    Shot("reconnect", "The plan: which integrations will be reconnected, and which can't be, and why.", (XERO, ("2", "Continue with"), ("enter", "will be reconnected"))),
    Shot("reassign", "Choose whose integrations to take over.", (XERO, ("3", "Continue with"), ("enter", "that you have access to"))),
    Shot("consents", "QuickBooks Online needs one consent per company. Client Sync leads you through them.", (PANEL, ("1", "Continue with"), ("W", "Waiting for"))),
    Shot("every-software", "Reconnect everything that expired or broke, in every accounting app, as one job.", (PANEL, ("4", "will be reconnected"))),
    Shot("connections", "One client's integrations and details.", CONNECTIONS),
    Shot("connections", "In 80 columns.", CONNECTIONS, SMALL),
    Shot("manage", "What you can do with an integration.", (*CONNECTIONS, ("enter", "Manage")), SMALL),
    Shot("settings", "Choose which lists are pulled, and how often.", (*CONNECTIONS, ("e", "days")), SMALL),
    Shot("pulled", "Everything pulled from the organisation, list by list.", PULLED, SMALL),
    Shot("change-integration", "Move a client to another organisation or another accounting app.", (*CONNECTIONS, ("x", "books")), SMALL),
    Shot("passphrase", "Choose a passphrase for the encrypted keyring, on a machine without a desktop keyring.", (), SMALL, push=lambda: Passphrase(True, str)),
    Shot("too-small", "If the terminal is too small, Client Sync says what it needs.", (), (34, 8)),
    Shot("history", "Who did what and when.", (("h", "History"),)),
    Shot("history", "In 80 columns.", (("h", "History"),), SMALL),
    Shot("first-start", "Three steps to your first clients.", (), SMALL, clients=False),
    Shot("job", "A job's progress, and the result for each client.", JOB),
    Shot("jobs", "All jobs. Resume an interrupted one from here.", (("J", "Add clients"),), SMALL),
)  # fmt: skip
"""Jobs come last, because they change the practice."""

CHANGED = (
    (
        "clients",
        "Columns are as wide as what is in them. The header shows jobs, the practice's health and each person once.",
    ),
    ("preview", "New: the client under the cursor, beside the list or over it."),
    ("morning", "New: what happened since you last looked."),
    (
        "expired",
        "Fixes by cause above the list, each with one key and with how many of its organisations you reach.",
    ),
    ("broken", "Each cause has its own next step."),
    ("connections", "The integration, the client and the last events beside each other."),
    ("job", "The result of the client under the cursor is below the list, and `O` shows failures only."),
    (
        "history",
        "The entries of one job are one line that opens. The pane beside it shows what an entry changed.",
    ),
    ("help", "The most used keys come first, and it can be searched."),
    ("commands", "Finds clients, saved views and settings as well as actions."),
)
"""The ten screens that changed most in the last version, and how."""
