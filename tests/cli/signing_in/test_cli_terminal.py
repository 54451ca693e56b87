"""What commands do at a terminal: they ask, start a sign-in if none works, and show their progress."""

import re
from collections.abc import Callable, Iterator

import pytest

from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command, Terminal
from tests.support.practice import Practice


@pytest.fixture
def practice(made: Callable[[Running], Practice]) -> Iterator[Practice]:
    with running(Options(organisations=6, limits=False)) as box:
        yield made(box)


@pytest.fixture
def cli(practice: Practice) -> Command:
    return Command(practice.config)


LINK = r"(?m)^(http://127\.0\.0\.1:\d+/xero/\S+)\r?$"


def test_add_begins_a_sign_in_where_none_works(practice: Practice, cli: Command) -> None:
    terminal = Terminal(cli, "add", "xero", "--all")
    authorise(terminal.until(LINK), practice.people[0])
    terminal.until("add: 6 clients done, 0 failed, 0 skipped")
    assert terminal.end() == 0
    assert re.search(r"\d of 6 clients, 0 failed", terminal.text), "a line shows the progress"
    assert len(cli.inside("clients", "--json").json) == 6


def test_refused_sign_in_is_made_again_and_the_command_continues(practice: Practice, cli: Command) -> None:
    practice.add(practice.people[0])
    practice.sandbox.fault("expire", person=practice.people[0])
    terminal = Terminal(cli, "organisations", "xero")
    terminal.until("no longer accepts this sign-in")
    authorise(terminal.until(LINK), practice.people[0])
    assert terminal.end() == 0
    assert terminal.text.count("added ") == 6


def test_person_who_signs_in_must_be_the_one_named(practice: Practice, cli: Command) -> None:
    terminal = Terminal(cli, "add", "xero", "--all", "--as", practice.people[1])
    authorise(terminal.until(LINK), practice.people[0])
    assert terminal.end() == 3
    assert f"--as names {practice.people[1]}" in terminal.text
    assert cli.inside("clients", "--json").json == []


@pytest.mark.parametrize(("answer", "status", "code"), [("n", "connected", 1), ("y", "disconnected", 0)])
def test_disconnect_asks_once(practice: Practice, cli: Command, answer: str, status: str, code: int) -> None:
    practice.add(practice.people[0])
    terminal = Terminal(cli, "disconnect", "--all")
    terminal.until(r"Disconnect 6 integrations\?")
    terminal.type(f"{answer}\n")
    assert terminal.end() == code
    clients = cli.inside("clients", "--json").json
    assert {link["status"] for client in clients for link in client["integrations"]} == {status}


def test_passphrase_of_a_new_keyring_file_is_asked_twice_and_not_shown(
    practice: Practice, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "PYTHON_KEYRING_BACKEND", "clientsync_tui.signin.keyrings.encrypted_file.EncryptedFile"
    )
    terminal = Terminal(cli, "sign-in", "xero", "--no-browser")
    terminal.until("New passphrase")
    terminal.type("open sesame\n")
    terminal.until("Repeat for confirmation")
    terminal.type("open sesame\n")
    authorise(terminal.until(LINK), practice.people[0])
    assert terminal.end() == 0
    assert "sesame" not in terminal.text
    terminal = Terminal(cli, "check", "--quick")
    terminal.until("Passphrase of the keyring file")
    terminal.type("open barley\n")
    assert terminal.end() == 2
    assert "does not open the keyring file" in terminal.text


def test_ctrl_c_ends_a_sign_in_that_waits_and_keeps_nothing(cli: Command) -> None:
    terminal = Terminal(cli, "sign-in", "xero", "--no-browser")
    terminal.until(LINK)
    terminal.process.send_signal(2)
    assert terminal.end() == 1
    assert "Traceback" not in terminal.text
    assert cli.inside("software", "--json").json[0]["signed_in"] is False
