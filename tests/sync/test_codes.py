"""Practice codes: one rule for when two are the same, and files that a spreadsheet has saved."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.text import code_key
from clientsync_tui.screens.clients.rows import today
from clientsync_tui.store.store import Store
from clientsync_tui.sync.files import codes, codes_file, export
from clientsync_tui.sync.files.csv_cells import damage, plain
from tests.support import empty
from tests.support.clients import ANN, add
from tests.support.command import Command
from tests.sync.spreadsheet import save_again, saved_again

A, B = "Orchard Design Studio LLP", "Yarrow Farms Limited"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    empty.put(tmp_path / "practice.db")
    store = Store(tmp_path / "practice.db")
    yield store
    store.close()


@pytest.fixture
def cli(store: Store) -> Command:
    config = store.path.parent / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    return Command(config)


def known(store: Store) -> dict[str, str | None]:
    return {name: code for _, name, code in store.clients.codes()}


ALIKE = ["a", "A", "ß", "ss", "ẞ", "ﬁ", "fi", "İ", "i̇", "ı", "σ", "ς", "Σ", "K", "k", "Å", "å", "Å", "é", "é", " ", "\xa0", "ａ", "1"]  # fmt: skip
ODD_CODES = st.lists(st.sampled_from(ALIKE), min_size=1, max_size=3).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.tuples(st.integers(0, 3), ODD_CODES), max_size=5))
def test_upload_does_what_the_dry_run_accepts(store: Store, lines: list[tuple[int, str]]) -> None:
    if not known(store):
        for n in range(4):
            add(store, f"Client {n}", code=f"C{n}")
    text = "Client\tPractice code\n" + "".join(f"Client {n}\t{code}\n" for n, code in lines)
    try:
        planned = codes.plan(text, store)
    except codes_file.WrongLines:
        return
    codes.upload(store, planned, ANN)
    after = known(store)
    assert [after[f"Client {n}"] for n, code in lines if code.strip()] == [
        code.strip() for _, code in lines if code.strip()
    ]
    assert codes.plan(text, store).changes == ()
    keys = [code_key(code) for code in after.values()]
    assert len(set(keys)) == len(keys)
    for name, code in after.items():
        assert store.clients.named(code or "", today()).name == name


def test_same_code_but_for_the_kind_of_blank_is_refused_before_the_upload(
    cli: Command, store: Store, tmp_path: Path
) -> None:
    add(store, A, code="ORC\u00a001")
    add(store, B)
    file = tmp_path / "codes.csv"
    file.write_text(f"Client,Practice code\n{B},orc 01\n")
    for words in (("--dry-run",), ()):
        said = cli.inside("codes", "upload", str(file), *words)
        assert said.code == 2 and f'line 2: The code "orc 01" is used by "{A}".' in said.err


EATEN = [
    "00123", "MAR1", "1E5", "1e05", "12E-4", "Sept 7", "DEC-01", "1/2", "12-3", "7 Jun", "1.50", "007.0", "TRUE", "false",
    "123456789012", "9130347596842064", "12:30", "5%", "£20", "(5)", "2026-03-01", "3 pm", "MARCH1",
]  # fmt: skip
LEFT = ["ABB01", "12345", "0", "JUL", "MAR-CO", "1A", "E5", "c00e12", "A-1", "X1E5"]


def exported(store: Store, file: Path) -> Path:
    numbers = store.clients.find((), today())
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        export.write(text, store.clients.each(numbers, today()))
    return file


def practice_that_spreadsheets_eat(store: Store) -> None:
    """Codes, names and ids that a spreadsheet would change."""
    for n, code in enumerate([*EATEN, *LEFT]):
        id = code.replace(" ", "") if code in EATEN else f"c{n:04}"
        body = {"name": code if n % 2 else f"Client {n}", "practice_code": f"{code}"}
        if code_key(code) not in map(code_key, known(store).values()):
            store.ledger.append(NewEntry(Kind.CLIENT_ADDED, ANN, f"{id}", body=body))


def test_export_survives_a_spreadsheet(store: Store, tmp_path: Path) -> None:
    practice_that_spreadsheets_eat(store)
    back = tmp_path / "back.csv"
    save_again(exported(store, tmp_path / "clients.csv"), back)
    planned = codes.plan(codes_file.read(back), store)
    assert (planned.changes, planned.unchanged) == ((), store.clients.total())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_export_survives_libreoffice(store: Store, tmp_path: Path) -> None:
    practice_that_spreadsheets_eat(store)
    file = exported(store, tmp_path / "clients.csv")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    # Comma, quotes, UTF-8, from line 1, English, and "Detect special numbers", which reads dates too.
    how = [
        "--infilter=CSV:44,34,76,1,,1033,false,true",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
    ]
    command = ["soffice", profile, "--headless", *how, "--outdir", str(tmp_path / "back"), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    planned = codes.plan(codes_file.read(tmp_path / "back" / "clients.csv"), store)
    assert (planned.changes, planned.unchanged) == ((), store.clients.total())


def test_values_safe_in_spreadsheets_are_exported_unchanged(store: Store, tmp_path: Path) -> None:
    for code in LEFT:
        add(store, f"Client {code}", code=code)
    text = exported(store, tmp_path / "clients.csv").read_text("utf-8-sig")
    assert [code for code in LEFT if f",{code}," not in text] == []


@pytest.mark.parametrize("cell", ['="00123"', "'00123", "00123"])
def test_code_that_was_saved_as_text_is_read(cell: str) -> None:
    assert plain(cell) == "00123"


def test_codes_that_a_spreadsheet_changed_are_refused_line_by_line_unless_they_are_wanted(
    cli: Command, store: Store, tmp_path: Path
) -> None:
    before = ["00123", "MAR1", "1E5", None, None, "1.50", "ABB01"]
    for n, code in enumerate(before):
        add(store, f"Client {n}", code=code)
    after = ["123", "01-Mar", "1.00E+05", "#REF!", "03/01/2026", "1.5", "ABB02"]
    assert [saved_again(code) for code in before[:3] if code] == after[:3]
    file = tmp_path / "codes.csv"
    file.write_text(
        "Client,Practice code\n" + "".join(f"Client {n},{code}\n" for n, code in enumerate(after))
    )
    entries = store.ledger.last()
    for words in ((), ("--dry-run",), ("--json",)):
        said = cli.inside("codes", "upload", str(file), *words)
        assert said.code == 2 and "6 lines are wrong. Nothing was changed." in said.err
        assert [n for n in range(2, 8) if f'line {n}: The code "{after[n - 2]}"' not in said.err] == []
        assert "line 8" not in said.err and "--as-written" in said.err
    assert store.ledger.last() == entries
    assert cli.inside("codes", "upload", str(file), "--as-written").code == 0
    assert list(known(store).values()) == after


@pytest.mark.parametrize(
    "code", ["MAR-01", "DEC 12", "ABB01", "1E5", "00123", "12-34", "1.5", "Mary-12", "123"]
)
def test_code_of_the_practices_own_is_not_taken_for_damage(code: str) -> None:
    assert damage(code) is None and damage(code, code) is None and damage(code, "ABB") is None
