"""What surrounds the client list: how many clients have each status, the fixes for them, and who is signed in here."""

from array import array
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ...practice.filter import Term
from ...practice.people import SignIn
from ...practice.status import Status
from ...practice.trouble import Trouble
from ...store.files.sqlite_errors import SqliteError
from ...store.fixes import Cause, Fix
from ...sync.client_columns import Sort, stored
from ...sync.fix_words import fixes_under, statuses_under
from ...sync.reach.last_reach import LastReach, of_fixes
from ...sync.tabs import TABS, Tab
from ...workplace import Workplace

if TYPE_CHECKING:
    from ...store.jobs import Job


class Facts(NamedTuple):
    """What surrounds the rows, whatever the filter."""

    counts: Counter[Status | None]
    held: list[SignIn]
    running: "list[Job]"


class Query(NamedTuple):
    """What the list should show. `filter`: the terms of its text. `cause`: the chosen fix's. `held`: the user's own
    sign-ins. `only`: the clients that the list is narrowed to.
    """

    tab: Tab
    filter: tuple[Term, ...]
    sort: Sort
    cause: Cause | None
    now: datetime
    held: frozenset[str] = frozenset()
    only: frozenset[int] | None = None


class Listed(NamedTuple):
    """The clients in order, and the fixes (None: not requested). `cause`: None if no client has it any more. `reached`: how
    many of each fix you reach, if known.
    """

    order: "array[int]"
    fixes: list[Fix] | None
    cause: Cause | None
    reached: Mapping[Cause, LastReach] = MappingProxyType({})


class Glanced(NamedTuple):
    """The first clients that match a filter: a page of them, or all. `read_at`: the store's change counters at that time."""

    order: "array[int]"
    text: str
    now: datetime
    read_at: tuple[int, int]

    def is_of(self, text: str, read_at: tuple[int, int]) -> bool:
        """Whether the same filter would find the same clients again."""
        return (self.text, self.read_at) == (text, read_at)


def facts_now(workplace: Workplace, now: datetime) -> Facts:
    """Reads the facts."""
    running = workplace.store.jobs.running()
    return Facts(workplace.store.clients.counts(now), workplace.held(), running)


def first_listed(workplace: Workplace, query: Query, most: int) -> "array[int]":
    """The first `most` clients of a list that is sorted by name and not narrowed to a fix, found at once however many there
    are.
    """
    terms = (*query.tab.terms, *query.filter)
    return workplace.store.clients.first_matching(
        terms, query.now, most, held=query.held, me={workplace.actor}
    )


def glanced(workplace: Workplace, query: Query, text: str, most: int) -> Glanced | None:
    """The same, or None if it might take longer than a frame. If something can't be read, the following read says so."""
    terms, clients = (*query.tab.terms, *query.filter), workplace.store.clients
    try:
        before = workplace.store.changes()
        order = clients.glance(terms, query.now, most, held=query.held, me={workplace.actor})
    except (Trouble, SqliteError):
        return None
    return None if order is None else Glanced(order, text, query.now, before)


def listed(workplace: Workplace, query: Query, *, with_fixes: bool) -> Listed:
    """Finds the clients and, `with_fixes`, the fixes under the tab for everything that the filter leaves, chosen or not.

    A fix covers its whole cause: it shows its clients even if their other integrations put them under another tab.
    """

    def found(cause: Cause | None, tab: Tab) -> "array[int]":
        terms = query.filter if cause else (*tab.terms, *query.filter)
        matching = workplace.store.clients.find(
            terms, query.now, stored(query.sort), cause, held=query.held, me={workplace.actor}
        )
        return matching if query.only is None else array("q", filter(query.only.__contains__, matching))

    order = found(query.cause, query.tab)
    if not with_fixes:
        return Listed(order, None, query.cause)
    to_fix: list[Fix] = []
    reached: Mapping[Cause, LastReach] = {}
    if statuses_under(query.tab):
        every = found(None, TABS[0])
        to_fix = fixes_under(workplace.store, query.tab, every, query.now)
        reached = of_fixes(workplace.store, to_fix, every, workplace.held(), query.now)
    if query.cause in {None, *(fix.cause for fix in to_fix)}:
        return Listed(order, to_fix, query.cause, reached)
    return Listed(found(None, query.tab), to_fix, None, reached)
