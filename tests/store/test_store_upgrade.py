"""Upgrading from earlier releases loses nothing, and makes a copy first."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientsync_tui.practice.facts import NO_FACTS, Facts, parsed
from clientsync_tui.practice.filter import parse
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.practice.trouble import Trouble, UsageError
from clientsync_tui.store.chain import verify
from clientsync_tui.store.database import VERSION
from clientsync_tui.store.files import copies
from clientsync_tui.store.migrations import STEPS
from clientsync_tui.store.store import Store
from clientsync_tui.sync.kinds.add import AddFacts
from clientsync_tui.sync.kinds.reassign import ReassignFacts
from clientsync_tui.sync.kinds.reconnect import ReconnectFacts
from tests.store.entries import added, derived, store_in
from tests.support.inside import database_of

RELEASE_0_1 = Path(__file__).with_name("release_0_1.sql")
RELEASE_0_2 = Path(__file__).with_name("release_0_2.sql")
KEPT_AS_IT_WAS = ("contacts", "pulled", "held", "views", "meta")
WORK = (
    "SELECT id, kind, software, sign_in, state, by, started_at, ended_at FROM jobs",
    "SELECT job, n, client, name, software, organisation_id, state, reason, says, ended_at FROM items",
)
AT = "2026-11-19T10:00:00+00:00"
LINK = {"sign_in": "s1", "problem": None, "connected_at": AT, "with": "s2", "organisation_name": "Oak"}
OF_RELEASE_0_2: dict[str, tuple[str, dict[str, str | None], Facts, str | None]] = {
    "added": (
        "add",
        {"organisation_name": "Oak", "team": "North", "with": "s2", "linked_by": "name"},
        AddFacts("North", False, "name"),
        "s2",
    ),
    "added apart": (
        "add",
        {"organisation_name": "Oak", "team": None, "with": "s2", "apart": "yes", "linked_by": None},
        AddFacts(apart=True),
        "s2",
    ),
    "reassigned": ("reassign", LINK, ReassignFacts("s1", datetime.fromisoformat(AT)), "s2"),
    "reconnected with a new sign-in": (
        "reconnect",
        {**LINK, "with": None, "problem": "sign_in_refused"},
        ReconnectFacts(datetime.fromisoformat(AT)),
        None,
    ),
    "refreshed": ("refresh", {**LINK, "with": "s1"}, NO_FACTS, "s1"),
    "disconnected": ("disconnect", {**LINK, "with": "s1", "there": "own"}, NO_FACTS, "s1"),
    "disconnected here only": ("disconnect", {**LINK, "with": "s1", "there": "not_ours"}, NO_FACTS, None),
}
"""What release 0.2 wrote about an item, by kind; what it becomes, and the sign-in that it is done with."""


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A practice as release 0.1 left it."""
    path = tmp_path / "practice.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(RELEASE_0_1.read_text())
    return path


@pytest.fixture
def upgraded(former: Path) -> Iterator[Store]:
    store = Store(former)
    yield store
    store.close()


def rows(db: sqlite3.Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.execute(query)]


def test_every_version_has_a_step() -> None:
    assert len(STEPS) == VERSION


def test_upgrade_keeps_everything_of_the_former_release(former: Path) -> None:
    everything = "SELECT seq, at, actor, kind, client, software, organisation_id, body FROM ledger"
    with closing(sqlite3.connect(former)) as db:
        entries = rows(db, everything)
        here = {table: rows(db, f"SELECT * FROM {table}") for table in KEPT_AS_IT_WAS}
        work = [rows(db, query) for query in WORK]
    store = Store(former)
    assert rows(database_of(store).connection, everything) == entries and len(entries) == 24
    for table, before in here.items():
        after = rows(database_of(store).connection, f"SELECT * FROM {table}")
        # A later step may have added columns at the end.
        assert [row[: len(old)] for row, old in zip(after, before, strict=True)] == before, table
    assert [rows(database_of(store).connection, query) for query in WORK] == work
    now = derived(database_of(store))
    assert [row[2] for row in now["clients"]][:2] == ["Abbey Road Bakery Ltd", "Novák Stavby s.r.o."]
    found = store.clients.named("NOV02", datetime(2026, 11, 20, tzinfo=UTC))
    assert (found.team, found.integrations[0].standing.status) == ("South", Status.CONNECTED)
    broken = store.clients.named("Harbour Fish Bar 魚", datetime(2026, 11, 20, tzinfo=UTC))
    assert broken.integrations[0].standing.reason is Reason.ACCESS_REMOVED
    store.ledger.rebuild()
    assert derived(database_of(store)) == now, (
        "the entries say the same as the former release's derived tables"
    )
    store.close()


def test_entries_of_the_former_release_are_chained(upgraded: Store) -> None:
    assert verify(database_of(upgraded).connection) is None
    upgraded.ledger.append(added("c6", "New"))
    assert verify(database_of(upgraded).connection) is None
    database_of(upgraded).connection.execute("UPDATE ledger SET actor = 'eve' WHERE seq = 7")
    flaw = verify(database_of(upgraded).connection)
    assert flaw is not None and (flaw.what, flaw.seq) == ("altered", 7)


def test_copy_is_made_before(upgraded: Store) -> None:
    copy = copies.existing(upgraded.path)[0]
    assert copy.stat().st_mode & 0o777 == 0o600 and copy.parent.stat().st_mode & 0o777 == 0o700
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM ledger").fetchone()[0] == 24


