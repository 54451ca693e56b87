"""Someone replaces the practice's file under a running program: it stops with one sentence."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from tests.faults.ground import Ground, explained, somebody, state
from tests.support.command import PATIENCE_S
from tests.support.pilot import run_app
from tests.support.practice import until

SAYS = "was replaced or removed while this was running"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    options = Options(organisations=12, softwares=("xero",), limits=False, latency_s=0.1)
    folder = tmp_path_factory.mktemp("replaced")
    with running(options) as box, somebody(folder):
        yield Ground.made(box, folder / "practice")


def replaced(database: Path) -> None:
    """Puts a copy in the practice's place, as `cp` and `mv` do."""
    new = database.with_name("new.db")
    with closing(sqlite3.connect(database)) as db, closing(sqlite3.connect(new)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    for part in ("-wal", "-shm"):
        database.with_name(database.name + part).unlink(missing_ok=True)
    new.replace(database)


def test_running_job_stops_when_the_practice_is_replaced(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    started = here.cli.start("refresh", "--all")
    calls, end = here.calls() + 6, time.monotonic() + PATIENCE_S
    while here.calls() < calls:
        assert time.monotonic() < end and started.runs()
        time.sleep(0.001)
    replaced(here.database)
    before = state(here.database)
    result = started.end()
    explained(result)
    assert result.code == 1 and result.err.count(SAYS) == 1, result
    assert state(here.database) == before, "a process with the former file open writes nothing"
    assert here.cli.inside("refresh", "--all").code == 0


async def test_screens_report_a_replaced_practice(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    app: ClientSyncApp = here.practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        client = next(iter(app.workplace.store.clients.codes()))[0]
        app.open("connections", client=client)
        await pilot.pause()
        replaced(here.database)
        await pilot.press("f")
        await until(
            pilot, lambda: any(SAYS in notice.message for notice in app.notices.log) or SAYS in shown(app)
        )
    app.workplace.close()


def shown(app: ClientSyncApp) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()
    )
