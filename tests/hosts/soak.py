"""A soak of two hosts: `python -m tests.hosts.soak MINUTES`. Kills programs and the server all the time.

At the end, every copy must match its ledger, the heads must be equal, everything reported as saved must be there, and each item must have
run once. Prints what it did as JSON.
"""

import json
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.store.postgres import schema
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.connecting import connect
from clientsync_tui.store.postgres.home import PostgresHome
from clientsync_tui.store.projection import Clash
from clientsync_tui.store.store import Store
from clientsync_tui.store.work.workers import LeaseLost
from tests.store.entries import derived
from tests.support.inside import database_of
from tests.support.postgres import Database, Server

PROGRAMS = 2
"""On each host."""
ITEMS = 5


def program(url: str, file: Path, saved: Path) -> None:
    """Adds clients, changes notes and works on jobs until it is killed; what was saved is a line in `saved`."""
    chance = random.Random()
    while True:
        try:
            with closing(Store(file, PostgresHome(address_of(url)))) as store, saved.open("a") as log:
                store.catch_up()
                while True:
                    time.sleep(0.03)
                    _act(store, chance, lambda what: (log.write(f"{what}\n"), log.flush()))
        except (Trouble, Clash, LeaseLost):
            time.sleep(0.05)


def _act(store: Store, chance: random.Random, say: "object") -> None:
    assert callable(say)
    match chance.randrange(8):
        case 0 | 1 | 2:
            client = secrets.token_hex(6)
            store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", client, body={"name": f"Client {client}"}))
            say(client)
        case 3 | 4:
            numbers = store.clients.first_page(20)
            for client in store.clients.ids_of(numbers)[:1]:
                body = {"note": secrets.token_hex(3), "before": None}
                store.ledger.append(NewEntry(Kind.NOTE_SET, "x", client, body=body))
        case 5 if len(store.jobs.all(20)) < 20 or chance.random() < 0.2:
            items = tuple(PlanItem(Will.DO, f"c{n}", f"Client {n}", "xero", f"o{n}") for n in range(ITEMS))
            store.jobs.create(Plan("check", "xero", None, items), "x")
        case 6 | 7:
            _work(store, chance)
        case _:
            store.catch_up()


def _work(store: Store, chance: random.Random) -> None:
    open_jobs = [job for job in store.jobs.all(20) if job.left]
    if not open_jobs:
        return
    job = chance.choice(open_jobs).id
    if store.jobs.workers.mine(job) is None:
        store.jobs.claim(job, join=True)
    for item in store.jobs.items(job, ItemState.WAITING):
        if store.jobs.take(job, item.n):
            with store.transaction():
                store.ledger.append(NewEntry(Kind.TEAM_CREATED, "x", body={"team": f"{job} {item.n}"}))
                store.jobs.settle(job, item.n, ItemState.DONE)
    store.jobs.take_over(job)


def soak(minutes: float) -> dict[str, object]:
    """Runs the soak and returns the counts. Raises AssertionError if something is lost, doubled or different."""
    server, chance = Server(), random.Random()
    counts: Counter[str] = Counter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = Database(server).url()
            address = address_of(url)
            with connect(address) as db:
                schema.create(db, address, "Soak")
            files = [Path(folder) / name / "practice.db" for name in ("london", "paris")]
            saved = [Path(folder) / f"saved{n}" for n in range(len(files) * PROGRAMS)]
            running = [_start(url, files[n % len(files)], saved[n]) for n in range(len(saved))]
            end, next_stop = time.monotonic() + minutes * 60, time.monotonic() + 10
            while time.monotonic() < end:
                time.sleep(chance.uniform(0.5, 5))
                n = chance.randrange(len(running))
                running[n].send_signal(signal.SIGKILL)
                running[n].wait()
                running[n] = _start(url, files[n % len(files)], saved[n])
                counts["programs killed"] += 1
                if time.monotonic() > next_stop:
                    server.stop()
                    time.sleep(chance.uniform(0, 2))
                    server.start()
                    counts["server killed"] += 1
                    next_stop = time.monotonic() + chance.uniform(5, 25)
            for process in running:
                process.kill()
                process.wait()
            counts.update(_checked(url, files, saved))
    finally:
        server.remove()
    return {"minutes": minutes, **counts}


def _start(url: str, file: Path, saved: Path) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "tests.hosts.soak", "program", url, str(file), str(saved)]
    return subprocess.Popen(words)


def _checked(url: str, files: list[Path], saved: list[Path]) -> Counter[str]:
    reported = [line for file in saved if file.exists() for line in file.read_text().splitlines()]
    heads, tables = [], []
    counts: Counter[str] = Counter()
    for file in files:
        with closing(Store(file, PostgresHome(address_of(url)))) as store:
            store.catch_up()
            assert store.inspection.flaw() is None and store.inspection.differing_tables() == []
            heads.append(store.inspection.head())
            tables.append(derived(database_of(store)))
            store.ledger.rebuild()
            assert derived(database_of(store)) == tables[-1]
            added = Counter(e.client for e in store.ledger.entries() if e.kind == Kind.CLIENT_ADDED)
            assert set(reported) <= set(added) and set(added.values()) <= {1}
            ran = Counter(e.body["team"] for e in store.ledger.entries() if e.kind == Kind.TEAM_CREATED)
            done = [
                f"{job.id} {item.n}"
                for job in store.jobs.all(100_000)
                for item in store.jobs.items(job.id, ItemState.DONE)
            ]
            assert ran == Counter(done)
            counts = Counter(
                {"entries": heads[0][0], "reported as saved": len(reported), "items done": len(done)}
            )
    assert heads[0] == heads[1] and tables[0] == tables[1]
    return counts


if __name__ == "__main__":
    if sys.argv[1] == "program":
        program(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        print(json.dumps(soak(float(sys.argv[1]))))
