"""Practices whose ledger is filled directly, without accounting apps, for screens that only read and write the list."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.practice.status import EXPIRING_WITHIN
from clientsync_tui.store.store import Store
from clientsync_tui.workplace import Workplace
from tests.support import empty
from tests.support.inside import database_of

ANN = "ann@example.com"
BOB = "bob@example.com"
LIFE = timedelta(days=60)


def workplace_in(folder: Path, name: str = "Tester & Co") -> Workplace:
    """A practice in `folder`."""
    config = folder / "config.toml"
    if not config.exists():
        config.write_text(f'[practice]\nname = "{name}"\ndatabase = "practice.db"\n')
        empty.put(folder / "practice.db")
    return Workplace.open(config)


def app_in(folder: Path, name: str = "Tester & Co") -> ClientSyncApp:
    return ClientSyncApp(workplace_in(folder, name))


def signed_in(store: Store, email: str, ends_in: timedelta = timedelta(days=55)) -> str:
    """Signs someone in to Xero, long enough ago that the sign-in ends in that time. Returns its id."""
    name = email.partition("@")[0].capitalize()
    sign_in = f"xero:{name}"
    now = datetime.now(UTC)
    body = {
        "sign_in": sign_in,
        "person": {"id": name, "name": name, "email": email},
        "ends_at": iso(now + ends_in),
    }
    used = now if ends_in > EXPIRING_WITHIN else now + ends_in - LIFE
    store.ledger.append(NewEntry(Kind.SIGNED_IN, email, software="xero", body=body), at=used)
    return sign_in


def add(
    store: Store, name: str, sign_in: str | None = None, *, code: str | None = None, team: str | None = None
) -> str:
    """Adds a client, integrated by `sign_in` unless that is None. Returns its id."""
    count = store.ledger.last()
    client = f"c{count:06}"
    entries = [
        NewEntry(Kind.CLIENT_ADDED, ANN, client, body={"name": name, "practice_code": code, "team": team})
    ]
    if sign_in is not None:
        body = {"organisation_name": name, "sign_in": sign_in}
        entries.append(NewEntry(Kind.INTEGRATION_CONNECTED, ANN, client, "xero", f"o{count:06}", body))
    store.ledger.append(*entries)
    return client


def found(store: Store, client: str, kind: Kind, reason: str) -> None:
    """Records what a check found about a client's integration."""
    organisation = "o" + client[1:]
    store.ledger.append(NewEntry(kind, ANN, client, "xero", organisation, {"reason": reason}))


def fill(store: Store, names: Sequence[str], sign_in: str) -> None:
    """Adds many connected clients in one transaction."""
    entries: list[NewEntry] = []
    for n, name in enumerate(names):
        body = {"organisation_name": name, "sign_in": sign_in}
        entries += [
            NewEntry(Kind.CLIENT_ADDED, ANN, f"f{n}", body={"name": name}),
            NewEntry(Kind.INTEGRATION_CONNECTED, ANN, f"f{n}", "xero", f"x{n}", body),
        ]
    store.ledger.append(*entries)


def crowd(store: Store, sign_in: str, count: int) -> None:
    """Connected clients `Client 000000`, `Client 000001`, ... The first goes through the ledger; the others are copies of its rows,
    because a hundred thousand entries take longer to write than a test may."""
    body = {"organisation_name": "Client 000000", "sign_in": sign_in}
    store.ledger.append(
        NewEntry(Kind.CLIENT_ADDED, ANN, "c000000", body={"name": "Client 000000"}),
        NewEntry(Kind.INTEGRATION_CONNECTED, ANN, "c000000", "xero", "o000000", body),
    )
    with database_of(store).writing() as connection:
        for table, number in (("clients", "n"), ("integrations", "client")):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = [
                f"{number} + i" if each == number else f"replace({each}, '000000', printf('%06d', i))"
                for each in columns
            ]
            connection.execute(
                f"WITH series (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i + 1 < ?) "
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}, series",
                (count,),
            )
