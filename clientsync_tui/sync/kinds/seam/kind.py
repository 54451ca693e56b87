"""What a kind of work says of itself. The client list reads this when the program starts, so it imports next to nothing."""

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
    """Which sign-in an item is done with."""

    OWN = auto()
    """The one that authenticates its integration."""
    ANY = auto()
    """One that whoever starts the job chooses."""
    NONE = auto()
    """None: no accounting app is called."""


class Unit(Enum):
    """What one item of a plan is."""

    INTEGRATION = auto()
    CLIENT = auto()
    ORGANISATION = auto()
    """An organisation that becomes a client: it is chosen among those that a sign-in reaches."""


Reach = Mapping[str, "Organisation"]
"""The organisations that a sign-in reaches, by id."""


class Request(NamedTuple):
    """What a plan is asked for.

    `software`: None for every accounting app. `only`: ids of clients (of organisations, where the items are those); None: all.
    `held`: the sign-ins held here. `sign_in`: the one to do it with; None before anyone signed in. `reach`: the organisations it
    reaches, by id; None while that is not known, so that everything that would be tried is planned. `integrated_by`: only the
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
    """One kind of bulk work. `name`: its module's, and what jobs, JSON and the command line call it.

    `verb` and `participle` frame a count: "Refresh 3 integrations", "3 integrations will be refreshed". `sentence`: what it does with
    the selected clients. `key` and `footer`: on the client list, as an action has them; a kind whose items are organisations is not
    there, and has none. `order`: its place in menus.
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
    """It ends something, so it is confirmed with Cancel in focus, and with `--yes` where there is no terminal."""
    whole_list: bool = False
    """With no client selected, it is about every client."""
    despite_refusal: bool = False
    """It is done even when the accounting app refused the sign-in."""
    here_alone: bool = False
    """Also done for an integration whose sign-in a colleague holds: the item then has none, and no accounting app is called."""
    once: bool = False
    """An item must never run twice, such as one that sends a mail: after a crash it says that it may have been sent. `do` returns an
    outcome that failed only where it knows that nothing was sent. `Item.key`, written before, names the attempt."""
    already: str = "already done"
    """What a list says, in two or three words, of an item that needs nothing."""
    entails: Entails = _nothing
    """What you should know before you confirm a plan, in sentences."""
    everyone: str = "Every client."
    """What the command's `--all` means."""
    help: str = ""
    """What the command's `--help` says; without it the sentence."""
    examples: tuple[str, ...] = ()
    """How to call the command."""
