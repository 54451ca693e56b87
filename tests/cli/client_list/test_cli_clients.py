"""The client list, one client, the export and the history, on a practice whose ledger is filled directly."""

import csv
import io
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.store.store import Store
from tests.support import empty
from tests.support.clients import ANN, BOB, add, found, signed_in
from tests.support.command import PATIENCE_S, Command

BAKER, HARBOUR, IVY, ABBEY = (
    "Baker & Daughters",
    "Harbour Fish Bar Ltd",
    "Ivy Lane Florists",
    "Abbey Road Bakery",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four clients: connected, broken, expiring, and one without an integration."""
    empty.put(tmp_path / "practice.db")
    store = Store(tmp_path / "practice.db")
    ann, bob = signed_in(store, ANN), signed_in(store, BOB, timedelta(days=5))
    add(store, BAKER, ann, code="BAK01", team="North")
    broken = add(store, HARBOUR, ann, code="HAR01", team="Northern coast")
    add(store, IVY, bob, team="North")
    add(store, ABBEY)
    found(store, broken, Kind.FOUND_BROKEN, "access_removed")
    yield store
    store.close()


@pytest.fixture
def cli(store: Store) -> Command:
    config = store.path.parent / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    return Command(config)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ((), [ABBEY, BAKER, HARBOUR, IVY]),
        (("--status", "connected"), [BAKER]),
        (("--status", "broken"), [HARBOUR]),
        (("--status", "expiring"), [IVY]),
        (("--status", "none"), [ABBEY]),
        (("--team", "north"), [BAKER, IVY]),
        (("--software", "xero"), [BAKER, HARBOUR, IVY]),
        (("--match", "baker"), [ABBEY, BAKER]),
        (("--match", "by:bob"), [IVY]),
        (("--match", "reason:access_removed"), [HARBOUR]),
        (("--match", "reason:access-removed"), [HARBOUR]),
        (("--match", 'reason:"Access removed"'), [HARBOUR]),
        (("--match", "baker -code:none", "--status", "connected"), [BAKER]),
        (("--match", "nobody"), []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_clients(cli: Command, words: tuple[str, ...], names: list[str]) -> None:
    assert [client["name"] for client in cli.inside("clients", *words, "--json").json] == names
    text = cli.inside("clients", *words).out
    assert [line for line in names if line in text] == names
    assert len(text.splitlines()) == len(names) + 1
    rows = list(csv.DictReader(io.StringIO(cli.inside("clients", *words, "--csv").out)))
    assert [row["Client"] for row in rows] == names


@pytest.mark.parametrize(
    "words", [("--match", "statsu:x"), ("--status", "fine"), ("--software", "xerro"), ("--csv", "--json")]
)
def test_commands_that_ask_are_refused_without_a_terminal(cli: Command, words: tuple[str, ...]) -> None:
    said = cli.inside("clients", *words)
    assert (said.code, said.out) == (2, "")


def test_one_client_by_code_name_and_id(cli: Command) -> None:
    by_code = cli.inside("client", "BAK01", "--json").json
    assert by_code["name"] == BAKER
    assert cli.inside("client", BAKER, "--json").json == by_code
    assert cli.inside("client", by_code["id"], "--json").json == by_code
    assert by_code["history"][0]["kind"] == "client_added"
    assert cli.inside("client", "Baker", "--json").code == 2
    said = cli.inside("client", "HAR01").out
    assert "broken: access removed" in said
    assert "Ask for access" in said


def test_name_shared_by_two_clients_is_not_guessed(cli: Command, store: Store) -> None:
    add(store, BAKER)
    said = cli.inside("client", BAKER)
    assert (said.code, said.out) == (2, "")
    assert "2 clients are called" in said.err


def test_log(cli: Command, store: Store) -> None:
    entries = cli.inside("log", "--json").json
    assert [entry["seq"] for entry in entries] == list(range(1, store.ledger.last() + 1))
    assert all(entry["at"].endswith("Z") for entry in entries)
    of_one = cli.inside("log", "--client", "HAR01", "--json").json
    assert [entry["kind"] for entry in of_one] == ["client_added", "integration_connected", "found_broken"]
    text = cli.inside("log", "--client", "HAR01").out
    assert HARBOUR in text and "found broken: access removed" in text


def test_log_follows(cli: Command, store: Store) -> None:
    started = cli.start("log", "--follow", "--json")
    count = store.ledger.last()
    _until(lambda: len(started.out.splitlines()) == count)
    store.ledger.append(NewEntry(Kind.TEAM_CREATED, ANN, body={"team": "South"}))
    _until(lambda: len(started.out.splitlines()) == count + 1)
    started.process.send_signal(signal.SIGINT)
    said = started.end()
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out.splitlines()[-1])["body"] == {"team": "South"}


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_export(cli: Command, tmp_path: Path, store: Store) -> None:
    odd = 'Odd "name", Ltd; =1+1\t株式会社'
    add(store, odd)
    file = tmp_path / "clients.csv"
    file.write_text("what was there before")
    written = {"file": str(file), "clients": 5, "lines": 5}
    assert cli.inside("export", "--yes", str(file), "--json").json == written
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read it as UTF-8"
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = {row["Client"]: row for row in csv.DictReader(text)}
    assert rows[HARBOUR]["Status"] == "broken"
    assert rows[HARBOUR]["Reason"] == "access removed"
    assert rows[HARBOUR]["Practice code"] == "HAR01"
    assert (rows[HARBOUR]["Integrated by"], rows[HARBOUR]["E-mail"]) == ("Ann", ANN)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rows[HARBOUR]["Connected (UTC)"])
    assert odd.replace("\t", "") in rows, "only control characters are taken out of a name"
    assert list(tmp_path.glob(".*")) == []
    assert cli.inside("export", "-").out.splitlines()[0].startswith("ID,Client,Practice code,")


def test_export_to_stdout_is_csv_alone(cli: Command) -> None:
    refused = cli.inside("export", "-", "--json")
    assert (refused.code, refused.out) == (2, "")


def test_export_that_cannot_be_written_leaves_what_was_there(cli: Command, tmp_path: Path) -> None:
    said = cli.inside("export", str(tmp_path / "absent" / "clients.csv"))
    assert said.code == 1
    assert said.err.startswith("clientsync: ") and "can't be written" in said.err


def test_export_to_a_full_disk_leaves_what_was_there(cli: Command) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    done = cli.run("export", "/dev/full")
    assert done.code == 1
    assert "the disk is full. Make room" in done.err
    assert Path("/dev/full").exists()


def test_missing_team_differs_from_one_without_clients(cli: Command) -> None:
    said = cli.inside("clients", "--team", "nroth", "--json")
    assert (said.code, said.json) == (0, []) and 'There is no team "nroth".' in said.err
    assert cli.inside("clients", "--team", "none", "--json").err == ""
