"""`log`: the ledger, oldest first."""

from typing import TYPE_CHECKING

import click

from .. import options, shell_completion
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...practice.entries import Entry
    from ...store.ledger import Ledger

POLL_S = 0.5


@click.command(
    epilog=options.examples(
        "clientsync log --client ABB01",
        "clientsync log --follow --json",
    )
)
@click.option(
    "--client",
    metavar="C",
    shell_complete=shell_completion.clients,
    help="Only entries of this client: practice code, exact name or id.",
)
@click.option("--follow", is_flag=True, help="Keep printing new entries until interrupted.")
@options.json("A JSON array; with --follow, one object a line.")
def log(client: str | None, follow: bool, as_json: bool) -> None:
    """Show the history: who did what, and when."""
    from datetime import UTC, datetime

    from ...sync import as_json as shapes
    from ...sync.history import line
    from .. import output

    with open_workplace() as workplace:
        store = workplace.store
        wanted = store.clients.named(client, datetime.now(UTC)).id if client else None

        def shown(entries: "Iterable[Entry]") -> "Iterator[str]":
            for batch in output.batched(entries):
                client_names = {} if as_json else store.ledger.client_names(batch)
                for entry in batch:
                    yield (
                        output.json_line(shapes.entry(entry))
                        if as_json
                        else line(entry, client_names.get(entry.client or ""))
                    )

        if follow:
            _follow(store.ledger, wanted, shown)
        elif as_json:
            output.json_array(shapes.entry(entry) for entry in store.ledger.entries(client=wanted))
        else:
            output.lines(shown(store.ledger.entries(client=wanted)))


def _follow(
    ledger: "Ledger", client: str | None, shown: "Callable[[Iterable[Entry]], Iterator[str]]"
) -> None:
    from time import sleep

    last = 0

    def new_entries() -> "Iterator[Entry]":
        nonlocal last
        for entry in ledger.entries(client=client, after=last):
            last = entry.seq
            yield entry

    try:
        while True:
            for text in shown(new_entries()):
                click.echo(text)
            sleep(POLL_S)
    except KeyboardInterrupt:
        return
