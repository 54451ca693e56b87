"""The clock jumps forward and back: order, sign-ins, jobs, limits and copies still work."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.limiter import Lane, Limiter
from clientsync_tui.accounting.seam.software import Limits
from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from clientsync_tui.store.files import copies
from clientsync_tui.store.store import Store
from clientsync_tui.sync.doctor import checks
from clientsync_tui.sync.jobs.runner import Runner
from tests.faults.clock import clock_off_by
from tests.faults.ground import Ground, nothing_lost, nothing_waits, somebody, state
from tests.store.entries import signed_in
from tests.support import plans
from tests.support.command import Command
from tests.support.inside import database_of

JUMPS = [timedelta(days=-400), timedelta(hours=-1), timedelta(hours=2), timedelta(days=30)]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("faults")
    with running(Options(organisations=6, softwares=("xero",), limits=False)) as box, somebody(folder):
        yield Ground.made(box, folder / "practice")


def test_bulk_work_continues_whatever_the_clock_says(ground: Ground) -> None:
    assert ground.cli.inside("check").code == 0, "imported before the clock is set"
    for by in JUMPS:
        before = state(ground.database)
        with clock_off_by(by):
            for command in ("check", "refresh --all", "clients --json", "jobs --json"):
                result = ground.cli.inside(*command.split())
                assert result.code == 0, (by, command, result)
        after = state(ground.database)
        nothing_lost(before, after)
        assert len(after.hashes) > len(before.hashes)
    nothing_waits(ground.database)
    ids = [job["id"] for job in ground.cli.inside("jobs", "--json").json]
    assert ground.cli.inside("check").code == 0
    assert [job["id"] for job in ground.cli.inside("jobs", "--json").json][1:] == ids, (
        "the newest first, by no clock"
    )
    assert {
        link["status"]
        for client in ground.cli.inside("clients", "--json").json
        for link in client["integrations"]
    } == {"connected"}


def test_doctor_says_that_the_clock_is_behind(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    assert checks.look, "imported before the clock is set"
    with clock_off_by(timedelta(days=-500)):
        wrong = {
            check["name"]: check["says"]
            for check in here.cli.inside("doctor", "--json").json
            if not check["ok"]
        }
    assert "set the clock" in wrong["ledger"] and "set the clock" in wrong["clock"]


def test_leases_and_pauses_from_a_fast_clock_do_not_block_forever(tmp_path: Path) -> None:
    lane, limits = Lane("xero", "app", "o1"), Limits(rates=(), organisation_at_once=1)
    limiter = Limiter(tmp_path / "limits")

    async def turn() -> None:
        async with limiter.turn(lane, limits, longest_wait_s=1, lease_s=20):
            pass

    with clock_off_by(timedelta(hours=3)):
        # The process is killed during a call, so its place stays in the file.
        asyncio.run(limiter.turn(lane, limits, longest_wait_s=1, lease_s=20).__aenter__())
        limiter.block(lane, 30)
        limiter.close()
    limiter = Limiter(tmp_path / "limits")
    asyncio.run(asyncio.wait_for(turn(), 10))
    limiter.close()


def test_copies_from_the_future_neither_keep_a_new_one_away_nor_push_it_out(
    ground: Ground, tmp_path: Path
) -> None:
    here = ground.copy(tmp_path / "practice")
    with closing(Store(here.database)) as store:
        folder = copies.folder_of(here.database)
        folder.mkdir(exist_ok=True)
        for day in range(copies.KEPT):
            (folder / f"2099010{day + 1}T000000Z-daily.db").touch()
        with clock_off_by(timedelta(days=3)):
            made = copies.keep_daily(database_of(store).connection, here.database)
            assert made is not None and made.exists()
            assert copies.keep_daily(database_of(store).connection, here.database) is None
        with clock_off_by(timedelta(days=4)):
            next_day = copies.keep_daily(database_of(store).connection, here.database)
        assert next_day is not None and next_day.exists() and made.exists(), "those from the future go first"


def test_every_day_on_which_jobs_run_has_one_copy(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    shutil.rmtree(copies.folder_of(here.database), ignore_errors=True)
    assert "the first job of each day" in said_of(here, "backups")
    assert here.cli.inside("backup").code == 0
    # Each night a second earlier than the night before, as can happen with cron.
    for night in range(5):
        with clock_off_by(timedelta(days=night, seconds=-night)):
            assert here.cli.inside("check").code == 0
            assert here.cli.inside("check").code == 0
        daily = copies.existing(here.database, copies.DAILY)
        assert len(daily) == night + 1, [file.name for file in daily]


def test_first_job_of_a_day_may_be_one_that_is_resumed(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    with closing(Store(here.database)) as store:
        job = store.jobs.create(plans.check(store, None, set()), "ann")
    shutil.rmtree(copies.folder_of(here.database), ignore_errors=True)
    here.practice.do(lambda _, session: Runner(session, job).run())
    assert len(copies.existing(here.database, copies.DAILY)) == 1


def said_of(ground: Ground, name: str) -> str:
    """What the doctor says about one check."""
    return next(
        check["says"] for check in ground.cli.inside("doctor", "--json").json if check["name"] == name
    )


def test_check_with_the_clock_a_year_ahead_is_corrected_by_the_next_right_one(
    ground: Ground, tmp_path: Path
) -> None:
    here = ground.copy(tmp_path / "practice")

    def expiries() -> set[str]:
        clients = here.cli.inside("clients", "--json").json
        return {link["expires_at"] for client in clients for link in client["integrations"]}

    def wrong() -> dict[str, str]:
        return {
            check["name"]: check["says"]
            for check in here.cli.inside("doctor", "--json").json
            if not check["ok"]
        }

    with clock_off_by(timedelta(days=366)):
        assert here.cli.inside("check").code == 0
    assert min(expiries()) > iso(datetime.now(UTC) + timedelta(days=366))
    assert here.cli.inside("check").code == 0
    assert max(expiries()) < iso(datetime.now(UTC) + timedelta(days=61)), "Xero: 60 days unless it is used"
    assert "ledger" not in wrong(), "the clock is right by now"


def test_automatic_refresh_is_due_though_the_last_was_made_with_the_clock_ahead(
    ground: Ground, tmp_path: Path
) -> None:
    here = ground.copy(tmp_path / "practice")
    with closing(Store(here.database)) as store:
        link = store.clients.by_number([1], datetime.now(UTC))[0].integrations[0]
        changed = NewEntry(
            Kind.SETTINGS_CHANGED,
            "ann",
            store.clients.by_number([1], datetime.now(UTC))[0].id,
            link.software,
            link.organisation_id,
            {"settings": {"refresh_days": 1}},
        )
        store.ledger.append(changed)

    def refreshed() -> datetime | None:
        with closing(Store(here.database)) as store:
            return store.clients.by_number([1], datetime.now(UTC))[0].integrations[0].refreshed_at

    with clock_off_by(timedelta(days=366)):
        assert here.cli.inside("check").code == 0
    assert here.cli.inside("check").code == 0
    now = refreshed()
    assert now is not None and now <= datetime.now(UTC)


def test_sign_in_chosen_last_comes_first_though_another_was_used_with_the_clock_ahead(
    tmp_path: Path,
) -> None:
    with closing(Store(tmp_path / "practice.db")) as store:
        store.ledger.append(signed_in("xero:ann"), signed_in("xero:ben"))
        with clock_off_by(timedelta(days=366)):
            store.sign_ins.hold("xero:ann", "me")
        store.sign_ins.hold("xero:ben", "me")
        assert [sign_in.id for sign_in in store.sign_ins.held("me")] == ["xero:ben", "xero:ann"]
        store.sign_ins.prefer("xero:ann", "me")
        assert [sign_in.id for sign_in in store.sign_ins.held("me")] == ["xero:ann", "xero:ben"]


@pytest.mark.parametrize("ahead", ["1e12", "-1e12", "1e999", "nan", "soon"])
def test_servers_clock_that_is_nonsense_stops_no_command(cli: Command, database: Path, ahead: str) -> None:
    store = Store(database)
    store.claims.take(["c1"], "ann")
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("INSERT INTO meta VALUES ('ahead', ?)", (ahead,))
    store.close()
    claimed = [
        client["claimed_by"] for client in cli.inside("clients", "--json").json if client["claimed_by"]
    ]
    assert [claim["name"] for claim in claimed] == ["ann"]
    assert cli.inside("release", "c1", "--json").code == 0
