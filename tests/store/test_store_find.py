"""Every filter and every order, compared with the clients themselves."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, iso
from clientsync_tui.practice.filter import parse
from clientsync_tui.practice.model import Client
from clientsync_tui.practice.status import SEVERITY, Status, weight
from clientsync_tui.practice.text import folded, searched, sort_key
from clientsync_tui.store.listing.sorting import Sort
from clientsync_tui.store.store import Store
from tests.store.entries import added, connected, of_client, of_link, signed_in, store_in
from tests.store.many_clients import NOW, filled
from tests.support.inside import database_of

BY_STATUS: Sort = (("status", True),)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("find"))


@pytest.fixture(scope="module")
def clients(store: Store) -> list[Client]:
    rows = database_of(store).connection.execute("SELECT n FROM clients WHERE removed = 0").fetchall()
    assert 0 < len(rows) < 150
    return store.clients.by_number([row[0] for row in rows], NOW)


def worst(client: Client) -> Status | None:
    return max((link.standing.status for link in client.integrations), key=weight, default=None)


def reasons(client: Client) -> set[str | None]:
    """The reasons that its worst status may show. Of equally bad integrations, either may count."""
    return {link.standing.reason for link in client.integrations if link.standing.status is worst(client)}


def said(client: Client, word: str) -> bool:
    links = client.integrations
    texts = [client.name, client.practice_code, client.team, client.note]
    texts += [link.organisation_name for link in links]
    texts += [text for link in links for text in (link.integrated_by.name, link.integrated_by.email)]
    return any(word in searched(text) for text in texts if text)


def by(client: Client, word: str) -> bool:
    return any(
        word in searched(p)
        for link in client.integrations
        for p in (link.integrated_by.name, link.integrated_by.email)
    )


HELD = {"xero:ann"}
HOLDS: dict[str, Callable[[Client], bool]] = {
    "": lambda c: True,
    "abbey": lambda c: said(c, "abbey"),
    "ABBEY": lambda c: said(c, "abbey"),
    "ash": lambda c: said(c, "ash"),
    "a": lambda c: said(c, "a"),
    "strasse": lambda c: said(c, "strasse"),
    "e\u0301mile": lambda c: said(c, "emile"),
    "会計": lambda c: said(c, "会計"),
    "_%*?": lambda c: said(c, "_%*?"),
    "[red]": lambda c: said(c, "[red]"),
    "bób": lambda c: said(c, "bob"),
    "BOB": lambda c: said(c, "bob"),
    "emile": lambda c: said(c, "emile"),
    "zoe": lambda c: said(c, "zoe"),
    "by:you": lambda c: any(link.sign_in in HELD for link in c.integrations),
    "-by:you by:ann": lambda c: by(c, "ann") and not any(link.sign_in in HELD for link in c.integrations),
    "team:su": lambda c: c.team == "Süd",
    "ann@example.com": lambda c: said(c, "ann@example.com"),
    '"call back tomorrow"': lambda c: "Call back" in c.note,
    '"a b"': lambda c: said(c, "a b"),
    "zzz": lambda c: False,
    "-ash": lambda c: not said(c, "ash"),
    "abbey -road": lambda c: said(c, "abbey") and not said(c, "road"),
    "status:connected": lambda c: worst(c) is Status.CONNECTED,
    "status:EXPIRING": lambda c: worst(c) is Status.EXPIRING,
    "status:expired": lambda c: worst(c) is Status.EXPIRED,
    "status:broken": lambda c: worst(c) is Status.BROKEN,
    "status:disconnected": lambda c: worst(c) is Status.DISCONNECTED,
    "status:none": lambda c: worst(c) is None,
    "-status:none": lambda c: worst(c) is not None,
    "by:ann": lambda c: by(c, "ann"),
    "by:BÓB": lambda c: by(c, "bob"),
    "by:bob@example.com": lambda c: by(c, "bob@example.com"),
    "by:nobody": lambda c: False,
    "by:none": lambda c: not c.integrations,
    "software:xero": lambda c: any(link.software == "xero" for link in c.integrations),
    "software:sage software:xero": lambda c: {link.software for link in c.integrations} == {"sage", "xero"},
    "software:none": lambda c: not c.integrations,
    "software:quickbooks": lambda c: False,
    "team:north": lambda c: c.team == "North",
    "team:SÜ": lambda c: c.team == "Süd",
    "team:none": lambda c: c.team is None,
    "team:west": lambda c: False,
    "-team:north": lambda c: c.team != "North",
    "code:a1": lambda c: (c.practice_code or "").lower().startswith("a1"),
    "code:äB": lambda c: (c.practice_code or "").startswith("Äb"),
    "code:none": lambda c: c.practice_code is None,
    "-code:none": lambda c: c.practice_code is not None,
}  # fmt: skip


@pytest.mark.parametrize("text", HOLDS)
def test_filter_finds_exactly_those_for_which_it_holds(
    store: Store, clients: list[Client], text: str
) -> None:
    expected = sorted((sort_key(c.name), c.n) for c in clients if HOLDS[text](c))
    assert list(store.clients.find(parse(text), NOW, held=HELD)) == [n for _, n in expected]
    for most in (1, 7, 200):
        first = store.clients.first_matching(parse(text), NOW, most, held=HELD)
        assert list(first) == [n for _, n in expected][:most]
    # A second call finds the same, so nothing cached by the first call spoils it.
    assert list(store.clients.find(parse(text), NOW, held=HELD)) == [n for _, n in expected]


@pytest.mark.parametrize("text", HOLDS)
def test_glance_finds_the_first_of_the_same_for_words_and_statuses(store: Store, text: str) -> None:
    store.clients.warm()
    terms = parse(text)
    quick = {term.field for term in terms} <= {None, "status"}
    first = store.clients.first_matching(terms, NOW, 7, held=HELD)
    assert store.clients.glance(terms, NOW, 7, held=HELD) == (first if quick else None)


def test_glance_never_waits(tmp_path: Path) -> None:
    store, other = filled(tmp_path, 20), store_in(tmp_path)
    assert store.clients.glance(parse("a"), NOW, 5) is None
    store.clients.warm()
    assert store.clients.glance(parse("a"), NOW, 5)
    with database_of(store).listing.lock:
        assert store.clients.glance(parse("a"), NOW, 5) is None
    other.ledger.append(added("new", "Aaa"))
    assert store.clients.glance(parse("a"), NOW, 5) is None
    store.close()
    other.close()


def test_letters_typed_and_deleted_find_what_the_word_does_whatever_changes_meanwhile(tmp_path: Path) -> None:
    store, afresh = filled(tmp_path, 300), store_in(tmp_path)
    typed = ("a", "as", "ash", "ash b", "ash", "as", "b", "ba", "-ba", "ab", "äb1", "r", "ro", "bob", "zz")
    for step, text in enumerate(typed):
        for _ in range(2):
            expected = afresh.clients.find(parse(text), NOW)
            for most in (1, 20, 1000):
                assert store.clients.first_matching(parse(text), NOW, most) == expected[:most]
            store.clients.warm()
            assert store.clients.glance(parse(text), NOW, 1000) == expected
            assert store.clients.find(parse(text), NOW) == expected
            if step % 3 == 0:
                store.ledger.append(of_client(Kind.CLIENT_RENAMED, f"c{step}", name=f"Ashes {step}"))
                afresh = store_in(tmp_path)
    store.close()


@pytest.mark.parametrize(
    "reason", ["sign_in_refused", "sign_in_lapsed", "sign_in_ending", "unpaid", "access_removed"]
)
def test_reason_is_that_of_the_worst_status(store: Store, clients: list[Client], reason: str) -> None:
    found = set(store.clients.find(parse(f"reason:{reason}"), NOW))
    sure = {c.n for c in clients if reasons(c) == {reason}}
    assert sure and sure <= found <= {c.n for c in clients if reason in reasons(c)}


@pytest.mark.parametrize("hours", [24, 24 * 7])
def test_since_finds_what_changed_in_that_span(store: Store, clients: list[Client], hours: int) -> None:
    query = "SELECT client FROM integrations WHERE since >= ?"
    at = iso(NOW - timedelta(hours=hours))
    changed = {row[0] for row in database_of(store).connection.execute(query, (at,))} & {c.n for c in clients}
    assert 0 < len(changed) < len(clients)
    for text in (f"since:{hours}h", f"since:{hours // 24}d"):
        assert set(store.clients.find(parse(text), NOW)) == changed


KEYS: dict[str, Callable[[Client], object]] = {
    "name": lambda c: sort_key(c.name),
    "code": lambda c: (c.practice_code is None, folded(c.practice_code or "")),
    "team": lambda c: (c.team is None, sort_key(c.team or "")),
    "software": lambda c: min((link.software for link in c.integrations), default=""),
    "by": lambda c: min((sort_key(link.integrated_by.name) for link in c.integrations), default=""),
    "refreshed": lambda c: max(
        (link.refreshed_at for link in c.integrations if link.refreshed_at),
        default=datetime.min.replace(tzinfo=UTC),
    ),
    "status": lambda c: SEVERITY[status] if (status := worst(c)) else -1,
}


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("column", KEYS)
def test_order_is_by_its_column_then_by_name(
    store: Store, clients: list[Client], column: str, down: bool
) -> None:
    by_name = sorted(clients, key=lambda c: (sort_key(c.name), c.n))
    expected = sorted(by_name, key=KEYS[column], reverse=down)
    assert list(store.clients.find((), NOW, ((column, down),))) == [c.n for c in expected]
    some = [c.n for c in expected if said(c, "ash")]
    assert list(store.clients.find(parse("ash"), NOW, ((column, down),))) == some


def test_several_columns_order_by_the_first_then_the_next(store: Store, clients: list[Client]) -> None:
    by_name = sorted(clients, key=lambda c: (sort_key(c.name), c.n), reverse=False)
    expected = sorted(by_name, key=KEYS["name"], reverse=True)
    expected = sorted(sorted(expected, key=KEYS["status"]), key=KEYS["team"], reverse=True)
    found = store.clients.find((), NOW, (("team", True), ("status", False), ("name", True)))
    assert list(found) == [c.n for c in expected]


def test_counts_say_what_the_filter_finds(store: Store, clients: list[Client]) -> None:
    counts = store.clients.counts(NOW)
    assert counts.total() == store.clients.total() == len(clients)
    for status in Status:
        assert counts[status] == len(store.clients.find(parse(f"status:{status}"), NOW))
    assert counts[None] == len(store.clients.find(parse("status:none"), NOW))


def test_tally_counts_the_integrations_of_one_software(store: Store) -> None:
    every = store.clients.integrations("xero", NOW)
    counted = store.clients.tally("xero", NOW)
    assert counted.counts.total() == len(every)
    for status in Status:
        assert counted.counts[status] == sum(link.standing.status is status for _, link in every)


def test_first_page_is_the_beginning_of_the_whole(store: Store) -> None:
    assert store.clients.first_page(20) == store.clients.find((), NOW)[:20]


def test_nothing_is_found_in_an_empty_practice(tmp_path: Path) -> None:
    empty = store_in(tmp_path)
    empty.clients.warm()
    for text in HOLDS:
        for column in KEYS:
            assert len(empty.clients.find(parse(text), NOW, ((column, False),))) == 0
    empty.close()


def test_meaning_of_a_cached_status_changes_with_the_day(store: Store) -> None:
    later = NOW + timedelta(days=40)
    expiring, later_expiring = (
        set(store.clients.find(parse("status:expiring"), now)) for now in (NOW, later)
    )
    assert expiring and later_expiring and not expiring & later_expiring
    assert store.clients.counts(later)[Status.EXPIRING] == len(later_expiring)


def test_another_process_changes_are_found(tmp_path: Path) -> None:
    store, other = filled(tmp_path, 40), store_in(tmp_path)
    for text in ("", "renamed", "status:none", "abbey"):
        store.clients.find(parse(text), NOW)
    other.ledger.append(*(added(f"n{n}", "Renamed later") for n in range(2500)))
    assert len(store.clients.find(parse("renamed"), NOW)) == 2500
    other.ledger.append(
        of_client(Kind.CLIENT_RENAMED, "n1", name="Quite another"),
        of_client(Kind.CLIENT_REMOVED, "n2", name=""),
    )
    assert len(store.clients.find(parse("renamed"), NOW)) == 2498
    other.ledger.rebuild()
    other.clients.find(parse("status:none"), NOW)
    assert store.clients.find(parse("status:none"), NOW) == other.clients.find(parse("status:none"), NOW)
    store.close()
    other.close()


def same_as_afresh(store: Store, folder: Path, text: str, now: datetime, sort: Sort) -> None:
    afresh = store_in(folder)
    for _ in range(2):
        assert store.clients.find(parse(text), now, sort) == afresh.clients.find(parse(text), now, sort)
    afresh.close()


@pytest.mark.parametrize("column", ["code", "team"])
def test_cached_order_follows_every_change(tmp_path: Path, column: str) -> None:
    store, other = filled(tmp_path, 60), store_in(tmp_path)
    choose, sort = random.Random(3), ((column, True),)
    for step in range(6):
        same_as_afresh(store, tmp_path, ("", "-ash")[step % 2], NOW, sort)
        client = f"c{choose.randrange(60)}"
        (store, other)[step % 2].ledger.append(
            of_client(Kind.CODE_SET, client, code=f"z{step}"),
            of_client(Kind.TEAM_ASSIGNED, client, team=("Süd", "North", "Ost")[step % 3]),
        )
    store.close()
    other.close()


def test_cached_order_follows_the_day(tmp_path: Path) -> None:
    store = filled(tmp_path, 60)
    orders = [store.clients.find((), NOW + timedelta(days=days), BY_STATUS) for days in (0, 20, 60)]
    assert orders[0] != orders[1] or orders[1] != orders[2]
    for days in (0, 20, 60):
        same_as_afresh(store, tmp_path, "", NOW + timedelta(days=days), BY_STATUS)
    store.close()


def test_threads_find_while_another_writes(tmp_path: Path) -> None:
    store = filled(tmp_path, 40)
    troubles: list[BaseException] = []
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                for text in ("new", "status:none", ""):
                    store.clients.find(parse(text), NOW, (("status", True),))
                store.clients.counts(NOW)
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(150):
        store.ledger.append(added(f"n{n}", f"New {n}"), connected(f"n{n}", f"no{n}"))
    done.set()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(store.clients.find(parse("new"), NOW)) == 150
    store.close()


def test_rebuild_elsewhere_that_numbers_standings_again_is_noticed(tmp_path: Path) -> None:
    store, other = store_in(tmp_path), store_in(tmp_path)
    store.ledger.append(signed_in(), added("c1"), connected("c1", "o1"))
    store.ledger.append(of_link(Kind.FOUND_BROKEN, "c1", "o1", reason="unpaid"))
    store.ledger.append(added("c2"), connected("c2", "o2"))
    assert list(store.clients.find(parse("status:broken"), NOW)) == [1]
    query = "SELECT n, standing FROM clients ORDER BY n"
    before = [tuple(row) for row in database_of(store).connection.execute(query)]
    other.ledger.rebuild()
    assert [tuple(row) for row in database_of(store).connection.execute(query)] != before
    assert list(store.clients.find(parse("status:broken"), NOW)) == [1]
    assert list(store.clients.find(parse("status:connected"), NOW)) == [2]
    store.close()
    other.close()
