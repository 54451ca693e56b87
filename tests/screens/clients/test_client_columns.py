"""One row in the table of columns adds a column everywhere."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.sync.client_columns import COLUMNS, ClientColumn, CsvField, Room
from clientsync_tui.sync.locale_words import short_date
from tests.screens.clients.test_clients import line_with, opened
from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.command import Command
from tests.support.practice import shown, until


@pytest.fixture
def initial() -> Iterator[None]:
    """A made-up column: a client's first letter, sorted like the code."""
    column = ClientColumn(
        "initial",
        "Initial",
        8,
        Room(9),
        cell=lambda seen: f"<{seen.client.name[0]}>",
        sort="code",
        csv=(CsvField("First letter", lambda client, _: client.name[0]),),
        json={"initial": lambda client, _: client.name[0]},
        line=lambda client, _link, _viewer: client.name[0],
    )
    COLUMNS.append(column)
    yield
    COLUMNS.remove(column)


def practice_of_two(folder: Path) -> None:
    workplace = workplace_in(folder)
    ann = signed_in(workplace.store, ANN)
    add(workplace.store, "Baker Ltd", ann, code="A1")
    add(workplace.store, "Abbey Ltd", ann, code="B2")
    workplace.close()


async def test_new_column_is_shown_chosen_and_sorted_by(initial: None, tmp_path: Path) -> None:
    practice_of_two(tmp_path)
    async with opened(tmp_path) as (pilot, screen):
        assert "Initial" in line_with(pilot, "Integrated by")
        assert "<B>" in line_with(pilot, "Baker Ltd")
        await pilot.press("C")
        await until(pilot, lambda: "☑ Initial" in shown(pilot))
        await pilot.press("escape", "o")
        await until(pilot, lambda: "Sort by" in shown(pilot) and "Initial" in shown(pilot))
        await pilot.press("end", "enter")
        await until(pilot, lambda: screen.sort == (("initial", False),))
        await until(pilot, lambda: shown(pilot).index("Baker Ltd") < shown(pilot).index("Abbey Ltd"))


def test_new_column_is_exported_and_printed(initial: None, tmp_path: Path) -> None:
    practice_of_two(tmp_path)
    cli = Command(tmp_path / "config.toml")
    rows = list(csv.DictReader(io.StringIO(cli.inside("clients", "--csv").out)))
    assert [row["First letter"] for row in rows] == ["A", "B"]
    assert [client["initial"] for client in cli.inside("clients", "--json").json] == ["A", "B"]
    heading, first, second = cli.inside("clients").out.splitlines()
    assert heading.split()[-1] == "Initial"
    assert (first.split()[-1], second.split()[-1]) == ("A", "B")


async def test_more_columns_can_be_chosen(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    client = add(store, "Abbey Ltd", signed_in(store, ANN))
    details = {"country": "GB", "tax_number": "GB 123", "year_end": "31 March"}
    day = datetime.now(UTC) - timedelta(days=9)
    store.ledger.append(NewEntry(Kind.DETAILS_SET, ANN, client, body={"details": details}), at=day)
    refreshed = NewEntry(Kind.REFRESHED, ANN, client, "xero", "o" + client[1:], {"lists": {}})
    store.ledger.append(refreshed)
    workplace.close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("C", "end", *["space", "up"] * 4, "escape")
        row = lambda: line_with(pilot, "Abbey Ltd")  # noqa: E731
        await until(pilot, lambda: "31 March" in row())
        assert "United Kingdom" in row() and "GB 123" in row()
        # A refresh without differences is not a change.
        assert row().rstrip("▐ ").endswith(short_date(day, datetime.now(UTC)))
        assert [column.key for column in screen.table.columns][-4:] == [
            "country",
            "tax_number",
            "year_end",
            "changed",
        ]
