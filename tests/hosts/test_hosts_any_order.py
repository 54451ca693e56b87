"""Two hosts and their server under any entries, jobs, claims, clocks, kills and outages in any order: Hypothesis plays all of them."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.filter import parse
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.roles import Level
from clientsync_tui.practice.trouble import Unreachable, UsageError
from clientsync_tui.store.claims import Claims
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.store.postgres import replica, schema
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.connecting import connect
from clientsync_tui.store.postgres.home import PostgresHome
from clientsync_tui.store.projection import Clash
from clientsync_tui.store.store import Store
from clientsync_tui.store.work.workers import LeaseLost
from tests.faults.clock import Clock, settable_clock
from tests.store.entries import derived, signed_in
from tests.store.test_store_any_order import CLIENTS, new_entries
from tests.support.inside import database_of
from tests.support.postgres import OWNER, Database, Server

HOSTS = {"london": OWNER, "paris": "ben"}
"""The hosts, each with the role of the person there."""
ITEMS = 3
EXAMPLES = int(os.environ.get("HOSTS_EXAMPLES", "4"))
hosts = st.sampled_from(sorted(HOSTS))
some_clients = st.lists(st.sampled_from(CLIENTS), min_size=1, max_size=3, unique=True)


class Killed(BaseException):
    """Simulates that the program ends at this instant."""


class TwoHosts(RuleBasedStateMachine):
    """`server` and `clock`: set by the test, because Hypothesis makes the machines.

    `claims`: who has claimed each client. `taken_over`: how often a claim changed hands.
    """

    server: Server
    clock: Clock

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(self.server)
        self.addresses = {name: address_of(self.database.url(role)) for name, role in HOSTS.items()}
        self.clocks = dict.fromkeys(HOSTS, timedelta())
        self.claims: dict[str, str] = {}
        self.taken_over = 0
        self.is_up = True
        self.acknowledged: list[str] = []
        address = self.addresses["london"]
        with connect(address) as db:
            schema.create(db, address, "Tester & Co")
        PostgresHome(address).grant(self._role("paris"), Level.MEMBER, "Ben", None)
        self.stores = {name: self._opened(name) for name in HOSTS}
        with self.stores["london"].transaction():
            self.stores["london"].ledger.append(*map(signed_in, ("xero:ann", "xero:bob", "sage:ann")))

    def _role(self, host: str) -> str:
        return self.database.role(HOSTS[host])

    def _at(self, host: str) -> Store:
        """The program there, by that host's clock."""
        self.clock.by = self.clocks[host]
        return self.stores[host]

    def _opened(self, name: str) -> Store:
        self.clock.by = self.clocks[name]
        store = Store(Path(self.folder.name) / name / "practice.db", PostgresHome(self.addresses[name]))
        if self.is_up:
            store.catch_up()
        return store

    @contextmanager
    def _allowed(self) -> Iterator[None]:
        """Any action may be refused; without the server it must be."""
        try:
            yield
        except Unreachable:
            assert not self.is_up
        except (Clash, LeaseLost, UsageError):
            pass
        else:
            assert self.is_up

    @rule(host=hosts, entries=st.lists(new_entries(), min_size=1, max_size=3))
    def append(self, host: str, entries: list[NewEntry]) -> None:
        with self._allowed():
            appended = self._at(host).ledger.append(*entries)
            self.acknowledged += [entry.at for entry in appended[:1]]

    @rule(host=hosts, entry=new_entries())
    def part_that_fails_alone(self, host: str, entry: NewEntry) -> None:
        store = self._at(host)
        with self._allowed(), store.transaction():
            with suppress(ZeroDivisionError), store.transaction():
                store.ledger.append(entry)
                raise ZeroDivisionError
            with suppress(Clash), store.transaction():
                store.ledger.append(entry)

    @rule(host=hosts, entry=new_entries(), saved=st.booleans())
    def killed_while_saving(self, host: str, entry: NewEntry, saved: bool) -> None:
        """Dies before the server's commit, or between it and the file's."""
        store = self._at(host)
        commit = store.home.commit

        def dies(db: object) -> None:
            if saved:
                commit(db)  # type: ignore[arg-type]
            raise Killed

        store.home.commit = dies  # type: ignore[method-assign]
        with self._allowed(), suppress(Killed):
            store.ledger.append(entry)
        self._again(host)

    @rule(host=hosts)
    def killed(self, host: str) -> None:
        self._again(host)

    def _again(self, host: str) -> None:
        self.stores[host].close()
        self.stores[host] = self._opened(host)

    @rule()
    def server_stops(self) -> None:
        if self.is_up:
            self.server.stop()
            self.is_up = False

    @rule()
    def server_starts(self) -> None:
        if not self.is_up:
            self.server.start()
            self.is_up = True

    @rule(host=hosts)
    def follow(self, host: str) -> None:
        with self._allowed():
            self._at(host).catch_up()

    @rule(host=hosts, hours=st.sampled_from([-30, -3, 0, 3, 30]))
    def clock_is_set(self, host: str, hours: int) -> None:
        self.clocks[host] = timedelta(hours=hours)

    @rule(host=hosts, chosen=some_clients, dies=st.booleans())
    def claim(self, host: str, chosen: list[str], dies: bool) -> None:
        """Takes over what the other host has claimed; or dies between the server's commit and the file's."""
        store, home = self._at(host), self._at(host).home
        commit = home.commit

        def dies_behind(db: object) -> None:
            commit(db)  # type: ignore[arg-type]
            raise Killed

        if dies:
            home.commit = dies_behind  # type: ignore[method-assign]
        is_claimed = False
        with self._allowed():
            with suppress(Killed):
                store.claims.take(chosen, "x")
            is_claimed = True
        if dies:
            self._again(host)
        if is_claimed:
            clients = self._at(host).clients
            there = clients.by_id(chosen, datetime.now(UTC))
            listed = [client for client in there if not clients.is_removed(client)]
            self.taken_over += sum(self.claims.get(client, host) != host for client in listed)
            self.claims |= dict.fromkeys(listed, host)

    @rule(host=hosts, chosen=some_clients)
    def release(self, host: str, chosen: list[str]) -> None:
        with self._allowed():
            mine = [client for client in chosen if self.claims.get(client) == host]
            assert self._at(host).claims.release(chosen, "x") == len(mine)
            for client in mine:
                del self.claims[client]

    @rule()
    def claims_end(self) -> None:
        """Moves half an hour forward, for claims only."""
        if self.is_up:
            with self.database.connect() as db:
                end = (
                    "to_char(now() AT TIME ZONE 'UTC' - interval '1 s', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
                )
                db.execute(f"UPDATE clientsync.claims SET until = {end} WHERE until > {end}".encode())
                db.execute("SELECT clientsync.claims_changed()")
            self.claims = {}

    @rule(host=hosts)
    def plan_job(self, host: str) -> None:
        items = tuple(PlanItem(Will.DO, f"c{n}", f"Client {n}", "xero", f"o{n}") for n in range(ITEMS))
        with self._allowed():
            self._at(host).jobs.create(Plan("check", "xero", None, items), "x")

    @rule(host=hosts, n=st.integers(0, ITEMS - 1), ends=st.booleans())
    def work(self, host: str, n: int, ends: bool) -> None:
        """Starts an item of the newest job and does it, or dies while doing it."""
        store = self._at(host)
        if not (jobs := store.jobs.all(1)):
            return
        job = jobs[0].id
        with self._allowed():
            if store.jobs.workers.mine(job) is None:
                store.jobs.claim(job, join=True)
            if not store.jobs.take(job, n):
                return
            if ends:
                with store.transaction():
                    store.ledger.append(NewEntry(Kind.TEAM_CREATED, "x", body={"team": f"{job} {n}"}))
                    store.jobs.settle(job, n, ItemState.DONE)
        if not ends:
            self._again(host)

    @invariant()
    def files_are_sound(self) -> None:
        for store in self.stores.values() if hasattr(self, "stores") else ():
            connection = database_of(store).connection
            assert connection.execute("SELECT seq FROM head").fetchone()[0] == store.ledger.last()

    def _claimed(self, host: str) -> dict[str, str]:
        """Who has claimed what, as that host shows it."""
        store, now = self._at(host), datetime.now(UTC) + self.clocks[host]
        found = {claim.client: claim.person for claim in store.claims.active(now)}
        listed = store.clients.by_number(
            store.clients.find(parse("-claimed:none"), now, held=set(), me=set()), now
        )
        assert all(client.claim is not None and client.id in found for client in listed)
        return found

    def teardown(self) -> None:
        if not hasattr(self, "stores"):
            return
        self.server_starts()
        heads, tables = [], []
        done: Counter[tuple[str, int]] = Counter()
        for host, store in self.stores.items():
            self._at(host).catch_up()
            assert self._claimed(host) == {
                client: self._role(owner) for client, owner in self.claims.items()
            }, "claims are the same everywhere, whatever the clocks say"
            roles = [self._role(name) for name in HOSTS]
            entries = [e for e in store.ledger.entries() if e.kind == Kind.CLAIM_TAKEN_OVER]
            assert sum(e.body["from"]["role"] in roles for e in entries) == self.taken_over
            assert store.inspection.flaw() is None and store.inspection.differing_tables() == []
            heads.append(store.inspection.head())
            tables.append(derived(database_of(store)))
            store.ledger.rebuild()
            assert derived(database_of(store)) == tables[-1]
            done = Counter(
                (job.id, item.n)
                for job in store.jobs.all()
                for item in store.jobs.items(job.id, ItemState.DONE)
            )
            ran = Counter(
                e.body["team"]
                for e in store.ledger.entries()
                if e.kind == Kind.TEAM_CREATED and " " in e.body["team"]
            )
            assert ran == Counter(f"{job} {n}" for job, n in done), "each item ran once"
            assert set(self.acknowledged) <= {entry.at for entry in store.ledger.entries()}
        assert heads[0] == heads[1] and tables[0] == tables[1]
        for store in self.stores.values():
            store.close()
        self.folder.cleanup()


@pytest.mark.long
def test_two_hosts_agree_whatever_happens(server: Server) -> None:
    # Imported first, so that it sees the clock that is set.
    assert Claims and replica
    checks = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
    how = settings(max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    with settable_clock() as clock:
        machine: type[RuleBasedStateMachine] = type(
            "Machine", (TwoHosts,), {"server": server, "clock": clock}
        )
        run_state_machine_as_test(machine, settings=how)
