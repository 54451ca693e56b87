"""The ledger, its derived tables and the list in memory with any entries in any order, which Hypothesis generates."""

import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.practice.filter import parse
from clientsync_tui.store.database import Database
from clientsync_tui.store.listing.find import find
from clientsync_tui.store.projection import PROJECTIONS, Clash
from clientsync_tui.store.store import Store
from tests.store.entries import ME, added, connected, derived, signed_in
from tests.support.inside import database_of

pytestmark = pytest.mark.long

NOW = datetime.now(UTC)
CLIENTS = [f"c{n}" for n in range(5)]
ORGANISATIONS = [f"o{n}" for n in range(4)]
SIGN_INS = ["xero:ann", "xero:bob", "sage:ann"]
NAMES = ["Abbey Bakery", "ABBEY bakery", "Émile & Fils", "Zoë [red]", "Ash"]
REASONS = {
    Kind.FOUND_EXPIRED: ["sign_in_refused"],
    Kind.FOUND_BROKEN: ["unpaid", "access_removed"],
    Kind.FOUND_WORKING: [None],
}
FILTERS = [
    "", "abbey", "-abbey", "books", "ann", "by:bob", "by:none", "status:expired", "status:broken", "status:connected", "status:none",
    "status:disconnected", "status:expiring", "reason:unpaid", "software:sage", "software:none", "team:north", "team:none", "code:a",
    "code:none", "since:1d", "a b", "-status:connected -team:none",
]  # fmt: skip
SORTS = [
    ((column, down),)
    for column in ("name", "code", "team", "software", "by", "refreshed", "status")
    for down in (False, True)
]
SORTS.append((("team", True), ("status", False), ("name", True)))

clients, organisations, sign_ins = map(st.sampled_from, (CLIENTS, ORGANISATIONS, SIGN_INS))
kinds, names, other_names = map(st.sampled_from, (sorted(PROJECTIONS), NAMES, [None, *NAMES]))
ends = st.sampled_from([None, *(iso(NOW + timedelta(days=days)) for days in (-1, 5, 50))])
reasons = {kind: st.sampled_from(found) for kind, found in REASONS.items()}
new_teams = st.sampled_from(["North", "nORTH", "West"])
notes = st.sampled_from(["", "call\nback", None])
one_in_four = st.sampled_from([True, False, False, False])
teams = st.sampled_from(["North", "north", "South", None, ""])
codes = st.sampled_from(["A1", "a1", "B2", "Ä3", "ä3", None, ""])
details = st.dictionaries(
    st.sampled_from(["country", "tax_number"]), st.sampled_from(["GB", "", None]), max_size=2
)


@st.composite
def new_entries(draw: st.DrawFn) -> NewEntry:
    kind = draw(kinds)
    client, organisation, sign_in = draw(clients), draw(organisations), draw(sign_ins)
    if not draw(one_in_four):
        # Mostly the client's own organisation: otherwise nearly every entry about a link would clash.
        number = int(client[1]) % len(ORGANISATIONS)
        organisation, sign_in = ORGANISATIONS[number], SIGN_INS[number % 2]
    software, link = sign_in.partition(":")[0], kind in LINK_BODIES
    body = LINK_BODIES[kind](draw, sign_in) if link else CLIENT_BODIES[kind](draw, sign_in)
    if kind is Kind.SIGNED_IN:
        return signed_in(sign_in, name=draw(names), ends_at=draw(ends))
    return NewEntry(Kind(kind), ME, client, *((software, organisation) if link else (None, None)), body)


