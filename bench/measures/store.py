"""The store: durable appends compared with the disk's limit, a rebuild with reading, a filter's letter and the counts with SQLite."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from bench.programs.filled import filled
from bench.result import Result, measure
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.filter import parse
from clientsync_tui.store.listing.find import BY_NAME, find, warm
from clientsync_tui.store.listing.sorting import Sort
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.writer import Writer

ME = "ann@example.com"
CLIENTS, CLIENTS_QUICK = 100_000, 5_000
WORKERS = 20
"""Calls that a job has running at once."""

BLOCK = 100
"""Appends per block: some of ours, then some of the limit's, so that a busy moment affects both."""

TYPED = ("h", "ha", "har", "b", "ba", "bak", "n", "no", "nov", "4", "42", "421", "z")
LIKE = (
    "SELECT n FROM clients WHERE removed = 0 AND (name LIKE ?1 OR practice_code LIKE ?1 OR team LIKE ?1 OR note LIKE ?1) "
    "ORDER BY name_key, n"
)
COUNTED_PLAINLY = "SELECT c.standing, count(*) FROM clients c NOT INDEXED JOIN standings s ON s.id = c.standing WHERE removed = 0 GROUP BY 1"


@measure("store_appends")
def appends(quick: bool) -> Iterator[Result]:
    """Durable appends of one entry each: refreshes of clients all over the file, one by one and as a bulk job makes them."""
    count = 300 if quick else 10_000
    with _store(CLIENTS_QUICK if quick else CLIENTS) as store:
        clients, choose = _links(store), random.Random(7)
        body = {"organisation_name": None, "details": {}, "before": {}, "lists": {"accounts": 81}}
        limit = os.open(store.path.with_name("limit"), os.O_CREAT | os.O_WRONLY)
        line = f"2026-03-29T12:00:00.000Z {ME} refreshed c000000 xero o000000 {body}".encode()

        def append() -> None:
            client, organisation = choose.choice(clients)
            store.ledger.append(NewEntry(Kind.REFRESHED, ME, client, "xero", organisation, body))

        def alone(times: int) -> None:
            for _ in range(times):
                append()

        async def working(times: int) -> None:
            writer = Writer(store)

            async def worker() -> None:
                for _ in range(times // WORKERS):
                    await writer.write(append)

            await asyncio.gather(*(worker() for _ in range(WORKERS)))
            await writer.close()

        def write_and_sync() -> None:
            os.write(limit, line)
            os.fdatasync(limit)

        for how, ours in (("one by one", alone), ("by a job", lambda times: asyncio.run(working(times)))):
            took = _turns(ours, write_and_sync, count)
            yield Result(f"ledger: {count:,} durable appends {how} / write + fdatasync, s", *took, 1.2)
        os.close(limit)


@measure("store_rebuild")
def rebuild(quick: bool) -> Iterator[Result]:
    """Rebuilding the derived tables from all entries, beside reading those entries."""
    clients, entries = (CLIENTS_QUICK, 25_000) if quick else (CLIENTS, 1_000_000)
    with _store(clients) as store:
        _refreshes(store, entries)
        read_s = _took(lambda: sum(1 for _ in store.ledger.entries()))
        rebuilt_s = _took(store.ledger.rebuild)
        yield Result(f"ledger: rebuild of {entries:,} entries / reading them, s", rebuilt_s, read_s, 5)


@measure("store_find")
def finding(quick: bool) -> Iterator[Result]:
    """The clients that match a letter, in order; every sort order; and the counts by status."""
    clients, times = (CLIENTS_QUICK, 3) if quick else (CLIENTS, 9)
    with _store(clients) as store:
        database, now = store._database, datetime.now(UTC)
        db = database.connection
        warm(database)
        find(database, parse("by:nobody"), now)

        def letter(text: str, sort: Sort = BY_NAME) -> float:
            return _median_ms(lambda: find(database, parse(text), now, sort), times)

        def like(text: str) -> float:
            return _median_ms(lambda: db.execute(LIKE, (f"%{text}%",)).fetchall(), times)

        ours, theirs = ([measured(text) for text in TYPED] for measured in (letter, like))
        beside = f"{clients:,} clients / SQLite LIKE on four columns, ms"
        yield Result(
            f"find: a letter, p50, {beside}", statistics.median(ours), statistics.median(theirs), 0.6
        )
        yield Result(f"find: a letter, worst, {beside}", max(ours), max(theirs), 1)
        whole = _median_ms(lambda: db.execute("SELECT * FROM clients ORDER BY name_key, n").fetchall(), 3)
        for column in ("name", "status", "by", "refreshed"):
            # The first time reads a column into memory. Someone who reverses the order waits for the second.
            letter("", ((column, True),))
            took = letter("", ((column, True),))
            yield Result(f"find: sorted by {column} / SQLite reading all by name, ms", took, whole, 0.25)
        counts = _median_ms(lambda: store.clients.counts(now), times)
        plainly = _median_ms(lambda: db.execute(COUNTED_PLAINLY).fetchall(), times)
        yield Result(
            f"counts by status, {clients:,} clients / SQLite without an index, ms", counts, plainly, 0.6
        )


@contextmanager
def _store(clients: int) -> Generator[Store]:
    with filled(clients) as config:
        store = Store(config.parent / "practice.db")
        try:
            yield store
        finally:
            store.close()


def _links(store: Store) -> list[tuple[str, str]]:
    """Each client's id and the id of its organisation."""
    query = "SELECT c.id, organisation_id FROM integrations i JOIN clients c ON c.n = i.client"
    return [(row[0], row[1]) for row in store._database.connection.execute(query)]


def _refreshes(store: Store, entries: int) -> None:
    """Fills the ledger up to this many entries with refreshes, and occasionally a sign-in that expired and was reconnected."""
    clients, choose = _links(store), random.Random(7)
    refreshed = NewEntry(
        Kind.REFRESHED, ME, body={"organisation_name": None, "details": {}, "lists": {"accounts": 81}}
    )
    expired = NewEntry(
        Kind.FOUND_EXPIRED, ME, body={"reason": "sign_in_refused", "sign_in": "xero:1", "was": None}
    )
    reconnected = NewEntry(Kind.RECONNECTED, ME, body={"sign_in": "xero:1", "from": "xero:1", "was": None})
    missing = entries - store.ledger.last()
    kinds = choose.choices((refreshed, expired, reconnected), (8, 1, 1), k=missing)
    for start in range(0, missing, 50_000):
        some = zip(kinds[start : start + 50_000], choose.choices(clients, k=50_000), strict=False)
        store.ledger.append(
            *(
                replace(kind, client=client, software="xero", organisation_id=id)
                for kind, (client, id) in some
            )
        )


def _turns(ours: Callable[[int], object], theirs: Callable[[], object], count: int) -> tuple[float, float]:
    """Seconds for `count` of ours and as many of theirs, in alternating blocks."""
    ours_s = theirs_s = 0.0
    for _ in range(count // BLOCK):
        ours_s += _took(lambda: ours(BLOCK))
        theirs_s += _took(lambda: [theirs() for _ in range(BLOCK)])
    return ours_s, theirs_s


def _took(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _median_ms(work: Callable[[], object], times: int) -> float:
    return statistics.median(_took(work) * 1000 for _ in range(times))
