"""If the environment makes the network unusable, one sentence says why: on the command line, in the doctor and on screen."""

import os
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.practice import Practice
from tests.support.terminal import Terminal

WRONG = {
    "all_proxy": "socks://127.0.0.1:1080/",
    "SSL_CERT_FILE": "/nowhere/office.pem",
    "SSL_CERT_DIR": "/nowhere/certificates",
}


@pytest.fixture
def signed_in(practice: Practice) -> Practice:
    practice.add(practice.people[0])
    return practice


def run(monkeypatch: pytest.MonkeyPatch, cli: Command, name: str, *words: str) -> tuple[int, str]:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(name, WRONG[name])
    said = cli.run(*words)
    return said.code, said.out + said.err


@pytest.mark.parametrize("name", WRONG)
def test_command_line_names_what_is_wrong_with_the_environment(
    signed_in: Practice, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    cli = Command(signed_in.config)
    code, said = run(monkeypatch, cli, name, "check")
    assert code == 2 and said.count("\n") == 1 and said.startswith(f"clientsync: {name} names"), said
    code, said = run(monkeypatch, cli, name, "doctor")
    assert code == 1 and f"network: {name} names" in said
    assert "database:" in said and "locale:" in said, "everything else is still examined"


def test_screen_says_it_too_and_waits_for_nothing(practice: Practice) -> None:
    with Terminal(
        "--config", str(practice.config), size=(110, 30), environment={"all_proxy": WRONG["all_proxy"]}
    ) as terminal:
        terminal.until("Client Sync")
        terminal.press("s1")
        terminal.until("all_proxy names a proxy of the kind socks")


def test_certificates_are_not_waited_for_at_a_pipe(
    signed_in: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "pipe"))
    said = Command(signed_in.config).run("check")
    assert (said.code, "it is a pipe" in said.err) == (2, True), said.err
