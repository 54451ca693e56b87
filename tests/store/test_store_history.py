"""The filter of the history: every field that its help names."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.filter import parse
from clientsync_tui.store.history import You
from clientsync_tui.store.store import Store
from tests.store.entries import added, connected, of_link, signed_in, store_in

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Entries 1 to 7. The comments number those about clients."""
    store = store_in(tmp_path_factory.mktemp("history"))
    store.ledger.append(signed_in("xero:ann", name="Änn Ash"), at=NOW - timedelta(days=40))  # 1
    store.ledger.append(
        added("c1", "Tūī Café", team="Süd", practice_code="TUI01"),  # 2
        added("c2", "Abbey", team="North"),  # 3
        at=NOW - timedelta(days=9),
    )
    store.ledger.append(connected("c1", "o1"))  # 4
    store.ledger.append(of_link(Kind.FOUND_BROKEN, "c1", "o1", reason="unpaid"))  # 5
    store.ledger.append(NewEntry(Kind.NOTE_SET, "bób", "c2", body={"note": "Straße gesperrt, ÖFFNEN"}))  # 6
    store.ledger.append(NewEntry(Kind.NOTE_SET, "carol", "c2", body={"note": "plain"}))  # 7
    yield store
    store.close()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [7, 6, 5, 4, 3, 2, 1]),
        ("tui", [5, 4, 2]),
        ("CAFÉ", [5, 4, 2]),
        ("strasse offnen", [6]),
        ("note -gesperrt", [7]),
        ('"note set"', [7, 6]),
        ("by:bob", [6]),
        ("by:ann@example.com", [5, 4, 3, 2, 1]),
        ("by:ann", [5, 4, 3, 2, 1]),
        ("by:ash", [5, 4, 3, 2, 1]),
        ("by:you", [7, 5, 4, 3, 2, 1]),
        ("-by:you", [6]),
        ("software:xero", [5, 4, 1]),
        ("software:none", [7, 6, 3, 2]),
        ("since:today", [7, 6, 5, 4]),
        ("-since:yesterday", [3, 2, 1]),
        ("since:10d -since:8d", [3, 2]),
        ("team:sud", [5, 4, 2]),
        ("-team:north", [5, 4, 2, 1]),
        ("code:tui", [5, 4, 2]),
        ("status:broken", [5, 4, 2]),
        ("reason:unpaid since:1d", [5, 4]),
        ("-status:broken", [7, 6, 3, 1]),
        ("by:nobody", []),
    ],
)
def test_filter_finds_the_entries_for_which_it_holds(store: Store, words: str, found: list[int]) -> None:
    history = store.history(You({"carol", "ann@example.com"}, {"xero:ann"}))
    if "today" in words and (NOW.astimezone() - timedelta(minutes=5)).date() != NOW.astimezone().date():
        pytest.skip("It has just been midnight.")
    assert list(history.find(None, parse(words), NOW)) == found
    assert list(history.find("c2", parse(words), NOW)) == [n for n in found if n in (3, 6, 7)]


def test_client_has_a_total_of_its_own(store: Store) -> None:
    history = store.history()
    assert (history.total(None), history.total("c1"), history.total("c2")) == (7, 3, 3)
