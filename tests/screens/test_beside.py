"""Details are beside a list on a wide terminal, below it on a tall one, and hidden on a small one."""

from pathlib import Path

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.screens.connections.connections import ConnectionsScreen
from clientsync_tui.screens.history import HistoryScreen
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.screens.jobs.jobs import JobsScreen
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.widgets.details_pane import DetailsPane
from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support.clients import ANN, add, app_in, signed_in, workplace_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until

CLOSED = "The organisation is closed or inactive in Xero. Ask the client, who pays for it."


def with_a_job(folder: Path) -> ClientSyncApp:
    """Two clients, and a job in which one of them failed."""
    workplace = workplace_in(folder)
    store = workplace.store
    ann = signed_in(store, ANN)
    clients = [add(store, name, ann) for name in ("Abbey Ltd", "Baker [b]Ltd[/b]")]
    items = [
        PlanItem(Will.DO, client, name, "xero", "o" + client[1:])
        for client, name in zip(clients, ("Abbey Ltd", "Baker [b]Ltd[/b]"), strict=True)
    ]
    job = store.jobs.create(Plan("refresh", "xero", ann, tuple(items)), ANN)
    store.jobs.claim(job)
    store.jobs.take(job, 0)
    store.jobs.settle(job, 0, ItemState.DONE)
    store.jobs.take(job, 1)
    store.jobs.settle(job, 1, ItemState.FAILED, "organisation_closed", CLOSED)
    store.jobs.end(job, JobState.DONE)
    workplace.close()
    return app_in(folder)


@pytest.mark.parametrize(("size", "beside", "below"), [((160, 40), True, False), ((100, 36), False, True), ((80, 24), False, False)])  # fmt: skip
async def test_job_under_the_cursor_is_shown_with_what_failed(
    tmp_path: Path, size: tuple[int, int], beside: bool, below: bool
) -> None:
    app = with_a_job(tmp_path)
    async with run_app(app, size=size) as pilot:
        await until(pilot, lambda: "2 clients" in shown(pilot))
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and "Refresh" in shown(pilot))
        if not (beside or below):
            assert "What failed" not in shown(pilot)
            return
        await until(pilot, lambda: "What failed" in shown(pilot) and "Baker [b]Ltd[/b]" in shown(pilot))
        table, pane = app.screen.query_one(SelectTable).region, app.screen.query_one(DetailsPane).region
        assert (pane.x >= table.right) == beside
        assert (pane.y >= table.bottom) == below
    app.workplace.close()


async def test_item_under_the_cursor_is_shown_in_full_beside_the_others(tmp_path: Path) -> None:
    app = with_a_job(tmp_path)
    async with run_app(app, size=(160, 40)) as pilot:
        await until(pilot, lambda: "2 clients" in shown(pilot))
        await pilot.press("J")
        await until(pilot, lambda: "What failed" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and "Organisation id" in shown(pilot))
        pane = app.screen.query_one(DetailsPane)
        assert any(CLOSED in "".join(text for text, _ in line.parts) for line in pane.lines)
        assert not app.screen.query_one("#says").display
        await pilot.press("down")
        await until(pilot, lambda: pane.lines[0].parts[0][0] == "Abbey Ltd")
        # The line below the table returns if there is no room for the pane.
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Abbey Ltd: done" in shown(pilot))
    app.workplace.close()


async def test_entry_of_the_history_is_shown_beside_the_list(tmp_path: Path) -> None:
    app = with_a_job(tmp_path)
    async with run_app(app, size=(160, 40)) as pilot:
        await until(pilot, lambda: "2 clients" in shown(pilot))
        await pilot.press("N", "h")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen) and "client added" in shown(pilot))
        table, entry = app.screen.query_one(SelectTable), app.screen.query_one("#entry")
        assert entry.region.x >= table.region.right
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: entry.region.y >= table.region.bottom)
    app.workplace.close()


async def test_connections_end_with_what_happened_last(tmp_path: Path) -> None:
    app = with_a_job(tmp_path)
    async with run_app(app, size=(160, 40)) as pilot:
        await until(pilot, lambda: "2 clients" in shown(pilot))
        await pilot.press("c")
        await until(
            pilot, lambda: isinstance(app.screen, ConnectionsScreen) and "Last events" in shown(pilot)
        )
        assert "integrated with Abbey Ltd" in shown(pilot) and "(ann@example.com)" in shown(pilot)
        line = next(line for line in shown(pilot).splitlines() if "Last events" in line)
        assert "Client" in line and "Xero" in line, "three blocks side by side"
    app.workplace.close()
