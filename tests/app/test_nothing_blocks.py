"""Nothing delays a key: neither a job with thousands of clients nor anything that the start does not need."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key

from clientsync_tui.practice.model import Organisation
from clientsync_tui.sandbox.options import Options
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support import plans
from tests.support.clients import fill, signed_in, workplace_in
from tests.support.pilot import run_app
from tests.support.practice import Practice, practices, until

__all__ = ["practices"]

ITEMS, KEYS = 3_000, 50


async def test_keys_move_the_cursor_while_a_job_continues(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=12, limits=False, latency_s=0.05))
    me = practice.sign_in(practice.people[0])
    app = practice.app()
    store = app.workplace.store
    names = [f"Client {n:04}" for n in range(100)]
    fill(store, names, me.id)
    # The sandbox does not know most of them, but still answers each call, slowly.
    reach = {f"y{n}": Organisation(f"y{n}", f"New {n:04}") for n in range(ITEMS)}
    plan = plans.add(store, "xero", me, reach, list(reach))

    def ended(job: str) -> int:
        return store.jobs.one(job).total - store.jobs.one(job).left

    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(SelectTable))
        table = app.screen.query_one(SelectTable)
        await until(pilot, lambda: table.row_count >= len(names))
        job = store.jobs.create(plan, "tester")
        app.engine.run_job(job)
        await until(pilot, lambda: ended(job))
        # The start may have seen the job before it ran and offered to resume it. Then the offer closes by itself.
        await until(pilot, lambda: app.focused is table)
        before = ended(job)
        for _ in range(KEYS):
            at = table.cursor_id
            # As the terminal's driver does: Pilot's own keys wait until the process is idle, which it is not.
            app.post_message(Key("down", None))
            await until(pilot, lambda at=at: table.cursor_id != at)
        assert app.engine.running
        assert store.jobs.one(job).count(ItemState.WAITING), "the job was too short to prove anything"
        await until(pilot, lambda: ended(job) > before)
    app.workplace.close()


FIRST_FRAME = """
    import asyncio, sys
    from pathlib import Path
    from clientsync_tui.app.app import ClientSyncApp
    from clientsync_tui.workplace import Workplace

    async def main():
        app = ClientSyncApp(Workplace.open(Path(sys.argv[1])))
        async with app.run_test(size=(80, 24)) as pilot:
            while "Bakery" not in "".join(
                segment.text for strip in app.screen._compositor.render_strips() for segment in strip
            ):
                await pilot.pause(0.01)

    asyncio.run(main())
    print(*sorted(sys.modules.keys() & set(sys.argv[2:])))
"""
NOT_FOR_THE_FIRST_FRAME = (
    "authlib",
    "httpx2",
    "keyring",
    "starlette",
    "cryptography",
    "tomlkit",
    "psycopg",
)


@pytest.mark.timeout(60)
def test_first_frame_imports_nothing_of_the_network(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    fill(workplace.store, ["Bakery Ltd"], signed_in(workplace.store, "ann@example.com"))
    workplace.close()
    command = [sys.executable, "-c", textwrap.dedent(FIRST_FRAME), str(tmp_path / "config.toml")]
    done = subprocess.run([*command, *NOT_FOR_THE_FIRST_FRAME], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
