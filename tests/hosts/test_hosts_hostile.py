"""A member appends entries that the program never would: they have no effect and block no one."""

import json
from datetime import UTC, datetime
from threading import Thread

import pytest
from psycopg.errors import CheckViolation, FeatureNotSupported, InsufficientPrivilege

from clientsync_tui.practice.entries import Kind
from clientsync_tui.store.postgres import address
from tests.support.hosts import Host
from tests.support.postgres import Database

APPEND = "SELECT clientsync.append(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
SIZE = "ALTER TABLE clientsync.ledger DROP CONSTRAINT ledger_body_limits"

UNREADABLE = [
    '{"note": {"a": 1}}',
    '{"note": [1]}',
    '{"note": "\\ud800"}',
    f'{{"note": "x", "n": {"9" * 5000}}}',
    f'{{"note": "x", "n": {"[" * 3000}{"]" * 3000}}}',
    '{"note": "x", "n": 1e999}',
]
WRONG = (
    '{"name": [1], "before": {"a": [1]}, "from": "x", "person": 3, "team": 5, "details": [1], "was": [1], "ends_at": 7, '
    '"lists": 3, "refused_lists": 4, "organisation": [2], "settings": "x", "reason": {}, "step": {}, "undoes": []}'
)


def append(
    postgres: Database, kinds: list[str], client: str | None, bodies: list[str], who: str = "ben"
) -> None:
    none, clients = [None] * len(kinds), [client] * len(kinds)
    with postgres.connect(who) as db:
        db.execute(APPEND, (kinds, clients, none, none, bodies))


def no_limits(postgres: Database) -> None:
    """The server as it was before it had limits."""
    with postgres.connect() as db:
        db.execute(SIZE)


