"""The first menu."""

from datetime import UTC, datetime

from ...app.actions import KINDS
from ...practice.counted import counted
from ...practice.status import Status
from ...sync import plan_words
from ...workplace import Workplace
from .client_sync import action, bulk, client_sync
from .clients import clients, views
from .jobs import jobs
from .lines import Back, Choice, Quit, menu, say
from .lists import one_of
from .records import examine, export_clients, history, undo, upload_codes


def start(workplace: Workplace) -> None:
    """Shows the menus until the person quits or the input ends."""
    store = workplace.store
    choices = [
        Choice("Clients", lambda: clients(workplace), "The client list by status; open a client, or select several."),
        action("everywhere.client_sync", lambda: client_sync(workplace)),
        action("everywhere.jobs", lambda: jobs(workplace)),
        action("everywhere.history", lambda: history(workplace)),
        action("clients.export", lambda: export_clients(workplace)),
        action("clients.upload_codes", lambda: upload_codes(workplace)),
        *(
            action(f"clients.{name}", lambda kind=kind: bulk(workplace, kind, None, lambda: _app(workplace)))
            for name, kind in KINDS.items() if kind.whole_list
        ),
        action("clients.views", lambda: views(workplace)),
        action("everywhere.undo", lambda: undo(workplace)),
        Choice("Doctor", examine, "Check configuration, database, keyring, accounting apps, clock and terminal."),
    ]  # fmt: skip

    def heading() -> list[str]:
        counts = store.clients.counts(datetime.now(UTC))
        wrong = [
            f"{counts[status]:,} {status}" for status in (Status.EXPIRED, Status.BROKEN) if counts[status]
        ]
        left = len(store.jobs.unfinished())
        return [
            f"{workplace.config.practice.name or 'Client Sync'}: {', '.join([plan_words.clients(store.clients.total()), *wrong])}",
            *([f"{counted(left, 'unfinished job')}. Choose Jobs to continue."] if left else []),
        ]

    say("Type ? for help, b to go back, q to quit.")
    while True:
        try:
            menu(heading, lambda: choices)
        except Back:
            say("This is the first menu. Type q to quit.")
        except Quit:
            return


def _app(workplace: Workplace) -> str:
    """The accounting app, chosen among those that are set up. Raises Back, and Quit."""
    found = [software for software in workplace.softwares() if workplace.is_configured(software.name)]
    return one_of("Accounting app", found, lambda software: software.title).name
