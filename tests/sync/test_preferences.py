"""Preferences: each person has their own file, even in a shared practice."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.store.store import Store
from clientsync_tui.sync.preferences import Preferences
from tests.support.inside import database_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "practice.db")
    yield store
    store.close()


def person(name: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Preferences:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / name))
    return Preferences(store)


def test_colleagues_do_not_overwrite_each_others_preferences(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = person("ann", store, tmp_path, monkeypatch)
    ann.save("sort", [["team", True]])
    ann.save_view("Mine", "team:North")
    before = store.changes()
    ben = person("ben", store, tmp_path, monkeypatch)
    assert (ben.get("sort", []), ben.views) == ([], {})
    ben.save("sort", [["name", False]])
    ann = person("ann", store, tmp_path, monkeypatch)
    assert (ann.get("sort", []), ann.views) == ([["team", True]], {"Mine": "team:North"})
    assert store.changes() == before, "nothing is written to the practice"


def test_preferences_start_with_what_release_0_2_saved_for_everyone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database_of(store).writing() as db:
        db.execute("INSERT INTO meta VALUES ('filters', '[\"oak\"]')")
        db.execute("INSERT INTO meta VALUES ('sort', 'no JSON')")
        db.execute("INSERT INTO views VALUES ('North', 'team:North', '2026-11-01T09:00:00.000Z')")
    ann = person("ann", store, tmp_path, monkeypatch)
    assert (ann.get("filters", []), ann.get("sort", [])) == (["oak"], [])
    ann.save_view("north", "team:North status:expired")
    assert ann.views == {"north": "team:North status:expired"}, (
        "names differ in more than upper and lower case"
    )
    ann.delete_view("north")
    assert ann.views == {}, "the former view does not come back"


@pytest.mark.skipif(sys.platform == "win32", reason="has no modes")
def test_file_is_the_persons_own(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person("ann", store, tmp_path, monkeypatch).save("filters", ["tax 12345"])
    (file,) = (tmp_path / "ann").rglob("preferences-*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name], "no half-written file is left"


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"filters": 7}', b"\xff" * 10, b"[" * 100_000])
def test_damaged_preferences_are_ignored(
    damage: bytes, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = person("ann", store, tmp_path, monkeypatch)
    ann.save("filters", ["oak"])
    (file,) = (tmp_path / "ann").rglob("preferences-*.json")
    file.write_bytes(damage)
    assert ann.get("filters", []) == []
    ann.save("filters", ["ash"])
    assert Preferences(store).get("filters", []) == ["ash"]


def test_preferences_last_for_the_window_where_they_cannot_be_saved(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    ann = person("file", store, tmp_path, monkeypatch)
    ann.save("filters", ["oak"])
    assert ann.get("filters", []) == ["oak"]
