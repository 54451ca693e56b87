"""What a kind of work declares. The client list reads this when the program starts, so it imports next to nothing."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ....accounting.seam.software import Software
    from ....practice.model import Organisation
    from ....practice.people import SignIn
    from ....practice.plan import Plan
    from ....store.store import Store
    from .task import Outcome, Task


class Needs(Enum):
    """Which sign-in an item needs."""

    OWN = auto()
    """The one that authenticates its integration."""
    ANY = auto()
    """One that the person who starts the job chooses."""
    NONE = auto()
    """None, because no accounting app is called."""


class Unit(Enum):
    """What one item of a plan is."""

    INTEGRATION = auto()
    CLIENT = auto()
    ORGANISATION = auto()
    """An organisation that becomes a client, chosen from those that a sign-in reaches."""


Reach = Mapping[str, "Organisation"]
"""The organisations that a sign-in reaches, by id."""


class Request(NamedTuple):
    """What to plan.

    `software`: None for every accounting app. `only`: ids of clients (of organisations, if items are organisations); None: all.
    `held`: the sign-ins held here. `sign_in`: the one to use; None before anyone has signed in. `reach`: the organisations it
    reaches, by id; None if not known yet: then everything that would be tried is planned. `integrated_by`: only the
    integrations of the person with this e-mail address.
    """

    store: "Store"
    software: str | None
    only: Collection[str] | None = None
    held: Collection[str] = frozenset()
    sign_in: "SignIn | None" = None
    reach: Reach | None = None
    integrated_by: str | None = None


MakePlan = Callable[[Request], "Plan"]
Do = Callable[["Task"], Awaitable["Outcome"]]
Entails = Callable[["Plan", "Mapping[str, Software]"], Iterator[str]]


def _nothing(plan: "Plan", softwares: "Mapping[str, Software]") -> Iterator[str]:
    yield from ()


class BulkKind(NamedTuple):
    """A kind of bulk work. `name`: the module's name, which jobs, JSON and the command line use too.

    `verb` and `participle` go around a count: "Refresh 3 integrations", "3 integrations will be refreshed". `sentence`: what it does with
    the selected clients. `key` and `footer`: its action on the client list; kinds whose items are organisations are not there
    and have none. `order`: its place in menus.
    """

    name: str
    title: str
    verb: str
    participle: str
    sentence: str
    unit: Unit
    needs: Needs
    plan: MakePlan
    do: Do
    order: int = 100
    key: str = ""
    footer: int = 0
    dangerous: bool = False
    """It ends something, so the confirm dialogue focuses Cancel, and without a terminal it needs `--yes`."""
    whole_list: bool = False
    """If no client is selected, it applies to every client."""
    despite_refusal: bool = False
    """It can be done even if the accounting app refused the sign-in."""
    here_alone: bool = False
    """It can be done even if a colleague holds the integration's sign-in: the item then has none, and no accounting
    app is called.
    """
    once: bool = False
    """An item must never run twice, such as one that sends a mail. After a crash it ends as "may have been sent".
    `do` returns a failed outcome only if it knows that nothing was sent. `Item.key`, which is saved beforehand,
    identifies the attempt.
    """
    already: str = "already done"
    """Two or three words for a list, about an item that needs nothing."""
    entails: Entails = _nothing
    """What the user should know before confirming a plan, in sentences."""
    everyone: str = "Every client."
    """What `--all` means for the command."""
    help: str = ""
    """The text of the command's `--help`; the sentence if it is empty."""
    examples: tuple[str, ...] = ()
    """Example calls of the command."""
