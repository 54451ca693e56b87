"""Rows that another program wrote into tables without a ledger. Commands ignore or report them, and the doctor removes them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientsync_tui.cli import network
from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.store.own_rows import foreign
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from tests.faults.ground import Ground, explained, somebody
from tests.support import plans
from tests.support.inside import database_of

NOW = "2026-11-30T12:00:00.000Z"
ITEM = "job, n, client, name, software, organisation_id, state, reason, says, ended_at, facts"
PLANTED = {
    "state": f"INSERT INTO jobs VALUES ('evil', 'check', NULL, NULL, 'jumping', 'eve', '{NOW}', NULL, NULL, 0, NULL)",
    "end": f"INSERT INTO jobs VALUES ('evil', 'check', NULL, NULL, 'waiting', 'eve', '{NOW}', 'never', NULL, 0, NULL)",
    "time": "INSERT INTO jobs VALUES ('evil', 'check', NULL, NULL, 'done', 'eve', 'yesterday', NULL, NULL, 0, NULL)",
    "item": "UPDATE items SET state = 'jumping' WHERE n = 1",
    "item's facts": "UPDATE items SET facts = 'nothing' WHERE n = 1",
    "item without": "UPDATE items SET facts = '[]' WHERE n = 1",
    "contact's time": "UPDATE contacts SET checked_at = 'yesterday'",
    "contact's naive time": "UPDATE contacts SET checked_at = '2026-11-30', fault = 'limit', fault_at = '2026-11-30'",
    "contact's fault": f"UPDATE contacts SET fault = 'bewitched', fault_at = '{NOW}'",
    "claim's end": f"INSERT INTO claims VALUES ('evil', 'eve', 'Eve', '{NOW}', '9999-12-31T23:59:59Z', 30)",
    "list's records": "UPDATE pulled SET records = '{'",
    "list's kind": "UPDATE pulled SET records = '[1]'",
    "list's time": "UPDATE pulled SET pulled_at = 'yesterday'",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("rows")
    with running(Options(organisations=3, softwares=("xero",), limits=False)) as box, somebody(folder):
        yield Ground.made(box, folder / "practice")


def planted(ground: Ground, statement: str) -> None:
    with closing(sqlite3.connect(ground.database)) as db:
        db.execute(statement.replace("INSERT INTO", "INSERT OR REPLACE INTO"))
        db.commit()


def wrong(ground: Ground, *words: str) -> dict[str, str]:
    checks = ground.cli.inside("doctor", "--json", *words).json
    return {check["name"]: check["says"] for check in checks if not check["ok"]}


@pytest.mark.parametrize("what", PLANTED)
def test_foreign_row_stops_no_command_and_doctor_removes_it(
    ground: Ground, tmp_path: Path, what: str
) -> None:
    here = ground.copy(tmp_path / "practice")
    planted(here, PLANTED[what])
    with closing(Store(here.database)) as store:
        job = store.jobs.all()[0].id
        client = store.clients.by_number([1], datetime.now(UTC))[0].id
        link = store.clients.by_number([1], datetime.now(UTC))[0].integrations[0]
        store.pulled.records(link.software, link.organisation_id, "suppliers")
    for words in (
        ("clients", "--json"),
        ("client", client, "--json"),
        ("jobs", "--json"),
        ("check",),
    ):
        result = here.cli.inside(*words)
        assert result.code == 0 and "Unexpected error" not in result.err, result
    explained(here.cli.inside("jobs", "resume", job))
    planted(here, PLANTED[what])
    assert "another program wrote rows into" in wrong(here)["rows"]
    result = here.cli.inside("doctor", "--repair", "--json")
    assert result.code == 0 and "another program wrote" in result.err, result
    with closing(Store(here.database)) as store:
        assert list(foreign(database_of(store).connection)) == []


def test_unreadable_job_is_named_with_the_command_that_removes_it(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    planted(here, PLANTED["end"])
    result = here.cli.inside("jobs", "resume", "evil")
    assert result.code == 1 and "Job evil can't be read" in result.err and "doctor --repair" in result.err


def test_job_of_an_unknown_kind_is_refused_and_can_be_cancelled(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    with closing(Store(here.database)) as store:
        job = store.jobs.create(plans.check(store, None, set()), "eve")
        planted(here, "UPDATE jobs SET kind = 'explode' WHERE state = 'waiting'")
        planted(
            here,
            f"INSERT INTO items ({ITEM}) VALUES ('{job}', 9, 'c', 'C', 'xero', 'o', 'waiting', NULL, NULL, NULL, '{{}}')",
        )
    result = here.cli.inside("jobs", "resume", job)
    assert result.code == 2 and "of a kind that this version does not know (explode)" in result.err
    assert here.cli.inside("jobs", "cancel", job).code == 0


def test_item_that_names_no_sign_in_waits_for_one(ground: Ground, tmp_path: Path) -> None:
    here = ground.copy(tmp_path / "practice")
    with closing(Store(here.database)) as store:
        job = store.jobs.create(plans.check(store, None, set()), "eve")
        planted(
            here,
            f"INSERT INTO items ({ITEM}) VALUES ('{job}', 9, 'c', 'C', 'xero', 'o', 'waiting', NULL, NULL, NULL, '{{}}')",
        )
    result = here.cli.inside("jobs", "resume", job)
    explained(result)
    assert result.code == 3, result


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE jobs SET kind = 'disconnect'",
        "UPDATE items SET sign_in = 'another'",
        "UPDATE items SET cannot = 1",
        'UPDATE items SET facts = \'{"team": "North"}\'',
        "UPDATE items SET organisation_id = 'another'",
        "UPDATE items SET n = n + 10",
    ],
)
def test_job_changed_after_planning_is_not_run(ground: Ground, tmp_path: Path, statement: str) -> None:
    here = ground.copy(tmp_path / "practice")
    calls = ground.calls()
    with closing(here.practice.workplace()) as workplace:
        held = {sign_in.id for sign_in in workplace.held()}
        job = workplace.store.jobs.create(plans.check(workplace.store, None, held), "ann")
        assert workplace.store.jobs.one(job).left
        planted(here, f"{statement} WHERE {'id' if 'jobs' in statement else 'job'} = '{job}'")

        async def run(session: Session) -> None:
            await Runner(session, job).run()

        with pytest.raises(Trouble, match="changed by another program after it was planned"):
            network.online(workplace, run)
    assert ground.calls() == calls, "nothing is asked of the accounting app"
    with closing(Store(here.database)) as store:
        assert store.jobs.one(job).count(ItemState.DONE) == 0
