"""A practice with many clients, written straight into its ledger: no network is needed to start and to move about in it."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.store.store import Store

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
    """The configuration of a practice with so many connected clients."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text('[practice]\nname = "Bench & Co"\ndatabase = "practice.db"\n')
        store = Store(Path(folder) / "practice.db")
        person = {"id": "1", "name": "Ann Other", "email": "ann@example.com"}
        ends = iso(datetime.now(UTC) + timedelta(days=50))
        body = {"sign_in": "xero:1", "person": person, "ends_at": ends}
        entries = [NewEntry(Kind.SIGNED_IN, "ann@example.com", software="xero", body=body)]
        for number in range(clients):
            name, client = f"{NAMES[number % len(NAMES)]} {number}", f"c{number}"
            added = {
                "name": name,
                "practice_code": f"C{number:06}",
                "team": ("North", "South")[number % 2],
                "details": {},
            }
            link = {"organisation_name": name, "sign_in": "xero:1"}
            entries.append(NewEntry(Kind.CLIENT_ADDED, "ann@example.com", client, body=added))
            entries.append(
                NewEntry(Kind.INTEGRATION_CONNECTED, "ann@example.com", client, "xero", f"o{number}", link)
            )
        store.ledger.append(*entries)
        store.close()
        yield config
