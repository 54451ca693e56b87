"""`y` copies what is under the cursor, `Y` the command that does the same."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.store.store import Store
from clientsync_tui.sync import as_command
from tests.screens.clients.test_clients import opened, practice_of_eleven
from tests.support.clients import ANN, add, crowd, signed_in, workplace_in
from tests.support.practice import shown, until


def copied(pilot: Pilot[None]) -> str:
    return pilot.app.clipboard


def app_commands(pilot: Pilot[None]) -> str:
    """The complete command of the highlighted line."""
    return str(pilot.app.screen.query_one(".says Static", Static).content)


async def test_client_under_the_cursor_is_copied_by_name_code_or_as_a_card(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("down")
        client = screen.client_here()
        assert client is not None
        await pilot.press("y")
        await until(pilot, lambda: "Practice code" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: copied(pilot) == client.name)
        await pilot.press("y", "c")
        await until(pilot, lambda: copied(pilot) == client.practice_code)
        await pilot.press("y", "s")
        await until(pilot, lambda: copied(pilot).startswith(f"{client.name} ({client.practice_code})"))
        assert "Integrated by" in copied(pilot)


async def test_commands_for_the_selection_are_shown_and_copied(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", *"abbey", "enter", "Y")
        await until(pilot, lambda: "clientsync team assign TEAM --client ABB01" in shown(pilot))
        assert "clientsync clients --match abbey" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: copied(pilot) == "clientsync clients --match abbey")
        await pilot.press("h")
        await until(pilot, lambda: "History" in shown(pilot))
        await pilot.press("Y", "enter")
        await until(pilot, lambda: copied(pilot).startswith("clientsync log --client "))
        assert screen.is_attached


@pytest.mark.parametrize("size", [(80, 24), (64, 15)])
async def test_long_command_is_shown_whole_before_it_is_copied(tmp_path: Path, size: tuple[int, int]) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path, size) as (pilot, _):
        await pilot.press("A", "Y", *["down"] * 3)
        commands = app_commands(pilot)
        assert len(commands) > 200
        seen: list[str] = []
        for _ in range(10):
            await pilot.pause()
            seen.append("".join(shown(pilot).replace("│", "").split()))
            await pilot.press("right")
        # The comparison ignores blanks, because lines break at them.
        assert commands.split()[-1] in seen[-1] and any(commands.split()[4] in text for text in seen)


async def test_copied_command_is_shown_whole_however_long_it_is(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path, (80, 24)) as (pilot, screen):
        for filter_text in ("team:north status:connected by:you code:abb", "abbey or " * 40):
            await pilot.press("slash")
            screen.filter_bar.set(filter_text)
            await pilot.press("enter", "Y", "enter")
            await until(pilot, lambda: "your terminal's clipboard" in " ".join(shown(pilot).split()))
            said = "".join(shown(pilot).replace("│", "").split())
            assert "".join(copied(pilot).split()) in said
            await pilot.press("escape")


async def test_check_names_the_selected_clients(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, _):
        await pilot.press("Y")
        await until(pilot, lambda: "clientsync check" in shown(pilot))
        await pilot.press("escape", "space", "down", "space", "Y")
        await until(pilot, lambda: "clientsync check --client RED --client ABB01" in shown(pilot))


async def test_too_many_clients_for_one_command_are_reported(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    crowd(workplace.store, signed_in(workplace.store, ANN), as_command.MOST_CLIENTS + 1)
    workplace.close()
    too_many = (
        "A command names up to 1,000 clients, not 1,001. Select fewer, or run it with --all or --software."
    )
    async with opened(tmp_path) as (pilot, _):
        await pilot.press("A", "Y")
        await until(pilot, lambda: too_many in " ".join(shown(pilot).replace("│", "").split()))
        assert "clientsync export clients.csv" in shown(pilot)
        await pilot.press("escape", "d", "Y")
        await until(pilot, lambda: too_many in " ".join(shown(pilot).split()))


async def test_plan_shows_the_command_that_makes_it(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, _):
        await pilot.press("slash", *"abbey", "enter", "d")
        await until(pilot, lambda: "Same as: clientsync disconnect --client ABB01" in shown(pilot))
        await pilot.press("Y")
        await until(pilot, lambda: copied(pilot) == "clientsync disconnect --client ABB01")


@pytest.mark.parametrize(
    ("kind", "software", "everybody", "line"),
    [
        ("refresh", None, True, "clientsync refresh --all"),
        ("refresh", "xero", True, "clientsync refresh --software xero"),
        ("refresh", "xero", False, "clientsync refresh --software xero --client BAK01 --client 'B 2'"),
        ("reconnect", "xero", True, "clientsync reconnect xero --all"),
        ("reconnect", None, False, "clientsync reconnect --client BAK01 --client 'B 2'"),
        ("check", None, True, "clientsync check"),
        ("check", None, False, "clientsync check --client BAK01 --client 'B 2'"),
        ("add", "xero", False, "clientsync add xero --organisation o1 --organisation o2 --team North"),
    ],
)
def test_plan_as_a_command(
    tmp_path: Path, kind: str, software: str | None, everybody: bool, line: str | None
) -> None:
    store = Store(tmp_path / "practice.db")
    ann = signed_in(store, ANN)
    clients = add(store, "Baker", ann, code="BAK01"), add(store, "B 2", ann, code="B 2")
    items = tuple(
        PlanItem(Will.DO, client, client, "xero", f"o{n}") for n, client in enumerate(clients, start=1)
    )
    plan = Plan(kind, software, None, items)
    assert (
        as_command.of_plan(plan, store, everybody=everybody, team="North" if kind == "add" else None) == line
    )
    store.close()


async def test_copy_is_offered_only_where_there_is_something_to_copy(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path, (200, 30)) as (pilot, _):
        assert "y Copy" in shown(pilot)
        await pilot.press("J")
        await until(pilot, lambda: "No bulk jobs" in shown(pilot) and "H Home" in shown(pilot))
        assert "y Copy" not in shown(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "Copy: There is nothing to copy here." in shown(pilot))
