"""`log`: the ledger, newest last."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...practice.entries import Entry
    from ...practice.filter import Term
    from ...store.history import History

POLL_S = 0.5


@click.command(
    epilog=options.examples(
        "clientsync log ABB01",
        "clientsync log --since yesterday --by ann@example.com",
        "clientsync log --last 20",
        "clientsync log --follow --json",
    )
)
@options.client_or_none
@click.option(
    "--since",
    metavar="WHEN",
    help="Only entries since then: today, yesterday, monday, 3d, 12h or 2026-03-01.",
)
@click.option("--by", metavar="EMAIL", help="Only what this person did; `you` for your own.")
@click.option("--last", metavar="COUNT", type=click.IntRange(1), help="Only the last COUNT entries.")
@click.option("--follow", is_flag=True, help="Keep printing new entries until interrupted.")
@options.json("A JSON array; with --follow, one object a line.")
def log(
    clients: tuple[str, ...], since: str | None, by: str | None, last: int | None, follow: bool, as_json: bool
) -> None:
    """Show the history: who did what, and when. The newest entry comes last."""
    from datetime import UTC, datetime

    from .. import output

    if len(clients) > 1:
        raise click.UsageError("Name one client, or none for the whole practice.")
    with open_workplace() as workplace:
        wanted = workplace.store.clients.named(clients[0], datetime.now(UTC)).id if clients else None
        entries = _Entries(workplace.store.history(workplace.you()), wanted, _terms(since, by))
        if follow:
            around = workplace.store.surroundings
            around.start()
            try:
                _follow(entries, last, as_json)
            finally:
                around.stop()
        elif as_json:
            output.json_array(_as_shapes(entries.new(last)))
        else:
            output.lines(_as_lines(entries.new(last), bool(clients)))


def _terms(since: str | None, by: str | None) -> "list[Term]":
    from ...practice.filter import parse

    given = (("since", since), ("by", by))
    return [
        term for field, value in given if value is not None for term in parse(f'{field}:"{_bare(value)}"')
    ]


def _bare(value: str) -> str:
    """The value without what ends a quoted term. Raises click's UsageError for an empty one."""
    bare = value.replace('"', "").strip()
    if not bare:
        raise click.UsageError("--since and --by need a value.")
    return bare


class _Entries:
    """The entries that match, read in batches; each is returned once."""

    def __init__(self, history: "History", client: str | None, terms: "Sequence[Term]") -> None:
        self._history = history
        self._client = client
        self._terms = terms
        self._after = 0

    def new(self, most: int | None = None) -> "Iterator[tuple[Entry, str | None]]":
        """Entries since the last call (at most the newest `most` of them), the newest last, each with its client's name."""
        from datetime import UTC, datetime

        from .. import output

        numbers = self._history.find(self._client, self._terms, datetime.now(UTC), self._after)[:most]
        self._after = numbers[0] if numbers else self._after
        for batch in output.batched(reversed(numbers)):
            found, names = self._history.fetch(batch)
            by_number = {entry.seq: entry for entry in found}
            for number in batch:
                entry = by_number[number]
                yield entry, names.get(entry.client or "")


def _as_shapes(entries: "Iterator[tuple[Entry, str | None]]") -> "Iterator[object]":
    from ...sync import as_json as shapes

    return (shapes.entry(entry) for entry, _ in entries)


def _as_lines(entries: "Iterator[tuple[Entry, str | None]]", one_client: bool) -> "Iterator[str]":
    from ...sync.history import line

    return (line(entry, None if one_client else name) for entry, name in entries)


def _follow(entries: _Entries, last: int | None, as_json: bool) -> None:
    from time import sleep

    from .. import output

    try:
        while True:
            found = entries.new(last)
            last = None
            lines = map(output.json_line, _as_shapes(found)) if as_json else _as_lines(found, False)
            for text in lines:
                click.echo(text)
            sleep(POLL_S)
    except KeyboardInterrupt:
        return
