"""Hostile text that a colleague wrote straight into the practice's file, bypassing the cleaning of outside text."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientsync_tui.accounting.seam import shapes
from clientsync_tui.practice.text import clean
from clientsync_tui.practice.trouble import PassingTrouble
from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.command import Command
from tests.support.terminal import Terminal
from tests.trust.hostile import CHARACTERS, drives

#: SQLite can't store surrogates, so the file can't contain any.
NAMES = {what: f"{what} {text}" for what, text in CHARACTERS.items() if what != "no character"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("practice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        workplace = workplace_in(folder)
        sign_in = signed_in(workplace.store, ANN)
        for n, name in enumerate(NAMES.values()):
            add(workplace.store, name, sign_in, team=f"T {name[:200]}", code=f"={n}\x1b]0;OWNED\x07")
        workplace.close()
        yield folder / "config.toml"


@pytest.mark.parametrize(
    "words",
    [
        ("clients",),
        ("client", "hidden " + CHARACTERS["hidden"]),
        ("log",),
        ("clients", "--csv"),
        ("export", "-"),
    ],
    ids=lambda words: " ".join(words)[:15],
)
def test_no_command_prints_control_characters(config: Path, words: tuple[str, ...]):
    result = Command(config).inside(*words)
    assert result.code == 0, result
    written = (result.out + result.err).encode()
    assert drives(written) == []
    assert "\x1b" not in result.out and len(result.out.splitlines()) == len(result.out.split("\n")) - 1


@pytest.mark.parametrize("words", [("clients", "--json"), ("log", "--json")], ids=" ".join)
def test_json_is_safe_and_has_the_whole_name(config: Path, words: tuple[str, ...]):
    result = Command(config).inside(*words)
    assert drives(result.out.encode()) == []
    assert NAMES["huge"] in result.out and json.loads(result.out)


def test_csv_has_a_line_for_each_client(config: Path):
    rows = list(csv.reader(io.StringIO(Command(config).inside("clients", "--csv").out, newline="")))
    assert len(rows) == 1 + len(NAMES)
    assert {row[2] for row in rows[1:]} == {f"'={n}]0;OWNED" for n in range(len(NAMES))}


def test_screens_show_it_and_send_none_of_it_to_the_terminal(config: Path):
    with Terminal("--config", str(config), size=(100, 30)) as terminal:
        terminal.until("window title")
        for keys, shows in (
            ("c", "Business settings › Connections"),
            ("\x1b", "Tester & Co"),
            ("h", "client added"),
            ("\x1b", "Tester & Co"),
            ("/markup\r", "1 of"),
        ):
            terminal.press(keys)
            terminal.until(shows)
        terminal.press("q")
        assert terminal.end() == 0, terminal.text
        assert drives(terminal.written) == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec=None), max_size=50))
def test_cleaned_text_is_harmless_and_cleaning_twice_changes_nothing(text: str):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert drives(cleaned.encode()) == [], "and it can be encoded"


def test_name_of_megabytes_is_cut_where_it_enters():
    assert shapes.words("\x1b" * 10 + "x" * 5_000_000) == "x" * 1_000


def spelled(value: object) -> list[str]:
    """A value in the forms that JSON allows: characters literal or escaped, in capitals, over several lines."""
    escaped = json.dumps(value, indent="\t")
    capitals = re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), escaped)
    return [escaped, capitals, json.dumps(value, ensure_ascii=False)]


@pytest.mark.parametrize("hostile", CHARACTERS.values(), ids=CHARACTERS)
def test_answer_is_clean_however_it_is_spelled(hostile: str):
    for text in spelled({hostile: ["\\", hostile]}):
        ((name, (backslash, words)),) = json.loads(text).items()
        assert shapes.read(text) == {clean(name): [backslash, clean(words)]}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(codec=None)), max_size=3))
def test_text_of_an_answer_is_cleaned_and_nothing_else_of_it_changed(texts: list[str]):
    for text in spelled(texts):
        assert shapes.read(text) == [clean(part) for part in json.loads(text)]


def test_deeply_nested_records_are_refused():
    with pytest.raises(PassingTrouble, match="records within records"):
        shapes.read(f'{{"Accounts": {"[" * 200 + "]" * 200}}}')
    assert shapes.read('{"a": 1e999, "b": [NaN, -Infinity], "c": 1.5}') == {
        "a": None,
        "b": [None, None],
        "c": 1.5,
    }
