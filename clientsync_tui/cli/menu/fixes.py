"""The fixes by number, as above the client list: choosing one plans exactly its integrations."""

from datetime import UTC, datetime

from ...screens.clients.facts import fixes_of
from ...screens.clients.fix_words import FixLine, Step, lines
from ...store.fixes import with_cause
from ...store.listing.by_number import ids_of
from ...store.listing.find import find
from ...sync.tabs import TABS, Tab
from ...workplace import Workplace
from .client_sync import reassign, reconnect
from .lines import Choice, menu, say


def fixes(workplace: Workplace) -> None:
    """What is expired, broken or expiring, a line for each fix. Raises Back, and Quit."""
    menu(lambda: ["Fixes"], lambda: _choices(workplace))


def _choices(workplace: Workplace) -> list[Choice]:
    now, held = datetime.now(UTC), workplace.held()
    found: list[Choice] = []
    for tab in TABS:
        clients = find(workplace.store.database, tab.terms, now)
        for line in lines(workplace, fixes_of(workplace, tab, clients, now), held, now):
            title = f"{tab.title}: {line}"
            found.append(Choice(title, lambda tab=tab, line=line: _fix(workplace, tab, line), line.says))
    return found or [Choice("Nothing needs a fix", lambda: say("Check finds out what does not work."))]


def _fix(workplace: Workplace, tab: Tab, line: FixLine) -> None:
    if line.step is Step.ASK_THE_CLIENT:
        say(f"{line.says} No sign-in can fix it.")
        return
    cause, database, now = line.fix.cause, workplace.store.database, datetime.now(UTC)
    links = with_cause(database, cause, find(database, tab.terms, now), now)
    ids = ids_of(database, sorted({n for n, _ in links}))
    exactly = {(cause.software, organisation) for _, organisation in links}
    do = reassign if line.step is Step.REASSIGN else reconnect
    do(workplace, cause.software, ids, exactly=exactly)
