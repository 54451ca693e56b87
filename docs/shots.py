"""Which pictures are made: for each the keys that lead there from the client list, and a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from textual.screen import Screen

from clientsync_tui.screens.dialogues.passphrase import Passphrase

Size = tuple[int, int]
USUAL: Size = (120, 40)
SMALL: Size = (80, 24)
LARGE: Size = (200, 60)


@dataclass(frozen=True, slots=True)
class Shot:
    """`steps`: keys, blank between them, and a text that is on the screen after them.

    `clients`: the practice has some; else it is the program's first start.
    """

    name: str
    sentence: str
    steps: tuple[tuple[str, str], ...] = ()
    size: Size = USUAL
    theme: Literal["dark", "light"] = "dark"
    clients: bool = True
    push: Callable[[], Screen[Any]] | None = None
    """A screen that no key leads to."""

    @property
    def file(self) -> str:
        """The picture's file name."""
        return f"{self.name}-{self.size[0]}x{self.size[1]}-{self.theme}.svg"


PANEL = ("s", "Reconnect all")
XERO = ("s down down", "Reconnect all")
"""The block of the last accounting software on the panel."""
SIGN_IN = (PANEL, ("l", "ssh -L"))
SELECT = (XERO, ("1", "Continue with"), ("enter", "Create accounts"))
CONNECTIONS = (
    ("slash s o f t w a r e colon x e r o space b y colon a m e l i a enter", "of"),
    ("c", "Organisation id"),
)
SELECTED = (*SELECT, ("A", "Create 20 accounts"))
JOB = (*SELECTED, ("enter enter", "20 done"))

SHOTS = (
    Shot("clients", "The client list: every integration with its status, and what has to be done.", (("pagedown pagedown home down down down down down", "accepts"),)),
    Shot("clients", "The same in a terminal of 80 columns.", size=SMALL),
    Shot("clients", "And in a large one.", size=LARGE),
    Shot("clients", "On a light background.", theme="light"),
    Shot("expired", "What expired: the fix for each cause, and the clients of the fix that is chosen.", (("4", "to fix"), ("right", "8 of 118"))),
    Shot(
        "selected",
        "A filter, and a selection that it partly hides.",
        (("down space down space slash b a enter", "2 selected"),),
        SMALL,
    ),
    Shot("actions", "The Actions menu, for the selection or the client under the cursor.", (("a", "Export client data"),), SMALL),
    Shot("team", "Assigning a team.", (("space down space t", "North"),), SMALL),
    Shot("sort", "Choosing what to sort by.", (("o", "Refreshed"),), SMALL),
    Shot("columns", "Choosing the columns.", (("C", "Columns"),), SMALL),
    Shot("help", "The keys of the screen that is open.", (("question_mark", "Show the clients"),)),
    Shot("commands", "Any action of any screen, by typing its name.", (("ctrl+p r e c", "Reconnect"),), SMALL),
    Shot("client-sync", "Client Sync: add clients, reconnect all, reassign clients, for each accounting software.", (PANEL,)),
    Shot("client-sync", "On a light background.", (PANEL,), theme="light"),
    Shot("sign-in", "Signing in over SSH: the link, a short one, and a field for the address that the browser ends at.", SIGN_IN),
    Shot("sign-in", "The same in 80 columns.", SIGN_IN, SMALL),
    Shot("sign-out", "What ends with a sign-in, said before it is revoked.", (XERO, ("L", "Stay signed in")), SMALL),
    Shot("set-up", "Entering the practice's own app, and how to register one.", (PANEL, ("e", "Client id"))),
    Shot("add-clients", "What the sign-in reaches, and what of it is new.", (XERO, ("1", "Continue with")), SMALL),
    Shot("select", "Choosing the organisations that become clients.", SELECTED),
    Shot("select", "The same in 80 columns.", SELECTED, SMALL),
    Shot("reconnect", "Reconnect all: what will be done, and what is not possible, beforehand.", (XERO, ("2", "Continue with"), ("enter", "will be reconnected"))),
    Shot("reassign", "Choosing whose integrations become one's own.", (XERO, ("3", "Continue with"), ("enter", "that you have access to"))),
    Shot("consents", "One consent after the other, where a sign-in is for one company.", (PANEL, ("1", "Continue with"), ("m", "Waiting for"))),
    Shot("every-software", "Reconnecting what expired or broke in every accounting software, as one job.", (PANEL, ("4", "will be reconnected"))),
    Shot("connections", "One client's connections: the facts of the integration and of the client.", CONNECTIONS),
    Shot("connections", "The same in 80 columns.", CONNECTIONS, SMALL),
    Shot("manage", "Managing an integration.", (*CONNECTIONS, ("enter", "Manage")), SMALL),
    Shot("settings", "What is pulled, and how often.", (*CONNECTIONS, ("e", "days")), SMALL),
    Shot("pulled", "What was pulled from the organisation, list by list.", (*CONNECTIONS, ("t", "pulled")), SMALL),
    Shot("change-integration", "Changing the integration: to another organisation, or to another accounting software.", (*CONNECTIONS, ("x", "books")), SMALL),
    Shot("passphrase", "Choosing the passphrase of the keyring, on a machine that has none of its own.", (), SMALL, push=lambda: Passphrase(True)),
    Shot("too-small", "In a terminal that is too small, what it needs.", (), (34, 8)),
    Shot("history", "Who did what and when.", (("h", "History"),)),
    Shot("history", "The same in 80 columns.", (("h", "History"),), SMALL),
    Shot("first-start", "The first start: three steps lead to the first clients.", (), SMALL, clients=False),
    Shot("job", "A job: what was done, and how each client ended.", JOB),
    Shot("jobs", "All jobs; what was cut off is resumed from here.", (("J", "Add clients"),), SMALL),
)  # fmt: skip
"""Jobs come last, because they change the practice."""
