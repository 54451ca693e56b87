"""The organisations that a sign-in reaches, as rows to add clients from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ...practice.model import Organisation
from ...store.clients import Integrated
from ...store.store import Store
from ...sync.kinds.seam.planning import matcher
from ...sync.reach.matching import Match
from ...widgets.select_table.list_rows import ListRows
from ...widgets.select_table.rows import Cell, Column, Row, RowId, text_of

COLUMNS = (
    Column("name", "Organisation", 22, flex=3, keep=9, shorten="middle", most=60),
    Column("state", "On the client list", 18, flex=3, keep=8, shorten="end", most=60),
    Column("country", "Country", 7, keep=2),
    Column("currency", "Currency", 8, keep=1),
)
Sort = tuple[tuple[str, bool], ...]
FIRST: Sort = (("state", False), ("name", False))
"""The initial sort: selectable rows above the others."""
NEW = Cell("new client", "ok")


class OrganisationRows(ListRows):
    """Rows whose ids are organisation ids. Those in `apart` become separate clients although they match one."""

    def __init__(self, rows: Sequence[Row], matches: Mapping[str, Match]) -> None:
        super().__init__(
            COLUMNS, rows, keys={"state": lambda row: (row.fixed is not None, text_of(row.cells[1]))}
        )
        self.matches = matches
        self.apart: set[str] = set()
        self.added = sum(row.fixed is not None for row in rows)
        self.count = len(rows)
        self.with_values = frozenset(
            column.key for n, column in enumerate(COLUMNS) if any(row.cells[n] for row in rows)
        )
        """The columns that have values; not every app's list includes country and currency."""

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        """The rows with the decisions so far."""
        return [
            Row(row.id, (row.cells[0], NEW, *row.cells[2:])) if row.id in self.apart else row
            for row in super().fetch(ids)
        ]


def organisation_rows(
    store: Store, software: str, reach: Mapping[str, Organisation], sort: Sort
) -> OrganisationRows:
    """What is on the list already, what matches a client there, and what is new. Reads the whole list, so call it in a
    thread.
    """
    integrated = store.clients.integrated(software)
    matches = matcher(store, software, datetime.now(UTC)).matches(
        [organisation for organisation in reach.values() if organisation.id not in integrated]
    )
    rows = [
        _row(organisation, integrated.get(organisation.id), matches.get(organisation.id))
        for organisation in reach.values()
    ]
    found = OrganisationRows(rows, matches)
    found.sort(sort)
    # Search texts are prepared here, not when the first letter is typed.
    found.filter("-")
    found.filter("")
    return found


def _row(organisation: Organisation, known: Integrated | None, match: Match | None) -> Row:
    country, currency = organisation.details.get("country", ""), organisation.details.get("currency", "")
    fixed: str | None = None
    state: Cell = NEW
    if known is not None:
        called = _called(known.name, known.practice_code, organisation.name)
        if not known.is_active:
            state = Cell(f"disconnected here: links to {called}", "warning")
        else:
            fixed = f"already added as {called}"
            state = Cell(fixed, "muted")
    elif match is not None:
        called = _called(match.client.name, match.client.practice_code, organisation.name)
        state = Cell(f"links to {called} (by {match.by})", "warning")
    return Row(organisation.id, (organisation.name, state, country, currency), fixed)


def _called(name: str, code: str | None, organisation: str) -> str:
    """A short name for a client: its code, and its name if that differs from the organisation's."""
    if code is None:
        return name
    return code if name == organisation else f"{code} {name}"