CLIENT_BODIES = {
    Kind.CLIENT_ADDED: lambda draw, _: {
        "name": draw(names), "details": draw(details), "team": draw(teams), "practice_code": draw(codes),
    },
    Kind.CLIENT_REMOVED: lambda draw, _: {"name": ""},
    Kind.CLIENT_RESTORED: lambda draw, _: {"name": ""},
    Kind.CLIENT_RENAMED: lambda draw, _: {"name": draw(names), "before": ""},
    Kind.CODE_SET: lambda draw, _: {"code": draw(codes), "before": None},
    Kind.TEAM_CREATED: lambda draw, _: {"team": draw(new_teams)},
    Kind.TEAM_ASSIGNED: lambda draw, _: {"team": draw(teams), "before": None},
    Kind.TEAM_DELETED: lambda draw, _: {"team": draw(new_teams), "becomes": draw(teams)},
    Kind.NOTE_SET: lambda draw, _: {"note": draw(notes), "before": ""},
    Kind.DETAILS_SET: lambda draw, _: {"details": draw(details), "before": {}},
    Kind.SIGNED_IN: lambda draw, _: {},
    Kind.SIGN_IN_USED: lambda draw, sign_in: {"sign_in": sign_in, "ends_at": draw(ends)},
    Kind.SIGNED_OUT: lambda draw, sign_in: {"sign_in": sign_in},
    Kind.CLAIM_TAKEN_OVER: lambda draw, _: {"from": {"role": "ann", "name": "Ann"}, "since": iso(NOW)},
}  # fmt: skip
LINK_BODIES = {
    Kind.INTEGRATION_CONNECTED: lambda draw, sign_in: {
        "organisation_name": draw(names), "sign_in": sign_in, "details": draw(details),
    },
    Kind.RECONNECTED: lambda draw, sign_in: {"sign_in": sign_in},
    Kind.REASSIGNED: lambda draw, sign_in: {"sign_in": sign_in},
    Kind.REFRESHED: lambda draw, _: {"organisation_name": draw(other_names), "details": draw(details)},
    Kind.DISCONNECTED: lambda draw, _: {"there": "ended"},
    **{
        kind: lambda draw, _, kind=kind: {"reason": draw(reasons[kind]), "was": "connected"} for kind in REASONS
    },
    Kind.SETTINGS_CHANGED: lambda draw, _: {"settings": {"note": draw(names)}},
    Kind.ORGANISATION_CHANGED: lambda draw, sign_in: {
        "organisation_id": draw(organisations), "organisation_name": draw(names), "sign_in": sign_in,
    },
}  # fmt: skip


@cache
def empty_practice() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "practice.db"
        Store(path).close()
        return path.read_bytes()


class AnyOrder(RuleBasedStateMachine):
    """Two connections append in turn. Entries that clash leave no trace."""

    @initialize(names=st.lists(names, min_size=3, max_size=3))
    def begin(self, names: list[str]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "practice.db"
        path.write_bytes(empty_practice())
        self.stores = [Store(path), Store(path)]
        for store in self.stores:
            # Power cuts don't matter here, and hundreds of practices are created.
            database_of(store).connection.execute("PRAGMA synchronous = OFF")
        self.stores[0].ledger.append(*(signed_in(sign_in) for sign_in in SIGN_INS))
        for n, name in enumerate(names):
            link = connected(CLIENTS[n], ORGANISATIONS[n], SIGN_INS[n % 2], organisation_name=name)
            self.stores[0].ledger.append(added(CLIENTS[n], name), link)

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            for store in self.stores:
                store.close()
            self.folder.cleanup()

    @rule(which=st.integers(0, 1), entries=st.lists(new_entries(), min_size=1, max_size=3))
    def append(self, which: int, entries: list[NewEntry]) -> None:
        store = self.stores[which]
        before = derived(database_of(store)), store.ledger.last()
        try:
            appended = store.ledger.append(*entries)
        except Clash:
            assert (derived(database_of(store)), store.ledger.last()) == before
        else:
            assert [entry.seq for entry in appended] == list(
                range(before[1] + 1, before[1] + 1 + len(entries))
            )

    @rule(which=st.integers(0, 1), entries=st.lists(new_entries(), min_size=2, max_size=12))
    def append_each_in_one_transaction(self, which: int, entries: list[NewEntry]) -> None:
        """Only what clashes is reverted, and the transaction continues."""
        store = self.stores[which]
        kept = store.ledger.last()
        with store.transaction():
            for entry in entries:
                try:
                    store.ledger.append(entry)
                    kept += 1
                except Clash:
                    pass
        assert store.ledger.last() == kept

    @rule(which=st.integers(0, 1))
    def rebuild(self, which: int) -> None:
        store = self.stores[which]
        before = derived(database_of(store))
        assert store.ledger.rebuild() == store.ledger.last()
        assert derived(database_of(store)) == before

    @rule(which=st.integers(0, 1), text=st.sampled_from(FILTERS), sort=st.sampled_from(SORTS))
    def look(self, which: int, text: str, sort: tuple[tuple[str, bool], ...]) -> None:
        """The list in memory, brought up to date, gives the same answers as a newly read one."""
        database = database_of(self.stores[which])
        kept = find(database, parse(text), NOW, sort)
        fresh = Database(database.path)
        assert kept == find(fresh, parse(text), NOW, sort)
        fresh.close()

    @invariant()
    def whole(self) -> None:
        if not hasattr(self, "stores"):
            return
        db = database_of(self.stores[0]).connection
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        counts = self.stores[1].clients.counts(NOW)
        assert counts.total() == self.stores[0].clients.total()
        # Except for the first, unused standings are removed.
        query = "SELECT count(*) FROM standings WHERE id <> 0 AND id NOT IN (SELECT standing FROM clients)"
        assert db.execute(query).fetchone()[0] == 0


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=50,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
