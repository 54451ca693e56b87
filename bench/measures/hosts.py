"""A practice on PostgreSQL: how soon colleagues see a change, what a commit costs, and how much faster several workers and a new host are."""

import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.store.postgres import moving
from clientsync_tui.store.postgres.address import Address, address_of
from clientsync_tui.store.postgres.connecting import connect
from clientsync_tui.store.postgres.home import PostgresHome
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.runner import WAITING_FACTOR, Runner
from clientsync_tui.sync.kinds import check
from clientsync_tui.sync.kinds.seam.kind import Request
from tests.support.postgres import Database, Server
from tests.sync.books import ANN, Books, Practice

from ..result import Result, measure

SEEN_WITHIN_MS = 2000
"""The promised time for a change through PostgreSQL."""
LATENCY_S = 0.25
"""The time of one call to an accounting app."""


@measure("hosts")
def hosts(quick: bool) -> Iterator[Result]:
    server = Server()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield from _measured(server, Path(folder), quick)
    finally:
        server.remove()


def _measured(server: Server, folder: Path, quick: bool) -> Iterator[Result]:
    clients = 2_000 if quick else 100_000
    people, seconds = (3, 3) if quick else (10, 30)
    alone = Store(folder / "alone" / "practice.db")
    alone.ledger.append(*(_added(f"c{n}", f"Client {n:06}") for n in range(clients)))
    address = address_of(Database(server).url())
    first = folder / "first" / "practice.db"
    with connect(address) as db:
        moving.to_server(alone, db, address, "Bench", first, None)
    yield _following(address, folder, alone, clients)
    alone.close()
    yield from _visible(address, folder, first, people, seconds)
    yield _commit(address, folder, first, 50 if quick else 500)
    items = 48 if quick else 1_200
    for workers in (1, 2, 4):
        took = _job(Database(server).url(), folder, workers, items)
        bound = items * LATENCY_S / (workers * Books.limits.at_once * WAITING_FACTOR)
        yield Result(
            f"job of {items:,} items on {workers} workers, the bound of its calls, s", took, bound, 2
        )


def _added(client: str, name: str) -> NewEntry:
    return NewEntry(Kind.CLIENT_ADDED, "bench", client, body={"name": name})


def _following(address: Address, folder: Path, alone: Store, entries: int) -> Result:
    """Joining from a new host, beside rebuilding the same client list from the ledger in a file."""
    with closing(Store(folder / "new" / "practice.db", PostgresHome(address))) as store:
        begun = time.perf_counter()
        store.catch_up()
        took = time.perf_counter() - begun
    begun = time.perf_counter()
    alone.ledger.rebuild()
    return Result(f"follow {entries:,} entries from zero, rebuild, s", took, time.perf_counter() - begun, 3)


@contextmanager
def _host(address: Address, folder: Path, first: Path, name: str) -> Iterator[Store]:
    file = folder / name / "practice.db"
    file.parent.mkdir()
    copyfile(first, file)
    file.chmod(0o600)
    with closing(Store(file, PostgresHome(address))) as store:
        store.catch_up()
        yield store


def _visible(address: Address, folder: Path, first: Path, people: int, seconds: int) -> Iterator[Result]:
    """Everyone changes something every second. Measures how long until another host's follower has it."""
    made: dict[str, float] = {}
    seen: dict[str, float] = {}

    def changes(person: int) -> None:
        with _host(address, folder, first, f"person{person}") as store:
            for n in range(seconds):
                begun = time.perf_counter()
                note = f"{person} {n}"
                body = {"note": note, "before": None}
                store.ledger.append(NewEntry(Kind.NOTE_SET, "bench", f"c{person}", body=body))
                made[note] = begun
                time.sleep(max(0.0, 1 - (time.perf_counter() - begun)))

    with _host(address, folder, first, "watcher") as watcher:
        last = watcher.ledger.last()
        follower = watcher.surroundings
        follower.start()
        threads = [threading.Thread(target=changes, args=(person,)) for person in range(people)]
        for thread in threads:
            thread.start()
        while len(seen) < people * seconds and any(thread.is_alive() for thread in threads):
            for entry in watcher.ledger.entries(after=last):
                last, seen[entry.body["note"]] = entry.seq, time.perf_counter()
            time.sleep(0.005)
        follower.stop()
    waits = sorted((seen[note] - made[note]) * 1000 for note in seen)
    yield Result(
        f"change visible elsewhere with {people} people, p50, ms",
        statistics.median(waits),
        SEEN_WITHIN_MS,
        0.5,
    )
    p95 = waits[int(len(waits) * 0.95)]
    yield Result(f"change visible elsewhere with {people} people, p95, ms", p95, SEEN_WITHIN_MS, 1)


def _commit(address: Address, folder: Path, first: Path, times: int) -> Result:
    def each(store: Store) -> float:
        took: list[float] = []
        for n in range(times):
            begun = time.perf_counter()
            body = {"note": str(n), "before": None}
            store.ledger.append(NewEntry(Kind.NOTE_SET, "bench", "c1", body=body))
            took.append((time.perf_counter() - begun) * 1000)
        return statistics.median(took)

    with _host(address, folder, first, "commits") as store:
        shared = each(store)
    with closing(Store(folder / "file" / "practice.db")) as store:
        store.ledger.append(_added("c1", "Client"))
        return Result("commit through PostgreSQL, in a file, p50, ms", shared, each(store), 5)


def _job(url: str, folder: Path, workers: int, items: int) -> float:
    """Seconds for a job with realistic latency, each worker on its own host."""
    from clientsync_tui.store.postgres import schema

    address = address_of(url)
    with connect(address) as db:
        schema.create(db, address, "Bench")
    stores = [
        Store(folder / f"job{workers}" / str(n) / "practice.db", PostgresHome(address))
        for n in range(workers)
    ]
    practices = [Practice(store, {"alpha": Books("alpha")}) for store in stores]
    for practice in practices:
        practice.store.catch_up()
        practice.softwares["alpha"].takes_s = LATENCY_S
    sign_in = practices[0].sign_in("alpha", ANN)
    with stores[0].transaction():
        for n in range(items):
            practices[0].client(sign_in, str(n))
    job = stores[0].jobs.create(check.plan(Request(stores[0], None, held={sign_in.id})), "bench")
    for practice in practices:
        practice.store.catch_up()
        practice.store.sign_ins.hold(sign_in.id, "tester@desk")
    threads = [
        threading.Thread(target=lambda practice=practice: asyncio.run(Runner(practice, job, join=True).run()))
        for practice in practices
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    for store in stores:
        store.close()
    return took
