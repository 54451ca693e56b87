"""A practice with many clients, in every status and with all kinds of names, for tests of searching and showing."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.store.store import Store
from tests.store.entries import added, connected, of_client, of_link, signed_in, store_in

NOW = datetime.now(UTC)
PEOPLE = {"xero:ann": ("Ann Ash", 50), "xero:bob": ("Bób Baker", 5), "sage:ann": ("Ann Ash", -1)}
NAMES = [
    "Abbey Bakery",
    "ABBEY ROAD",
    "Émile & Fils",
    "Zoë [red]",
    "Ash\u200c",
    "Oak_%*?",
    "Straße Süd",
    "日本 会計",
    "Ash",
]


def filled(folder: Path, clients: int = 150) -> Store:
    """Clients with none to two integrations, in every status; two weeks of changes."""
    store = store_in(folder)
    choose = random.Random(7)
    for sign_in, (name, days) in PEOPLE.items():
        ends_at = iso(NOW + timedelta(days=days))
        store.ledger.append(
            signed_in(sign_in, name=name, email=f"{sign_in[5:]}@example.com", ends_at=ends_at),
            at=NOW + timedelta(days=days - 60),
        )
    for n in range(clients):
        client, name = f"c{n}", choose.choice(NAMES) + choose.choice(["", f" {n}"])
        code = choose.choice([None, f"A{n}", f"Äb{n}"])
        entries = [added(client, name, team=choose.choice([None, "North", "Süd"]), practice_code=code)]
        for sign_in in choose.sample(sorted(PEOPLE), choose.choice([0, 1, 1, 1, 2])):
            organisation = f"{sign_in}-{n}"
            entries.append(connected(client, organisation, sign_in, organisation_name=choose.choice(NAMES)))
            entries += found(client, organisation, sign_in[:4], choose.random())
        if choose.random() < 0.1:
            entries.append(of_client(Kind.CLIENT_REMOVED, client, name=name))
        if choose.random() < 0.2:
            entries.append(of_client(Kind.NOTE_SET, client, note="Call back\ntomorrow"))
        store.ledger.append(*entries, at=NOW - timedelta(hours=choose.randint(1, 14 * 24)))
    return store


def found(client: str, organisation: str, software: str, chance: float) -> list[NewEntry]:
    if chance < 0.2:
        return [
            of_link(
                Kind.FOUND_BROKEN,
                client,
                organisation,
                software,
                reason="unpaid" if chance < 0.1 else "access_removed",
            )
        ]
    if chance < 0.4:
        return [of_link(Kind.FOUND_EXPIRED, client, organisation, software, reason="sign_in_refused")]
    return [of_link(Kind.DISCONNECTED, client, organisation, software)] if chance < 0.5 else []
