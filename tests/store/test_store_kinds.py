"""What each kind of entry changes in the client list."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.practice.filter import parse
from clientsync_tui.practice.model import Client, Integration
from clientsync_tui.practice.status import Reason, Standing, Status
from clientsync_tui.store.projection import PROJECTIONS, Clash
from clientsync_tui.store.store import Store
from tests.store.entries import ME, added, connected, of_client, of_link, signed_in, store_in

NOW = datetime.now(UTC).replace(microsecond=0)
BEGUN, LATER = NOW - timedelta(days=20), NOW - timedelta(days=2)
ENDS = NOW + timedelta(days=50)
CONNECTED = Standing(Status.CONNECTED)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = store_in(tmp_path)
    store.ledger.append(
        signed_in(ends_at=iso(ENDS)),
        signed_in("xero:bob", name="Bob Baker", email="bob@example.com"),
        added("c1", team="North", practice_code="A1", details={"country": "GB", "currency": ""}),
        connected("c1", "o1", organisation_name="Abbey Bakery", details={"currency": "GBP"}),
        at=BEGUN,
    )
    yield store
    store.close()


def later(store: Store, *entries: NewEntry) -> Client:
    store.ledger.append(*entries, at=LATER)
    return store.clients.by_id(["c1"], NOW)["c1"]


def link(client: Client) -> Integration:
    (only,) = client.integrations
    return only


def test_every_kind_of_entry_is_applied() -> None:
    assert set(PROJECTIONS) == set(Kind)


def test_client_is_added_and_connected(store: Store) -> None:
    client = store.clients.by_id(["c1"], NOW)["c1"]
    assert (client.name, client.practice_code, client.team, client.note) == (
        "Abbey Bakery",
        "A1",
        "North",
        "",
    )
    assert client.details == {"country": "GB", "currency": "GBP"}
    one = link(client)
    assert (one.software, one.organisation_id, one.organisation_name) == ("xero", "o1", "Abbey Bakery")
    assert (one.standing, one.problem, one.expires_at) == (CONNECTED, None, ENDS)
    assert one.connected_at == one.refreshed_at == BEGUN and one.checked_at is None
    assert (one.integrated_by.id, one.integrated_by.name, one.integrated_by.email) == ("ann", "Ann Ash", ME)
    assert store.clients.teams() == ["North"]


@pytest.mark.parametrize(
    ("kind", "reason", "status"),
    [
        (Kind.FOUND_EXPIRED, Reason.SIGN_IN_REFUSED, Status.EXPIRED),
        (Kind.FOUND_BROKEN, Reason.UNPAID, Status.BROKEN),
        (Kind.DISCONNECTED, Reason.DISCONNECTED_HERE, Status.DISCONNECTED),
    ],
)
def test_finding_stays_the_status_until_something_fixes_it(
    store: Store, kind: Kind, reason: Reason, status: Status
) -> None:
    finding = of_link(kind, "c1", "o1", reason=reason)
    sign_in = {"sign_in": "xero:ann"}
    for fix, body in (
        (Kind.FOUND_WORKING, {}),
        (Kind.RECONNECTED, sign_in),
        (Kind.REASSIGNED, sign_in),
        (Kind.REFRESHED, {}),
        (Kind.REFRESHED, {"details": {"country": "IE"}}),
    ):
        assert link(later(store, finding)).standing == Standing(status, reason)
        assert list(store.clients.find(parse(f"status:{status} reason:{reason}"), NOW)) == [1]
        assert store.clients.counts(NOW)[status] == 1
        assert link(later(store, of_link(fix, "c1", "o1", **body))).standing == CONNECTED
        assert list(store.clients.find(parse("status:connected"), NOW)) == [1]


def test_person_who_reassigns_becomes_integrated_by(store: Store) -> None:
    client = later(store, of_link(Kind.REASSIGNED, "c1", "o1", sign_in="xero:bob"))
    assert (link(client).sign_in, link(client).integrated_by.name) == ("xero:bob", "Bob Baker")
    assert link(client).connected_at == LATER and link(client).refreshed_at == BEGUN
    assert list(store.clients.find(parse("by:bob"), NOW)) == [1]
    assert list(store.clients.find(parse("by:ann"), NOW)) == []


def test_refresh_renews_names_and_details(store: Store) -> None:
    client = later(store, of_link(Kind.REFRESHED, "c1", "o1"))
    assert link(client).refreshed_at == LATER and link(client).connected_at == BEGUN
    changed = of_link(
        Kind.REFRESHED,
        "c1",
        "o1",
        organisation_name="Abbey Books",
        details={"country": None, "edition": "Plus"},
    )
    client = later(store, changed)
    assert link(client).organisation_name == "Abbey Books" and client.name == "Abbey Bakery"
    assert client.details == {"currency": "GBP", "edition": "Plus"}
    assert list(store.clients.find(parse('"abbey books"'), NOW)) == [1]


def test_values_set_on_a_client_are_shown(store: Store) -> None:
    client = later(
        store,
        of_client(Kind.CLIENT_RENAMED, "c1", name="Élan", before="Abbey Bakery"),
        of_client(Kind.CODE_SET, "c1", code="B2", before="A1"),
        of_client(Kind.TEAM_CREATED, "c1", team="South"),
        of_client(Kind.TEAM_ASSIGNED, "c1", team="south", before="North"),
        of_client(Kind.NOTE_SET, "c1", note="Call back", before=""),
        of_client(Kind.DETAILS_SET, "c1", details={"country": "IE", "currency": None}, before={}),
    )
    assert (client.name, client.practice_code, client.team, client.note) == (
        "Élan",
        "B2",
        "South",
        "Call back",
    )
    assert client.details == {"country": "IE"}
    assert store.clients.teams() == ["North", "South"]
    assert list(store.clients.find(parse("élan code:b2 team:south call"), NOW)) == [1]
    client = later(
        store, of_client(Kind.TEAM_ASSIGNED, "c1", team=None), of_client(Kind.NOTE_SET, "c1", note="")
    )
    assert (client.team, client.note) == (None, "")


def test_client_is_removed_and_restored(store: Store) -> None:
    later(store, of_client(Kind.CLIENT_REMOVED, "c1", name=""))
    assert store.clients.is_removed("c1") and store.clients.total() == 0
    assert store.clients.counts(NOW).total() == 0 and list(store.clients.find((), NOW)) == []
    later(store, of_client(Kind.CLIENT_RESTORED, "c1", name=""))
    assert not store.clients.is_removed("c1") and list(store.clients.find((), NOW)) == [1]


def test_sign_in_is_used_renewed_and_ended(store: Store) -> None:
    soon = NOW + timedelta(days=3)
    used = NewEntry(
        Kind.SIGN_IN_USED, ME, software="xero", body={"sign_in": "xero:ann", "ends_at": iso(soon)}
    )
    assert link(later(store, used)).standing == Standing(Status.EXPIRING, Reason.SIGN_IN_ENDING)
    known = store.sign_ins.one("xero:ann")
    assert known is not None and (known.ends_at, known.signed_out) == (soon, False)
    # A long life does not count as short when it approaches a fixed end.
    assert known.used_at == BEGUN
    later(store, NewEntry(Kind.SIGNED_OUT, ME, software="xero", body={"sign_in": "xero:ann"}))
    known = store.sign_ins.one("xero:ann")
    assert known is not None and known.signed_out
    renamed = signed_in(name="Ann Oak", email="oak@example.com", ends_at=iso(ENDS))
    assert link(later(store, renamed)).integrated_by.name == "Ann Oak"
    known = store.sign_ins.one("xero:ann")
    assert known is not None and not known.signed_out
    # The person who signed in is found by their current name.
    assert list(store.clients.find(parse("oak"), NOW)) == [1]
    assert list(store.clients.find(parse("ash"), NOW)) == []


def test_end_written_in_another_zone_is_the_same_end(store: Store) -> None:
    client = later(store, signed_in(ends_at="2001-01-01T01:00:00+02:00"))
    assert link(client).expires_at == datetime(2000, 12, 31, 23, tzinfo=UTC)
    assert store.clients.counts(NOW)[Status.EXPIRED] == 1


def test_settings_stay_until_it_is_connected_again(store: Store) -> None:
    settings = {"lists": ["tax_rates"], "refresh_days": 7, "follow_details": False, "note": "ask"}
    one = link(later(store, of_link(Kind.SETTINGS_CHANGED, "c1", "o1", settings=settings)))
    assert (one.settings.lists, one.settings.refresh_days, one.settings.follow_details) == (
        ("tax_rates",),
        7,
        False,
    )
    one = link(later(store, of_link(Kind.RECONNECTED, "c1", "o1", sign_in="xero:bob")))
    assert one.settings.note == "ask"


def test_client_moves_to_another_organisation(store: Store) -> None:
    store.ledger.append(added("c2"), connected("c2", "o2"))
    moving = {"organisation_name": "New Books", "sign_in": "xero:bob"}
    with pytest.raises(Clash):
        later(store, of_link(Kind.ORGANISATION_CHANGED, "c1", "o1", organisation_id="o2", **moving))
    client = later(store, of_link(Kind.ORGANISATION_CHANGED, "c1", "o1", organisation_id="o3", **moving))
    assert (link(client).organisation_id, link(client).organisation_name) == ("o3", "New Books")
    assert link(client).sign_in == "xero:bob"
    assert set(store.clients.integrated("xero")) == {"o2", "o3"}


def test_client_shows_the_worst_of_its_integrations(store: Store) -> None:
    store.ledger.append(
        signed_in("sage:ann", ends_at=iso(NOW - timedelta(days=1))), connected("c1", "s1", "sage:ann")
    )
    assert list(store.clients.find(parse("status:expired reason:sign_in_lapsed"), NOW)) == [1]
    store.ledger.append(of_link(Kind.FOUND_BROKEN, "c1", "o1", reason=Reason.ACCESS_REMOVED))
    assert list(store.clients.find(parse("status:broken reason:access_removed"), NOW)) == [1]
    found = store.clients.fixes([1], {Status.EXPIRED, Status.BROKEN}, NOW)
    assert {(fix.cause.software, fix.cause.reason) for fix in found} == {
        ("sage", Reason.SIGN_IN_LAPSED),
        ("xero", Reason.ACCESS_REMOVED),
    }
