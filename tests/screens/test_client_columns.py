"""One row of the table of columns is all that it takes to have a column everywhere."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.sync.client_columns import COLUMNS, ClientColumn, CsvField, Room
from tests.screens.test_clients import line_with, opened
from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.command import Command
from tests.support.practice import shown, until


@pytest.fixture
def initial() -> Iterator[None]:
    """A column that no release has: a client's first letter, sorted as the code is."""
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
