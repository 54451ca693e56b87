"""A practice with fixed names, dates and ids, so that it looks the same on every machine. Filled directly through the
ledger.
"""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.status import Fault, Reason, Why
from clientsync_tui.practice.trouble import SignInNeeded
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.store.store import Store
from clientsync_tui.workplace import Workplace
from tests.support.frozen import NOW
from tests.support.inside import database_of

CONFIG = """
[practice]
name = "Harbour & Hill"
database = "practice.db"
[software.xero]
client_id = "0123456789ABCDEF"
{further}[screen]
theme = "{theme}"
"""
NEW = """
[practice]
database = "practice.db"
[screen]
theme = "{theme}"
"""
SECOND = """
[software.quickbooks]
client_id = "0123456789ABCDEF"
redirect_url = "https://practice.example.com/back"
"""
ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve.of.a.very.long.name@accountants.example.com"
NAMES = (
    "Abbey Road Bakery Ltd",
    "Baker & Daughters",
    "Café Ørsted & Søns 🍰 Pâtisserie",
    "株式会社さくら会計事務所",
    "مؤسسة الواحة للمقاولات",
    "The Trustees for the Time Being of the Harbour Village Community Orchard and Allotments Limited",
    "[bold]Not Bold[/bold] Ltd",
    "e\u0301te\u0301 Landscapes",
    "Family 👨\u200d👩\u200d👧 Dental",
    "North Star Plumbing",
    "Öst & Väst AB",
    "Zephyr Software Inc.",
)
FOUND = {
    3: (Kind.FOUND_EXPIRED, Reason.SIGN_IN_REFUSED),
    5: (Kind.FOUND_BROKEN, Reason.ACCESS_REMOVED),
    6: (Kind.FOUND_BROKEN, Reason.ORGANISATION_CLOSED),
    9: (Kind.DISCONNECTED, Reason.DISCONNECTED_HERE),
}
ERROR = "The organisation is closed or inactive in Xero. Ask the client, who pays for it."


def workplace(folder: Path, theme: str, *, second: bool = False, new: bool = False) -> Workplace:
    """The empty practice. `second`: another app is set up too; `new`: nothing at all is set up."""
    config = folder / "config.toml"
    text = NEW if new else CONFIG.format(theme=theme, further=SECOND if second else "")
    config.write_text(text.format(theme=theme), "utf-8")
    return Workplace.open(config)


def fill(workplace: Workplace) -> None:
    """Clients of every status, with long, wide and odd names; a job of which some failed."""
    store = workplace.store
    days = timedelta(days=1)
    people = {"ann": (ANN, 50 * days), "bob": (BOB, 9 * days), "eve": (EVE, 40 * days)}
    for sign_in, (email, left) in people.items():
        body = {
            "sign_in": f"xero:{sign_in}",
            "person": {"id": sign_in, "name": sign_in.capitalize(), "email": email},
            "ends_at": iso(NOW + left),
        }
        entry = NewEntry(Kind.SIGNED_IN, email, software="xero", body=body)
        store.ledger.append(entry, at=NOW - 90 * days)
    for n, name in enumerate(NAMES):
        _add(store, n, name, tuple(people)[n % 3])
    _job(store)


def organisation_id(n: int) -> str:
    """The id of an organisation of this practice."""
    return f"00000000-0000-4000-8000-{n:012}"


def _add(store: Store, n: int, name: str, sign_in: str) -> None:
    client, organisation = f"c{n:02}", organisation_id(n)
    code = None if n % 4 == 3 else f"{'ABCDEFGHIJKL'[n]}{n:02}"
    details = {"name": name, "currency": "GBP", "country": "GB", "tax_number": f"GB {n:09}"}
    at = NOW - timedelta(days=80 - n)
    body = {"name": name, "practice_code": code, "team": ("North", "South", None)[n % 3], "details": details}
    store.ledger.append(NewEntry(Kind.CLIENT_ADDED, ANN, client, body=body), at=at)
    if n == len(NAMES) - 1:
        return
    link = {"organisation_name": name, "sign_in": f"xero:{sign_in}", "details": details}
    store.ledger.append(
        NewEntry(Kind.INTEGRATION_CONNECTED, ANN, client, "xero", organisation, link),
        at=at + timedelta(minutes=1),
    )
    if n in FOUND:
        kind, reason = FOUND[n]
        entry = NewEntry(kind, ANN, client, "xero", organisation, {"reason": reason, "was": None})
        store.ledger.append(entry, at=NOW - timedelta(days=3))


def begin_job(store: Store) -> None:
    """A job that this process is running: some items done, one failed, some in progress."""
    items = [PlanItem(Will.DO, f"c{n:02}", name, "xero", f"o{n}") for n, name in enumerate(NAMES)]
    with patch("secrets.token_hex", lambda size: "fedcba9876543210"[: size * 2]):
        job = store.jobs.create(Plan("refresh", "xero", None, tuple(items)), ANN)
    store.jobs.claim(job)
    for n in range(7):
        store.jobs.take(job, n)
    for n in range(5):
        store.jobs.settle(job, n, ItemState.DONE)
    store.jobs.settle(job, 5, ItemState.FAILED, Fault.LIMIT, "Xero's limit of a day is used up.")


