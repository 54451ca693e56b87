"""Names of files complete with tab."""

from pathlib import Path

import pytest
from textual.widgets import Input

from clientsync_tui.widgets.fields.path_input import completed
from tests.support.clients import add, app_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "codes").mkdir(parents=True)
    for name in ("codes-march.csv", "codes-may.csv", ".hidden", "other.csv"):
        (folder / name).touch()
    return folder


def test_unambiguous_part_is_completed_and_the_rest_suggested(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert completed("~/o") == ("~/other.csv", ("other.csv",))
    assert completed(f"{folder}/codes-m") == (f"{folder}/codes-ma", ("codes-march.csv", "codes-may.csv"))
    assert completed("~/.") == ("~/.hidden", (".hidden",))
    assert ".hidden" not in completed("~/").names and "codes/" in completed("~/").names
    for nothing in ("~/nowhere", "~/missing/x", "~nobody-of-that-name/x", "a\0b"):
        assert completed(nothing) == (nothing, ())


async def test_tab_completes_the_name_of_the_file_to_upload(folder: Path, tmp_path: Path) -> None:
    app = app_in(tmp_path)
    add(app.workplace.store, "Baker Ltd")
    async with run_app(app, size=(100, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        await pilot.press("U")
        await until(pilot, lambda: "Upload practice codes" in shown(pilot))
        field = app.screen.query_one(Input)
        field.value = f"{folder}/codes-"
        await pilot.press("tab")
        await until(pilot, lambda: field.value == f"{folder}/codes-ma")
        await until(pilot, lambda: "codes-march.csv  codes-may.csv" in shown(pilot))
        await pilot.press("r", "tab")
        await until(pilot, lambda: field.value == f"{folder}/codes-march.csv")
    app.workplace.close()
