"""Two hosts and their server under any entries, jobs, kills and outages in any order: Hypothesis plays all of them."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.trouble import Unreachable, UsageError
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.store.postgres import schema
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.connecting import connect
from clientsync_tui.store.postgres.home import PostgresHome
from clientsync_tui.store.projection import Clash
from clientsync_tui.store.store import Store
from clientsync_tui.store.work.workers import LeaseLost
from tests.store.entries import derived, signed_in
from tests.store.test_store_any_order import new_entries
from tests.support.inside import database_of
from tests.support.postgres import Database, Server, fresh_database

HOSTS = ("london", "paris")
ITEMS = 3
EXAMPLES = int(os.environ.get("HOSTS_EXAMPLES", "5"))
hosts = st.sampled_from(HOSTS)


class Killed(BaseException):
    """The program ends at this instant."""


class TwoHosts(RuleBasedStateMachine):
    """`server`: set by the test, because Hypothesis makes the machines."""

    server: Server

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database: Database = fresh_database(self.server)
        self.address = address_of(self.database.url())
        self.is_up = True
        self.acknowledged: list[str] = []
        with connect(self.address) as db:
            schema.create(db, self.address, "Tester & Co")
        self.stores = {name: self._opened(name) for name in HOSTS}
        with self.stores["london"].transaction():
            self.stores["london"].ledger.append(*map(signed_in, ("xero:ann", "xero:bob", "sage:ann")))

    def _opened(self, name: str) -> Store:
        store = Store(Path(self.folder.name) / name / "practice.db", PostgresHome(self.address))
        if self.is_up:
            store.catch_up()
        return store

    @contextmanager
    def _allowed(self) -> Iterator[None]:
        """Whatever is done may be refused; without the server it must be."""
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
            appended = self.stores[host].ledger.append(*entries)
            self.acknowledged += [entry.at for entry in appended[:1]]

    @rule(host=hosts, entry=new_entries())
    def part_that_fails_alone(self, host: str, entry: NewEntry) -> None:
        store = self.stores[host]
        with self._allowed(), store.transaction():
            with suppress(ZeroDivisionError), store.transaction():
                store.ledger.append(entry)
                raise ZeroDivisionError
            with suppress(Clash), store.transaction():
                store.ledger.append(entry)

    @rule(host=hosts, entry=new_entries(), saved=st.booleans())
    def killed_while_saving(self, host: str, entry: NewEntry, saved: bool) -> None:
        """Before the server has it, or between the server's commit and the file's."""
        store = self.stores[host]
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
            self.stores[host].catch_up()

    @rule(host=hosts)
    def plan_job(self, host: str) -> None:
        items = tuple(PlanItem(Will.DO, f"c{n}", f"Client {n}", "xero", f"o{n}") for n in range(ITEMS))
        with self._allowed():
            self.stores[host].jobs.create(Plan("check", "xero", None, items), "x")

    @rule(host=hosts, n=st.integers(0, ITEMS - 1), ends=st.booleans())
    def work(self, host: str, n: int, ends: bool) -> None:
        """Takes an item of the newest job and does it, or dies with it in hand."""
        store = self.stores[host]
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

    def teardown(self) -> None:
        if not hasattr(self, "stores"):
            return
        self.server_starts()
        heads, tables = [], []
        done: Counter[tuple[str, int]] = Counter()
        for store in self.stores.values():
            store.catch_up()
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
    machine: type[RuleBasedStateMachine] = type("Machine", (TwoHosts,), {"server": server})
    checks = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
    how = settings(max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(machine, settings=how)
