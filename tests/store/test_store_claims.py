"""Claims: who is working on which clients, for how long, and what happens when two people want the same."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.filter import parse
from clientsync_tui.store.store import Store
from clientsync_tui.sync.home import claim_words
from tests.store.entries import added, store_in
from tests.support.inside import database_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = store_in(tmp_path)
    store.ledger.append(*(added(f"c{n}", f"Client {n}") for n in range(4)))
    yield store
    store.close()


def people(store: Store, at: datetime | None = None) -> dict[str, str]:
    """Who has claimed which clients at that time."""
    return {claim.client: claim.person for claim in store.claims.active(at or datetime.now(UTC))}


def later(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_claim_is_seen_by_another_window_and_ends_by_itself(store: Store) -> None:
    with closing(Store(store.path)) as other:
        seen = other.changes()
        store.claims.take(["c0", "c1"], "noor")
        assert other.changes() != seen, "an open screen notices it"
        assert people(other) == {"c0": "noor", "c1": "noor"}
        assert people(other, later(29)) and not people(other, later(30.1))
        (client,) = other.clients.by_id(["c0"], datetime.now(UTC)).values()
        assert client.claim and client.claim.name == "noor"
        (client,) = other.clients.by_id(["c0"], later(31)).values()
        assert client.claim is None


def test_activity_keeps_a_claim_and_without_it_the_claim_ends(store: Store) -> None:
    store.claims.take(["c0"], "noor", minutes=10)
    store.claims.take(["c1"], "ben", minutes=10)
    seen = store.changes()
    assert not store.claims.note_activity("noor", later(1)) and store.changes() == seen, "it is fresh"
    with store.exclusively() as db:
        db.execute("UPDATE claims SET until = strftime('%Y-%m-%dT%H:%M:%fZ', until, '-8 minutes')")
    assert store.claims.note_activity("noor", later(0))
    assert people(store, later(3)) == {"c0": "noor"}, "one person's activity does not extend another's claims"
    assert not store.claims.note_activity("noor", later(11)), "an ended claim does not come back"


def test_claim_is_taken_over_and_the_history_says_from_whom(store: Store) -> None:
    store.claims.take(["c0", "c1"], "noor")
    done = store.claims.take(["c1", "c2"], "ben")
    assert (done.clients, [claim.person for claim in done.taken_over]) == (2, ["noor"])
    assert people(store) == {"c0": "noor", "c1": "ben", "c2": "ben"}
    (entry,) = [entry for entry in store.ledger.entries() if entry.kind is Kind.CLAIM_TAKEN_OVER]
    assert (entry.client, entry.actor, entry.body["from"]["role"]) == ("c1", "ben", "noor")
    seen = store.ledger.last()
    store.claims.take(["c1"], "ben")
    assert store.ledger.last() == seen, "your own claim is not taken over"


def test_claiming_again_keeps_since_when(store: Store) -> None:
    store.claims.take(["c0"], "noor", minutes=5)
    (first,) = store.claims.active(later(0))
    store.claims.take(["c0"], "noor")
    (second,) = store.claims.active(later(0))
    assert second.since == first.since and second.until > first.until and second.minutes == 30


def test_only_your_own_claims_are_released(store: Store) -> None:
    store.claims.take(["c0", "c1"], "noor")
    store.claims.take(["c2"], "ben")
    assert store.claims.release(["c0", "c2", "c3"], "noor") == 1
    assert people(store) == {"c1": "noor", "c2": "ben"}


def test_claimed_filter_finds_mine_theirs_and_unclaimed(store: Store) -> None:
    store.claims.take(["c0"], "noor")
    store.claims.take(["c1"], "ben")

    def found(text: str) -> set[int]:
        now = datetime.now(UTC)
        numbers = store.clients.find(parse(text), now, me={"noor"})
        return {int(client.id[1:]) for client in store.clients.by_number(numbers, now)}

    assert found("claimed:you") == {0} and found("claimed:BEN") == {1}
    assert found("claimed:none") == {2, 3} and found("-claimed:none") == {0, 1}
    assert found("claimed:eve") == set()


def test_warning_counts_clients_for_each_colleague(store: Store) -> None:
    assert claim_words.about(store, ["c0", "c1"], "ben", later(0)) == []
    store.claims.take(["c0", "c1", "c2"], "noor")
    store.claims.take(["c3"], "eve")
    (since, *_) = [claim.since.astimezone() for claim in store.claims.active(later(0))]
    at = f"(since {since:%H:%M})."
    assert claim_words.about(store, ["c0", "c1", "c2", "c3"], "ben", since) == [
        f"3 of these clients are claimed by noor {at}",
        f"1 of these clients is claimed by eve {at}",
    ]
    assert claim_words.about(store, ["c0"], "ben", since) == [f"This client is claimed by noor {at}"]
    assert claim_words.about(store, ["c0", "c1"], "noor", since) == []


def test_row_that_another_program_wrote_is_no_claim(store: Store) -> None:
    with store.exclusively() as db:
        db.execute("INSERT INTO claims VALUES ('c0', 'x', 'x', 'today', '9999', 30)")
        db.execute("INSERT INTO claims VALUES ('c1', 'x', 'x', '2026-01-01T00:00:00.000Z', '9', -1)")
    assert people(store) == {} and store.clients.by_id(["c0"], later(0))["c0"].claim is None
    assert database_of(store).connection.execute("SELECT count(*) FROM claims").fetchone()[0] == 2
