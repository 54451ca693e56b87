"""Claims through PostgreSQL: seen on the other host, taken over, ended, and never another person's."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.practice.filter import parse
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.home import PostgresHome
from clientsync_tui.store.store import Store
from clientsync_tui.sync.home import claim_words
from tests.faults.clock import clock_off_by
from tests.support.hosts import Host, shared
from tests.support.postgres import Database, Server


@pytest.fixture
def hosts(tmp_path: Path, postgres: Database) -> tuple[Host, Host]:
    london, paris = shared(tmp_path, postgres, "ann", "ben")
    with london.workplace() as workplace:
        for client in ("c1", "c2", "c3"):
            name = f"Client {client}"
            workplace.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", client, body={"name": name}))
    return london, paris


def claimed(at: Host) -> dict[str, str]:
    return {c["id"]: c["claimed_by"]["name"] for c in at.ok("clients", "--json") if c["claimed_by"]}


def test_claim_is_seen_on_the_other_host_with_the_persons_name_and_taken_over(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    london, paris = hosts
    paris.ok("claim", "--client", "c1", "--client", "c2")
    assert claimed(london) == {"c1": "Ben", "c2": "Ben"} == claimed(paris)
    result = london.ok("team", "assign", "North", "--client", "c1", "--client", "c3")
    assert "1 of these clients is claimed by Ben (since" in result.err
    london.ok("claim", "--client", "c1")
    assert claimed(paris) == {"c1": "postgres", "c2": "Ben"}
    (taken,) = [entry for entry in paris.ok("log", "--json") if entry["kind"] == "claim_taken_over"]
    assert (taken["actor"], taken["body"]["from"]) == (
        "postgres",
        {"role": postgres.role("ben"), "name": "Ben"},
    )
    assert paris.ok("release", "--match", "claimed:you", "--json") == {"released": 1}
    assert claimed(london) == {"c1": "postgres"}
    assert [at.ok("practice", "status", "--json")["claims"] for at in hosts] == [1, 1]


@pytest.mark.parametrize("hours", [-5, 5])
def test_servers_clock_says_when_a_claim_ends(
    hosts: tuple[Host, Host], postgres: Database, hours: int
) -> None:
    london, paris = hosts
    london.ok("claim", "--client", "c1")
    since = london.ok("clients", "--json")[0]["claimed_by"]["since"]
    with paris.workplace() as workplace, clock_off_by(timedelta(hours=hours)):
        store = workplace.store
        # The server's clock is unknown until it is asked.
        store.catch_up()
        now = datetime.now(UTC) + timedelta(hours=hours)
        (claim,) = store.claims.active(now)
        assert timedelta(minutes=29) < claim.until - now < timedelta(minutes=31)
        assert iso(claim.since) == since, "as in the history"
        assert [c.id for c in store.clients.by_id(["c1"], now).values() if c.claim] == ["c1"]
        assert claim_words.mark(claim, now, ascii_marks=True) == "@"
        assert store.claims.active(now + timedelta(minutes=31)) == []
        with closing(Store(store.path, PostgresHome(address_of(postgres.url("ben"))))) as unasked:
            assert len(unasked.claims.active(now)) == 1, "the file has the claim without the server"
            found = unasked.clients.find(parse("claimed:postgres"), now, held=set(), me=set())
            assert len(found) == 1
        paris.ok("claim", "--client", "c2")
    (theirs,) = [c for c in london.ok("clients", "--json") if c["id"] == "c2"]
    began = datetime.fromisoformat(theirs["claimed_by"]["since"])
    assert abs(began - datetime.now(UTC)) < timedelta(minutes=1)
    assert claimed(paris) == {"c1": "postgres", "c2": "Ben"}, "the clock was corrected"


def test_without_the_server_claims_are_read_and_none_is_made(
    hosts: tuple[Host, Host], server: Server
) -> None:
    london, paris = hosts
    london.ok("claim", "--client", "c1")
    assert claimed(paris) == {"c1": "postgres"}
    server.stop()
    try:
        result = paris.run("claim", "--client", "c2")
        assert result.code == 4 and "can't be reached" in result.err
        assert [c["id"] for c in paris.run("clients", "--json").json if c["claimed_by"]] == ["c1"]
    finally:
        server.start()
    assert claimed(paris) == {"c1": "postgres"}


def test_server_lets_no_one_write_anothers_claim(hosts: tuple[Host, Host], postgres: Database) -> None:
    london, paris = hosts
    london.ok("claim", "--client", "c1")
    with postgres.connect("ben") as db:
        db.execute("SELECT clientsync.release(ARRAY['c1'])")
        for statement in (
            "DELETE FROM clientsync.claims",
            "UPDATE clientsync.claims SET name = 'Ann'",
            "INSERT INTO clientsync.claims VALUES ('c2', 'postgres', 'Ann', 'a', 'b', 30)",
        ):
            with pytest.raises(InsufficientPrivilege):
                db.execute(statement)
        with pytest.raises(psycopg.errors.CheckViolation):
            db.execute("SELECT clientsync.take_claims(ARRAY['c2'], 100000)")
    assert claimed(paris) == {"c1": "postgres"}
    london.ok("practice", "grant", postgres.role("ben"), "viewer")
    result = paris.run("claim", "--client", "c2")
    assert result.code == 2 and "you are a viewer" in result.err
    with postgres.connect("ben") as db, pytest.raises(InsufficientPrivilege):
        db.execute("SELECT clientsync.take_claims(ARRAY['c2'], 30)")