def test_upgraded_practice_has_the_shape_of_a_new_one(upgraded: Store, tmp_path: Path) -> None:
    new = Store(tmp_path / "new" / "practice.db")
    shape = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    assert rows(database_of(upgraded).connection, shape) == rows(database_of(new).connection, shape)
    new.close()


def test_without_a_copy_nothing_is_upgraded(former: Path) -> None:
    copies.folder_of(former).write_text("a file in the folder's place")
    before = former.read_bytes()
    with pytest.raises(UsageError, match="can't be opened"):
        Store(former)
    assert former.read_bytes() == before


def test_step_that_fails_changes_nothing(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(db: sqlite3.Connection) -> None:
        db.execute("DROP TABLE views")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("clientsync_tui.store.migrations.STEPS", (*STEPS[:-1], fails))
        with pytest.raises(UsageError, match="full"):
            Store(former)
    with closing(sqlite3.connect(former)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM views").fetchone()[0] == 1
    Store(former).close()


def test_only_the_newest_copies_stay(former: Path) -> None:
    folder = copies.folder_of(former)
    folder.mkdir()
    for day in range(1, 10):
        (folder / f"202611{day:02}T000000Z-before-version-{VERSION}.db").touch()
    (folder / "notes.txt").touch()
    Store(former).close()
    names = sorted(file.name for file in folder.iterdir())
    assert len(names) == copies.KEPT + 1 and names[0].startswith("20261104") and names[-1] == "notes.txt"


def test_program_that_runs_while_a_newer_one_upgrades_writes_no_more(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.ledger.append(added("c1"))
    with closing(sqlite3.connect(store.path)) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(Trouble, match="upgraded by a newer Client Sync in the meantime"):
        store.ledger.append(added("c2"))
    assert store.ledger.last() == 1
    store.close()


def test_two_at_once_upgrade_once(former: Path) -> None:
    code = "import sys; from pathlib import Path; from clientsync_tui.store.store import Store; sys.stdin.readline(); s = Store(Path(sys.argv[1])); print(s.ledger.last())"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(former)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [start.communicate("go\n", timeout=60)[0] for start in starts]
    assert said == ["24\n"] * 3
    assert len(copies.existing(former)) == 1


def test_plain_letters_find_the_accented_names_of_a_former_release(upgraded: Store) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    found = upgraded.clients.by_number(upgraded.clients.find(parse("novak"), now), now)
    assert [client.name for client in found] == ["Novák Stavby s.r.o."]


def test_practice_of_release_0_2_is_upgraded_whole(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(RELEASE_0_2.read_text("utf-8"))
        before = {table: rows(db, f"SELECT * FROM {table}") for table in ("ledger", "head", *KEPT_AS_IT_WAS)}
        work = [rows(db, query) for query in WORK]
    with closing(Store(path)) as store:
        for table, were in before.items():
            now = rows(database_of(store).connection, f"SELECT * FROM {table}")
            # A later step may have added columns at the end.
            assert [row[: len(old)] for row, old in zip(now, were, strict=True)] == were, table
        assert [rows(database_of(store).connection, query) for query in WORK] == work
        assert [item.cannot for item in store.jobs.items("4d22bd77")] == [False, True]
        assert store.inspection.flaw() is None and store.inspection.differing_tables() == []
        assert store.inspection.foreign_tables() == []
        at = datetime(2026, 11, 20, tzinfo=UTC)
        plain = store.clients.by_number(store.clients.find(parse("lodz ol thing"), at), at)
        assert [client.name for client in plain] == ["Łódź Øl & Þing"]
        found = store.clients.find(parse("cafe status:expired"), at)
        (cafe,) = store.clients.by_number(found, at)
        assert (cafe.name, cafe.integrations[0].standing.reason) == ("Zoë's Café", Reason.SIGN_IN_REFUSED)
        (refused,) = [sign_in for sign_in in store.sign_ins.held("u1000@host") if sign_in.refused]
        assert (refused.software, refused.organisation_name) == ("quickbooks", "Zoë's Café")
        (job,) = store.jobs.unfinished()
        assert (job.kind, job.total, job.left) == ("refresh", 2, 1)
        assert store.former_views() == {"North": "team:North"} and store.meta("filters") == '["oak"]'
    (copy,) = copies.existing(path)
    assert copies.check(copy) is None


@pytest.mark.parametrize("what", OF_RELEASE_0_2)
def test_unfinished_job_of_release_0_2_continues_with_what_it_knew(tmp_path: Path, what: str) -> None:
    kind, body, facts, sign_in = OF_RELEASE_0_2[what]
    path = tmp_path / "practice.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(RELEASE_0_2.read_text("utf-8"))
        paused = json.dumps({"paused": {"says": "Sign in again.", "sign_in": True}})
        db.execute("UPDATE jobs SET kind = ?, state = 'paused', body = ?", (kind, paused))
        db.execute("UPDATE items SET body = ? WHERE n = 0", (json.dumps(body),))
    with closing(Store(path)) as store:
        (job,) = store.jobs.unfinished()
        assert job.paused == ("Sign in again.", True)
        item = store.jobs.items(job.id)[0]
        assert parsed(type(facts), item.facts) == facts
        assert (item.sign_in, item.organisation_name, item.cannot, item.key) == (sign_in, "Oak", False, None)
