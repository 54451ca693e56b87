"""The line to the server goes silent while connections stay open. Nothing waits forever, and everything continues once it is back."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from psycopg import OperationalError

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.roles import Right
from clientsync_tui.practice.trouble import Unreachable
from clientsync_tui.store.postgres import budget, follower, home, silence
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.connecting import connect
from tests.support.command import PATIENCE_S
from tests.support.hosts import Host, host, shared
from tests.support.network.line import Line
from tests.support.network.namespaces import network, within
from tests.support.network.tls import Authority
from tests.support.postgres import OWNER, Database

ADDED = NewEntry(Kind.CLIENT_ADDED, "x", "c1", body={"name": "Abbey"})


@pytest.fixture
def line(postgres: Database) -> Iterator[Line]:
    with Line(postgres.server.port) as line:
        yield line


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short limits, so that tests end soon."""
    monkeypatch.setattr(follower, "POLL_S", 0.1)
    monkeypatch.setattr(follower, "AGAIN_S", 0.1)
    monkeypatch.setattr(follower, "SILENCE_S", 1.0)
    monkeypatch.setattr(home, "SOON_S", 1.0)
    monkeypatch.setattr(budget, "SOON_S", 1.0)
    monkeypatch.setattr(home, "LONG_S", 1.5)
    monkeypatch.setattr(silence.Connection, "silence_s", 1.2)


@pytest.fixture
def ben(tmp_path: Path, postgres: Database, line: Line, impatient: None) -> Host:
    """A host that reaches the server through the line."""
    (ann,) = shared(tmp_path, postgres, "ann")
    with ann.workplace() as workplace:
        workplace.store.ledger.append(ADDED)
    ben = host(tmp_path, "ben")
    url = postgres.url("ben").replace(str(postgres.server.port), str(line.port))
    ann.ok("practice", "grant", postgres.role("ben"), "member")
    ben.ok("practice", "join", f"{url}?connect_timeout=2")
    return ben


def until(holds: Callable[[], bool]) -> None:
    """Waits until the condition holds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.02)


def test_open_program_reports_a_silent_line_and_continues_when_it_is_back(
    ben: Host, tmp_path: Path, line: Line
) -> None:
    ann = Host(tmp_path / "ann", "ann")
    with ben.workplace() as workplace:
        around = workplace.store.surroundings
        around.start()
        try:
            until(lambda: around.refusal(Right.CHANGE) is None and workplace.store.home.level is not None)
            line.cut()
            until(lambda: "PostgreSQL can't be reached since" in around.says)
            assert "can't be reached" in (around.refusal(Right.CHANGE) or "")
            begun = time.monotonic()
            with pytest.raises(Unreachable):
                workplace.store.ledger.append(NewEntry(Kind.NOTE_SET, "x", "c1", body={"note": "Hello"}))
            assert time.monotonic() - begun < 1, "no one waits for a known failure"
            assert workplace.store.clients.total() == 1
            ann.ok("team", "create", "North")
            line.restore()
            until(lambda: not around.says and workplace.store.clients.teams() == ["North"])
            workplace.store.ledger.append(NewEntry(Kind.TEAM_CREATED, "x", body={"team": "South"}))
        finally:
            around.stop()
    assert ann.ok("practice", "status", "--json")["entries"] == 3


@pytest.mark.parametrize("last_words", [b"clientsync.append", b"COMMIT"])
def test_change_that_the_silence_cuts_off_is_given_up_in_time(
    ben: Host, line: Line, last_words: bytes
) -> None:
    with ben.workplace() as workplace:
        store = workplace.store
        begun = time.monotonic()
        line.cut_behind(last_words)
        with pytest.raises(Unreachable):
            store.ledger.append(NewEntry(Kind.TEAM_CREATED, "x", body={"team": "North"}))
        assert time.monotonic() - begun < 12
        line.restore()
        store.catch_up()
        assert store.clients.teams() == (["North"] if last_words == b"COMMIT" else [])
        store.ledger.append(NewEntry(Kind.TEAM_CREATED, "x", body={"team": "South"}))
        assert store.inspection.differing_tables() == []


def test_calls_are_not_held_up_by_a_silent_line(ben: Host, line: Line) -> None:
    with ben.workplace() as workplace:
        grants = workplace.store.budget()
        assert grants is not None and grants.grant("xero o1", 60, 60, 5) == (5, 0)
        line.cut()
        begun = time.monotonic()
        assert grants.grant("xero o1", 60, 60, 5) is None
        assert time.monotonic() - begun < 5
        grants.close()


def test_command_on_a_silent_line_reads_what_is_known(ben: Host, line: Line) -> None:
    line.cut()
    begun = time.monotonic()
    said = ben.run("clients", "--json")
    assert (said.code, [client["name"] for client in said.json]) == (0, ["Abbey"])
    assert "can't be reached" in said.err and time.monotonic() - begun < 20


@pytest.mark.long
def test_answer_that_only_trickles_in_is_given_up(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "MOST_S", 0.4)
    drips = "DO $$ BEGIN LOOP RAISE NOTICE 'soon'; PERFORM pg_sleep(0.05); END LOOP; END $$"
    with connect(address_of(postgres.url())) as server:
        with pytest.raises(OperationalError, match="no whole answer"):
            server.execute(drips)
        assert server.closed


def test_hosts_on_separate_networks_survive_an_unplugged_cable(
    tmp_path: Path, postgres: Database, impatient: None
) -> None:
    """Through TLS, from two namespaces to a third. Every packet is lost, and no connection is closed."""
    office, name = Authority(tmp_path, "office"), "db.example.com"
    socket = postgres.server.socket_folder / f".s.PGSQL.{postgres.server.port}"
    with network(2) as net, ExitStack() as stack:
        line = Line(socket, office.certificate(name), address="0.0.0.0")
        stack.push(line)
        within(net.server, line.__enter__)
        london, paris = host(tmp_path, "london"), host(tmp_path, "paris")

        def run(n: int, *words: str) -> None:
            within(net.hosts[n], lambda: (london, paris)[n].ok(*words))

        def url(n: int, role: str) -> str:
            return (
                f"postgresql://{role}@{name}:{line.port}/{postgres.name}"
                f"?hostaddr=10.77.{n}.1&sslrootcert={office.file}&connect_timeout=2"
            )

        run(0, "practice", "create", url(0, OWNER))
        run(0, "practice", "join", url(0, OWNER))
        postgres.url("ben")
        run(0, "practice", "grant", postgres.role("ben"), "member")
        run(1, "practice", "join", url(1, postgres.role("ben")))
        with paris.workplace() as workplace:
            store, around = workplace.store, workplace.store.surroundings
            within(net.hosts[1], around.start)
            stack.callback(around.stop)
            run(0, "team", "create", "North")
            until(lambda: store.clients.teams() == ["North"])
            net.unplug(1)
            until(lambda: "PostgreSQL can't be reached since" in around.says)
            run(0, "team", "create", "West")
            with pytest.raises(Unreachable):
                store.ledger.append(NewEntry(Kind.TEAM_CREATED, "x", body={"team": "Lost"}))
            net.plug(1)
            until(lambda: not around.says and store.clients.teams() == ["North", "West"])
            around.stop()
        run(1, "team", "create", "South")
        assert within(net.hosts[0], lambda: london.ok("practice", "status", "--json"))["entries"] == 3
