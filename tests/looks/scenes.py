"""What is looked at: for each scene the keys that lead there from the client list, and what happened in the practice before."""

from collections.abc import Callable
from dataclasses import dataclass, field

from clientsync_tui.store.store import Store
from tests.looks.practice import begin_job, pause_job

Size = tuple[int, int]
SMALL, USUAL, LARGE, TINY = (80, 24), (120, 40), (200, 60), (40, 10)

REACH = "Continue with"
SELECT = (("s 1", REACH), ("enter", "New & Sons"), ("A", "Create 5 accounts"))
RECONNECT = (("s 2", REACH), ("enter", "will be reconnected"))
REASSIGN = (("s 3", REACH), ("enter", "that you have access to"))


@dataclass(frozen=True)
class Scene:
    """`steps`: keys, and a text that is seen after them."""

    name: str
    steps: tuple[tuple[str, str], ...] = ()
    empty: bool = False
    """Nothing is in the practice yet."""
    prepare: Callable[[Store], None] | None = None
    """What else happened in it."""
    more: tuple[tuple[Size, str], ...] = field(default=())
    """Looks besides those that each scene has: size and theme."""

    def __str__(self) -> str:
        return self.name


SCENES = (
    Scene("clients", more=((SMALL, "ansi"), (TINY, "dark"))),
    Scene("empty", empty=True),
    Scene("broken", (("5", "2 of 12"),)),
    Scene("selected", (("space down space slash n o r t h enter", "2 selected"),)),
    Scene("actions", (("a", "Export client data"),)),
    Scene("help", (("question_mark", "Open Client Sync, export"),)),
    Scene("commands", (("ctrl+p r e a s s", "Reassign"),)),
    Scene("disconnect", (("d", "(y)"),)),
    Scene("client-sync", (("s", "Reconnect all"),), more=((SMALL, "ansi"),)),
    Scene("set-up", (("s e", "Redirect port"),)),
    Scene("connections", (("5 c", "Next step"),)),
    Scene("settings", (("c e", "Note for colleagues"),)),
    Scene("history", (("h", "client added"),)),
    Scene("jobs", (("J", "Refresh"),)),
    Scene("job", (("J enter", "2 failed"),)),
    Scene("running", (("J enter", "1 failed"),), prepare=begin_job),
    Scene("paused", (("", "Resume it?"), ("n J enter", "Press r to sign in")), prepare=pause_job),
    Scene("resume", (("", "Resume it?"),), prepare=pause_job),
    Scene("sign-in", (("s l", "ssh -L"),), more=((TINY, "dark"),)),
    Scene("add", (("s 1", REACH),)),
    Scene("select", SELECT),
    Scene("reconnect", RECONNECT),
    Scene("reassign", REASSIGN),
    Scene("plan", (*REASSIGN, ("A", "selected"), ("enter", "(y)"))),
)
