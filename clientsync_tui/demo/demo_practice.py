"""Fills a demo practice with a few weeks of history, so that you can try everything the program does right away.

Your own sign-ins are real ones, over HTTP. Details and lists come from the sandbox's APIs. The ledger starts weeks ago: most clients are
connected; some are expiring, some expired because a colleague left, and a few are broken for different reasons. Some organisations have
not been added yet, and some clients have integrations in two accounting apps.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from ..practice.entries import Kind, NewEntry
from ..practice.status import Reason
from ..sandbox.options import Options
from ..sandbox.registry import personalities
from ..sandbox.server import Running
from ..sync.reports import last_looked
from ..workplace import Workplace, secret_name
from . import businesses, jobs, notes
from .app_history import AppHistory
from .clients import Clients
from .dates import last_night, working_day
from .integrated import Dated

NAME = "Hartley & Moore"
NIGHTS_AWAY, DAY_ENDS = 4, timedelta(hours=15)
"""How many nights ago you last looked, at the end of the day."""


def options(softwares: Sequence[str] = ()) -> Options:
    """Options for a sandbox with the demo practice's businesses, in these apps (none: in all)."""
    played = [app for app in personalities().values() if not softwares or app.name in softwares]
    dealt = businesses.by_app(played)
    # A plug-in's personality may count without being asked for.
    fewest = min(len(names) for names in dealt.values())
    return Options(softwares=tuple(softwares), organisations=fewest, businesses=dealt)


async def prepare(
    workplace: Workplace, sandbox: Running, say: Callable[[int, int], None] = lambda done, of: None
) -> None:
    """Fills the practice from each app of the sandbox. The sandbox's first accountant is the user.

    `say`: called with how many integrations have been made, and out of how many.
    """
    now = datetime.now(UTC)
    me = sandbox.world.people[0].email
    dated: list[Dated] = []
    clients, shown = Clients(), Counter[Reason]()
    # A plug-in's adapter may be missing or fail to load.
    adapters = {app.name: app for app in workplace.softwares()}
    apps = [app for name, app in sandbox.sandbox.softwares.items() if name in adapters]
    apps.sort(key=lambda app: -app.demo_clients)
    total = sum(app.demo_clients for app in apps)
    count = itertools.count(1)
    histories: list[AppHistory] = []
    async with workplace.session() as session, asyncio.TaskGroup() as beside:
        # Opening the keyring takes a quarter of a second of processor time, so another processor does it
        # meanwhile.
        beside.create_task(workplace.vault.test())
        await asyncio.sleep(0)
        for app in apps:
            id = workplace.configured(app.name).client_id
            if secret := app.apps[id].secret:
                await workplace.vault.write(secret_name(app.name, id), secret)
            history = AppHistory(workplace, session, sandbox, adapters[app.name], now)
            dated += await history.entries(clients, shown, lambda: say(next(count), total))
            histories.append(history)
    noted = {entry.client for _, entry in dated if entry.kind is Kind.NOTE_SET}
    dated += notes.entries(clients, me, now, noted)
    _write(workplace, dated)
    jobs.note(workplace.store, histories[0].working, clients, me, now)
    look_away(workplace)


def look_away(workplace: Workplace) -> None:
    """Sets the last visit to before the latest problems, so that the morning view shows them."""
    evening = working_day(last_night(datetime.now(UTC), NIGHTS_AWAY)) + DAY_ENDS
    last_looked.save_as_of(workplace.store, workplace.visits, evening)


def _write(workplace: Workplace, dated: Sequence[Dated]) -> None:
    """Writes everything in the order it happened."""
    with workplace.store.transaction():
        at_once: list[NewEntry] = []
        moment: datetime | None = None
        for at, entry in sorted(dated, key=lambda pair: pair[0]):
            if moment is not None and at != moment:
                workplace.store.ledger.append(*at_once, at=moment)
                at_once = []
            moment = at
            at_once.append(entry)
        if moment is not None:
            workplace.store.ledger.append(*at_once, at=moment)
