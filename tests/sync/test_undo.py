"""Changes to the practice, and undoing them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientsync_tui.practice.model import Client
from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.store.store import Store
from clientsync_tui.sync import client_edits
from clientsync_tui.sync.files.codes import plan, upload
from clientsync_tui.sync.undo import undo_last
from tests.support import empty
from tests.support.clients import ANN, add, signed_in

NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    empty.put(tmp_path / "practice.db")
    opened = Store(tmp_path / "practice.db")
    yield opened
    opened.close()


def client(store: Store, id: str) -> Client:
    return store.clients.by_id([id], NOW)[id]


def undo(store: Store, actor: str = "ann") -> str:
    return undo_last(store, actor, NOW)


def test_changes_are_undone_one_after_another_each_once_after_a_restart_too(store: Store) -> None:
    id = add(store, "Abbey Road Bakery", code="ABB")
    client_edits.set_code(store, "ann", client(store, id), "NEW")
    client_edits.rename(store, "ann", client(store, id), "Abbey Road Bakers")
    client_edits.set_note(store, "ann", client(store, id), "Ring on Mondays")
    client_edits.assign_team(store, "ann", [client(store, id)], "North")

    again = Store(store.path)
    assert "“Abbey Road Bakers” has no team again." in undo(again)
    assert "“Abbey Road Bakers” has no note again." in undo(again)
    assert "“Abbey Road Bakers” is called Abbey Road Bakery again." in undo(again)
    assert "“Abbey Road Bakery” has the practice code ABB again." in undo(again)
    now = client(again, id)
    assert (now.name, now.practice_code, now.team, now.note) == ("Abbey Road Bakery", "ABB", None, "")
    with pytest.raises(UsageError, match="no change to undo"):
        undo(again)
    again.close()


def test_bulk_change_is_one_step_and_keeps_what_others_changed_since(store: Store) -> None:
    ids = [add(store, f"Client {n}", team="South" if n else None) for n in range(3)]
    assert client_edits.assign_team(store, "ann", [client(store, id) for id in ids], "North") == 3
    client_edits.assign_team(store, "bob", [client(store, ids[1])], "West")

    said = undo(store)

    assert "2 clients are back in their previous teams." in said
    assert "1 client was left alone" in said
    assert [client(store, id).team for id in ids] == [None, "West", "South"]
    with pytest.raises(UsageError):
        undo(store)
    assert "“Client 1” is back in team North." in undo(store, "bob")


def test_only_clients_without_an_active_integration_are_removed_and_restored(store: Store) -> None:
    sign_in = signed_in(store, ANN)
    ids = [add(store, "Alone", code="A1"), add(store, "Integrated", sign_in)]
    assert client_edits.remove(store, "ann", [client(store, id) for id in ids]) == 1
    assert store.clients.total() == 1
    # Meanwhile someone gives its code to another client, so it can't come back with it.
    client_edits.set_code(store, "bob", client(store, ids[1]), "a1")
    with pytest.raises(UsageError, match="changed since"):
        undo(store)
    undo(store, "bob")
    assert "“Alone” is on the list again." in undo(store)
    assert store.clients.total() == 2


def test_swapped_codes_are_swapped_back(store: Store) -> None:
    ids = [add(store, "One", code="A"), add(store, "Two", code="B"), add(store, "Three")]
    asked = plan("Client,Practice code\nOne,B\nTwo,A\nThree,C\n", store)
    upload(store, asked, "ann")
    assert [client(store, id).practice_code for id in ids] == ["B", "A", "C"]
    assert "3 clients" in undo(store)
    assert [client(store, id).practice_code for id in ids] == ["A", "B", None]


def test_wrong_values_change_nothing(store: Store) -> None:
    id = add(store, "One", code="A")
    other = add(store, "Two", code="B")
    last = store.ledger.last()
    with pytest.raises(UsageError, match='already has the practice code "a"'):
        client_edits.set_code(store, "ann", client(store, other), "a")
    with pytest.raises(UsageError, match="needs a name"):
        client_edits.rename(store, "ann", client(store, id), " \x1b\n ")
    with pytest.raises(UsageError, match="longer than 50"):
        client_edits.set_code(store, "ann", client(store, id), "x" * 51)
    assert store.ledger.last() == last
