"""What commands print, for people on a terminal and for programs in a pipe, with nouns that agree with their counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.practice.counted import counted, singular
from clientsync_tui.practice.entries import Entry, Kind
from clientsync_tui.store.store import Store
from clientsync_tui.sync import plan_words
from clientsync_tui.sync.history import described
from tests.support.clients import add, signed_in
from tests.support.command import Command, Terminal

LONG = "A business with a name that is a good deal longer than most terminals are wide, Sons & Daughters (est. 1904) Ltd"


@pytest.fixture
def cli(tmp_path: Path) -> Command:
    config = tmp_path / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    return Command(config)


@pytest.fixture
def store(cli: Command) -> Iterator[Store]:
    store = Store(cli.config.with_name("practice.db"))
    yield store
    store.close()


def test_piped_output_is_neither_padded_nor_wrapped(cli: Command, store: Store) -> None:
    add(store, LONG, signed_in(store, "ann@example.com"), team="North")
    add(store, "B", code="B1")
    assert cli.run("clients").out.splitlines() == [
        "Code\tClient\tTeam\tApp\tStatus\tIntegrated by",
        f"\t{LONG}\tNorth\txero\tconnected\tAnn",
        "B1\tB\t\t\tnot connected\t",
    ]
    help = cli.inside("codes", "upload", "--help").out
    assert "  The file needs a `Practice code` column and an `ID` or `Client` column." in help
    assert "If any line is wrong, nothing is changed.\n" in help


def test_questions_agree_with_their_counts(cli: Command, store: Store) -> None:
    client = add(store, "Abbey", signed_in(store, "ann@example.com"))
    terminal = Terminal(cli, "disconnect", "--client", client)
    terminal.until(r"1 integration ends here only")
    terminal.until(r"Disconnect 1 integration\?")
    terminal.type("n\n")
    assert terminal.end() != 0


def test_all_lines_pasted_into_the_menus_note_are_saved(cli: Command, store: Store) -> None:
    add(store, "Abbey")
    terminal = Terminal(cli, "menu")
    for prompt, answer in (
        ("Number: ", "clients"),
        ("Number: ", "all"),
        ("clients", "1"),
        ("Number: ", "client note"),
    ):
        terminal.after(prompt)
        terminal.type(f"{answer}\n")
    terminal.after("Client note, now none")
    terminal.type("Ask Mary\n01234 567890\nmornings only\n")
    terminal.after("Client note: Ask Mary / 01234 567890 / mornings only")
    terminal.type("q\n")
    assert terminal.end() == 0


def test_counts_agree_with_their_nouns() -> None:
    assert [counted(n, "client") for n in (0, 1, 2, 1204)] == [
        "0 clients",
        "1 client",
        "2 clients",
        "1,204 clients",
    ]
    assert counted(1, "entry", "entries") == "1 entry" and counted(2, "entry", "entries") == "2 entries"
    words = ["accounts", "tax rates", "tracking categories", "classes"]
    assert [singular(each) for each in words] == ["account", "tax rate", "tracking category", "class"]
    assert list(plan_words.hidden(1)) == ["1 selected client is hidden by the filter. It is included."]
    assert list(plan_words.hidden(2)) == ["2 selected clients are hidden by the filter. They are included."]
    body = {
        "lists": {"accounts": 1, "tax_rates": 2, "tracking_categories": 1},
        "details": {"tax_number": "1"},
    }
    entry = Entry(Kind.REFRESHED, "ann", "c1", "xero", "o1", body, 1, "2026-11-18T12:00:00Z")
    assert described(entry) == "refreshed: 1 account, 2 tax rates, 1 tracking category; changed: tax number"
