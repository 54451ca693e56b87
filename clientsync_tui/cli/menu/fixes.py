"""The numbered fixes, as above the client list. Choosing one plans exactly its integrations."""

from datetime import UTC, datetime

from ...sync.fix_words import FixLine, Step, fixes_under, lines
from ...sync.kinds import reassign, reconnect
from ...sync.reach.last_reach import of_fixes
from ...sync.tabs import TABS
from ...workplace import Workplace
from .client_sync import with_sign_in
from .lines import Choice, menu, say


def fixes(workplace: Workplace) -> None:
    """What is expired, broken or expiring, one line per fix. Raises Back and Quit."""
    menu(lambda: ["Fixes"], lambda: _choices(workplace))


def _choices(workplace: Workplace) -> list[Choice]:
    now, held = datetime.now(UTC), workplace.held()

    def title_of(software: str) -> str:
        return workplace.any_software(software).title

    found: list[Choice] = []
    clients = workplace.store.clients.find((), now)
    for tab in TABS:
        fixes = fixes_under(workplace.store, tab, clients, now)
        reached = of_fixes(workplace.store, fixes, clients, held, now)
        for line in lines(title_of, fixes, held, now, reached):
            title = f"{tab.title}: {line}"
            found.append(Choice(title, lambda line=line: _fix(workplace, line), line.says))
    return found or [Choice("Nothing needs a fix", lambda: say("Check finds what does not work."))]


def _fix(workplace: Workplace, line: FixLine) -> None:
    if line.step is Step.ASK_THE_CLIENT:
        say(f"{line.says} No sign-in can fix it.")
        return
    cause, clients, now = line.fix.cause, workplace.store.clients, datetime.now(UTC)
    links = clients.with_cause(cause, clients.find((), now), now)
    ids = clients.ids_of(sorted({n for n, _ in links}))
    exactly = {(cause.software, organisation) for _, organisation in links}
    kind = reassign.KIND if line.step is Step.REASSIGN else reconnect.KIND
    with_sign_in(workplace, kind, cause.software, ids, exactly=exactly)