def test_entry_that_can_not_be_read_has_no_effect_and_stops_no_host(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    no_limits(postgres)
    append(postgres, ["note_set"] * len(UNREADABLE), "c1", UNREADABLE)
    append(postgres, ["client_removed"], "c1", [UNREADABLE[4]])
    for at in hosts:
        assert [client["name"] for client in at.ok("clients", "--json")] == ["Abbey"]
        assert at.ok("practice", "status", "--json")["behind"] == 0
        assert at.ok("log").out.count("(an entry that can't be read)") == len(UNREADABLE) + 1
        assert len(at.ok("log", "--json")) == len(UNREADABLE) + 2
        with at.workplace() as workplace:
            assert workplace.store.inspection.differing_tables() == []
            workplace.store.ledger.rebuild()
            assert workplace.store.clients.total() == 1
            (client,) = workplace.store.clients.by_number([1], datetime.now(UTC))
            assert client.note == ""
    ann, _ = hosts
    ann.ok("set", "--client", "c1", "--note", "Hello")
    ann.ok("practice", "revoke", "--yes", postgres.role("ben"))


def test_body_of_any_shape_stops_no_reader(hosts: tuple[Host, Host], postgres: Database) -> None:
    left_out = (Kind.CLIENT_REMOVED, Kind.CLAIM_TAKEN_OVER)
    kinds = [str(kind) for kind in Kind if kind not in left_out] * 2
    half = len(kinds) // 2
    append(postgres, kinds, "c1", ["{}"] * half + [WRONG] * half)
    append(postgres, ["team_created"], None, ["{}"])
    ann, ben = hosts
    for at in (ann, ben):
        for words in (["log"], ["log", "--json"], ["client", "c1"], ["client", "c1", "--json"]):
            at.ok(*words)
        assert at.run("undo").code == 2, "there is nothing to undo"
    assert "Abbey" in ann.ok("clients", "--csv").out
    with ben.workplace() as workplace:
        assert workplace.store.ledger.refused_lists("c1", "xero", "o1") == {}
        assert list(workplace.store.lately.changed(0)) == []


def test_only_texts_become_details(hosts: tuple[Host, Host], postgres: Database) -> None:
    body = '{"details": {"currency": {"a": 1}, "tax_number": 5, "city": "York"}}'
    append(postgres, ["details_set"], "c1", [body])
    for at in hosts:
        assert at.ok("client", "c1", "--json")["details"] == {"city": "York", "country": "GB"}
        assert "Abbey" in at.ok("clients", "--csv").out


@pytest.mark.parametrize("body", [*UNREADABLE[3:], f'{{"note": "{"x" * 1_100_000}"}}'], ids=range(4))
def test_server_refuses_a_body_beyond_its_limits(
    hosts: tuple[Host, Host], postgres: Database, body: str
) -> None:
    with pytest.raises(CheckViolation):
        append(postgres, ["note_set"], "c1", [body])


def test_claim_is_taken_over_only_with_an_entry(hosts: tuple[Host, Host], postgres: Database) -> None:
    ann, ben = hosts
    ann.ok("claim", "--client", "c1")
    with pytest.raises(FeatureNotSupported, match="the server itself writes"):
        append(postgres, ["claim_taken_over"], "c1", ["{}"])
    with postgres.connect("ben") as db:
        with pytest.raises(FeatureNotSupported, match="update Client Sync on this host"):
            db.execute("SELECT clientsync.claim(ARRAY['c1'], 30)")
        with pytest.raises(InsufficientPrivilege):
            db.execute(
                APPEND.replace("append", "add_entries"),
                [["claim_taken_over"], ["c1"], [None], [None], ["{}"]],
            )
        db.execute("SELECT clientsync.take_claims(ARRAY['c1', 'c9'], 30)")
        claimed = db.execute("SELECT client FROM clientsync.claims").fetchall()
    assert claimed == [("c1",)], "there is no client c9"
    for at in hosts:
        (taken,) = [entry for entry in at.ok("log", "--json") if entry["kind"] == "claim_taken_over"]
        assert (taken["actor"], taken["client"]) == (postgres.role("ben"), "c1")
        assert taken["body"]["from"] == {"role": "postgres", "name": "postgres"}
        assert at.ok("clients", "--json")[0]["claimed_by"]["name"] == "Ben"
    ben.ok("set", "--client", "c1", "--note", "Hello")


def test_calls_are_taken_in_blocks_and_in_the_members_name(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    with postgres.connect("ben") as db:
        take = "SELECT granted FROM clientsync.take_calls('xero o1', %s, %s, %s)"
        assert db.execute(take, (60, 60, 1_000_000)).fetchone() == (5,), "a twelfth"
        for wrong in ((10**9, 60, 1), (60, 10**9, 1), (60, 60, -60)):
            with pytest.raises(InsufficientPrivilege, match="no limit of an accounting app"):
                db.execute(take, wrong)
        with pytest.raises(InsufficientPrivilege):
            db.execute("DELETE FROM clientsync.rates")
        seen = db.execute("SELECT person, n FROM clientsync.rates").fetchall()
    assert seen == [(postgres.role("ben"), 5)]


def test_texts_of_any_length_are_refused(hosts: tuple[Host, Host], postgres: Database) -> None:
    ann, _ = hosts
    endless = "x" * 2_000_000
    job = {
        "id": "j1", "kind": "check", "state": "running", "by": "ben", "started_at": "2026-11-30T10:00:00.000Z", "needs_sign_in": 0,
    }  # fmt: skip
    with pytest.raises(CheckViolation):
        append(postgres, ["note_set"], endless, ["{}"])
    with postgres.connect("ben") as db:
        for field in ("id", "software", "paused"):
            with pytest.raises(CheckViolation):
                db.execute(
                    "SELECT clientsync.put_work(%s::jsonb, '[]', '[]')",
                    [json.dumps([{**job, field: endless}])],
                )
    assert ann.ok("jobs", "--json") == []


def test_practices_lock_can_not_be_held_for_long(hosts: tuple[Host, Host], postgres: Database) -> None:
    del hosts
    rest = "SELECT current_setting('idle_in_transaction_session_timeout')"
    with postgres.connect("ben") as db:
        db.execute("SET idle_in_transaction_session_timeout = 0")
        for take in (
            "SELECT clientsync.lock_head()",
            "SELECT clientsync.put_work('[]', '[]', '[]')",
            "SELECT clientsync.take_claims(ARRAY['c1'], 30)",
        ):
            db.execute("BEGIN")
            db.execute(take)
            assert db.execute(rest).fetchone() == ("30s",)
            db.execute("ROLLBACK")


def test_who_holds_the_practices_lock_is_named(
    hosts: tuple[Host, Host], postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, _ = hosts
    soon = address.SETTINGS.replace("lock_timeout=10s", "lock_timeout=100ms")
    monkeypatch.setattr(address, "SETTINGS", soon)
    with postgres.connect("ben") as holder, postgres.connect("ben") as waits:
        holder.execute("BEGIN")
        holder.execute("SELECT clientsync.lock_head()")
        waits.execute("SET lock_timeout = '10s'")
        waiting = Thread(target=lambda: waits.execute("SELECT clientsync.lock_head()"))
        waiting.start()
        for words in (
            ["set", "--client", "c1", "--note", "Hello"],
            ["practice", "grant", postgres.role("ben"), "viewer"],
        ):
            said = ann.run(*words)
            assert said.code == 1 and f'"{postgres.role("ben")}" has been changing the practice' in said.err
            assert f"pg_terminate_backend({holder.info.backend_pid})" in said.err
        holder.execute("ROLLBACK")
        waiting.join(10)
    ann.ok("set", "--client", "c1", "--note", "Hello")