def pull(store: Store) -> None:
    """The lists of the first client's organisation, on this host."""
    accounts = [
        {"code": "200", "name": "Sales", "type": "REVENUE", "tax_type": "OUTPUT2"},
        {"code": "400", "name": "広告宣伝費 (advertising, in two scripts)", "type": "EXPENSE"},
        {"code": "A-VERY-LONG-ACCOUNT-CODE", "name": NAMES[5], "type": "CURRENT LIABILITY"},
        {"code": "", "name": "[red]Without a code[/red]", "type": "BANK"},
    ]
    lists = {"accounts": accounts, "tax_rates": [{"name": "20% (VAT on Income)"}], "suppliers": []}
    store.pulled.keep("xero", organisation_id(0), lists)


def use_second_software(store: Store) -> None:
    """Some clients have their books in another app, whose sign-ins ended."""
    body = {
        "sign_in": f"quickbooks:bob:{organisation_id(50)}",
        "person": {"id": "bob", "name": "Bob", "email": BOB},
    }
    body |= {"organisation_id": organisation_id(50), "organisation_name": NAMES[3], "ends_at": None}
    store.ledger.append(
        NewEntry(Kind.SIGNED_IN, BOB, software="quickbooks", body=body), at=NOW - timedelta(days=90)
    )
    for n, client in enumerate((0, 3)):
        link = {"organisation_name": NAMES[client], "sign_in": body["sign_in"], "details": {}}
        where = (ANN, f"c{client:02}", "quickbooks", organisation_id(50 + n))
        store.ledger.append(NewEntry(Kind.INTEGRATION_CONNECTED, *where, link), at=NOW - timedelta(days=80))
        found = {"reason": Reason.SIGN_IN_REFUSED, "was": None}
        store.ledger.append(NewEntry(Kind.FOUND_EXPIRED, *where, found), at=NOW - timedelta(days=3))


def break_more(store: Store) -> None:
    """Four fixes for expired integrations: in two accounting apps, of three people, one of whom has a long name."""
    use_second_software(store)
    for n, sign_in in ((1, "bob"), (7, "bob"), (8, "eve"), (10, "bob")):
        link = ("xero", organisation_id(n))
        body = {"reason": Reason.SIGN_IN_REFUSED, "was": None, "sign_in": f"xero:{sign_in}"}
        store.ledger.append(
            NewEntry(Kind.FOUND_EXPIRED, ANN, f"c{n:02}", *link, body), at=NOW - timedelta(days=2)
        )


def overnight(store: Store) -> None:
    """News for the morning view: one client broke, one was fixed, one changed, one was added."""
    at = NOW - timedelta(hours=4)
    for n, kind, body in (
        (1, Kind.FOUND_EXPIRED, {"reason": Reason.SIGN_IN_REFUSED, "was": None, "sign_in": "xero:bob"}),
        (3, Kind.RECONNECTED, {"sign_in": "xero:ann", "from": None, "was": Reason.SIGN_IN_REFUSED}),
        (10, Kind.REFRESHED, {"details": {"tax_number": "GB 7", "name": NAMES[10]}, "lists": {}}),
    ):
        store.ledger.append(NewEntry(kind, BOB, f"c{n:02}", "xero", organisation_id(n), body), at=at)
    store.ledger.append(NewEntry(Kind.CLIENT_ADDED, BOB, "c90", body={"name": "New & Sons"}), at=at)


def save_views(store: Store) -> None:
    """Two saved filters."""
    # As release 0.2 saved them, for everyone.
    with database_of(store).writing() as db:
        db.executemany(
            "INSERT INTO views VALUES (?, ?, '2026-11-01T09:00:00.000Z')",
            [
                ("Ours that expire", "status:expiring by:ann@example.com"),
                ("北支店", "team:North -status:connected"),
            ],
        )


def pause_job(store: Store) -> None:
    """The same job, paused by a refused sign-in."""
    begin_job(store)
    why = SignInNeeded("Xero no longer accepts the sign-in of ann@example.com.")
    store.jobs.end(store.jobs.all()[0].id, JobState.PAUSED, why)


def _job(store: Store) -> None:
    do = [PlanItem(Will.DO, f"c{n:02}", name, "xero", f"o{n}") for n, name in enumerate(NAMES[:8])]
    skip = PlanItem(Will.SKIP, "c10", NAMES[10], "xero", "o10", Why.ALREADY_ADDED)
    with patch("secrets.token_hex", lambda size: "0123456789abcdef"[: size * 2]):
        job = store.jobs.create(Plan("refresh", "xero", None, (*do, skip)), ANN)
    store.jobs.claim(job)
    for n in range(len(do)):
        store.jobs.take(job, n)
        match n:
            case 2:
                store.jobs.settle(job, n, ItemState.FAILED, Reason.ORGANISATION_CLOSED, ERROR)
            case 5:
                says = "Xero did not answer (503)."
                store.jobs.settle(job, n, ItemState.FAILED, Fault.SERVER_ERROR, says)
            case _:
                store.jobs.settle(job, n, ItemState.DONE)
    store.jobs.end(job, JobState.DONE)
