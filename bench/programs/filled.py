"""A practice with many clients, written straight into its ledger, because starting and moving around need no network."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.store.store import Store

ME = "ann@example.com"
NAMES = (
    "Abbey Road Bakery",
    "Baker & Daughters",
    "Copper Beech Dental",
    "Harbour Fish Bar",
    "Ivy Lane Florists",
    "Novák Stavby",
)


@contextmanager
def filled(clients: int) -> Generator[Path]:
    """The configuration of a practice with that many connected clients, deleted at the end."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_made(clients).name, folder, dirs_exist_ok=True)
        yield Path(folder) / "config.toml"


@cache
def _made(clients: int) -> tempfile.TemporaryDirectory[str]:
    """One to copy, because several measures need the same and writing it takes longer than measuring."""
    folder = tempfile.TemporaryDirectory()
    (Path(folder.name) / "config.toml").write_text(
        '[practice]\nname = "Bench & Co"\ndatabase = "practice.db"\n[software.xero]\nclient_id = "bench"\n'
    )
    store = Store(Path(folder.name) / "practice.db")
    store.ledger.append(*_entries(clients))
    store.close()
    return folder


def _entries(clients: int) -> Iterator[NewEntry]:
    person = {"id": "1", "name": "Ann Other", "email": ME}
    ends = iso(datetime.now(UTC) + timedelta(days=50))
    body = {"sign_in": "xero:1", "person": person, "ends_at": ends}
    yield NewEntry(Kind.SIGNED_IN, ME, software="xero", body=body)
    for number in range(clients):
        name, client = f"{NAMES[number % len(NAMES)]} {number}", f"c{number}"
        added = {"name": name, "practice_code": f"C{number:06}", "team": ("North", "South")[number % 2]}
        link = {"organisation_name": name, "sign_in": "xero:1"}
        yield NewEntry(Kind.CLIENT_ADDED, ME, client, body=added)
        yield NewEntry(Kind.INTEGRATION_CONNECTED, ME, client, "xero", f"o{number}", link)
