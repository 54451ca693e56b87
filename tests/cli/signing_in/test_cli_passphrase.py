"""`clientsync passphrase` changes the passphrase of the encrypted keyring file."""

import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin.keyrings.encrypted_file import EncryptedFile
from clientsync_tui.signin.keyrings.keyring_format import Argon2
from tests.support.command import Command, Terminal

SERVICE = "clientsync"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring file that is in use, with what opens it in the environment."""
    file = tmp_path / "keyring.bin"
    EncryptedFile(file, lambda new: "the old one", cost=lambda: Argon2(8, 1, 1)).set_password(
        SERVICE, "a", "1"
    )
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("the old one\n")
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    return file


@pytest.fixture
def command(tmp_path: Path, file: Path) -> Command:
    config = tmp_path / "config.toml"
    config.write_text('[keyring]\nbackend = "file"\nfile = "keyring.bin"\n')
    return Command(config)


def held(file: Path, passphrase: str) -> str | None:
    return EncryptedFile(file, _says(passphrase), passphrase_file=None).get_password(SERVICE, "a")


def _says(passphrase: str) -> Callable[[bool], str]:
    os.environ.pop("CLIENTSYNC_PASSPHRASE_FILE", None)
    return lambda new: passphrase


def test_from_stdin_and_nothing_is_lost(command: Command, file: Path):
    said = command.run("passphrase", "--stdin", stdin="the new one\n")
    assert said.code == 0 and str(file) in said.err
    assert "new one" not in said.err + said.out and "old one" not in said.err + said.out
    assert held(file, "the new one") == "1"
    with pytest.raises(KeyringTrouble):
        held(file, "the old one")


def test_without_a_terminal_and_without_the_option_it_says_so(command: Command, file: Path):
    said = command.inside("passphrase")
    assert said.code == 2 and "--stdin" in said.err
    assert held(file, "the old one") == "1"


def test_empty_one_changes_nothing(command: Command, file: Path):
    said = command.run("passphrase", "--stdin", stdin="\n")
    assert said.code == 2 and "empty" in said.err
    assert held(file, "the old one") == "1"


def test_on_a_terminal_the_old_one_is_asked_once_and_the_new_one_twice_and_none_is_shown(
    command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CLIENTSYNC_PASSPHRASE_FILE")
    terminal = Terminal(command, "passphrase")
    terminal.until("Passphrase of the keyring file: ")
    terminal.type("the old one\n")
    terminal.until("New passphrase for the keyring file: ")
    # The message about a short passphrase is complete, even if its words contain the entered text.
    terminal.type("short\n")
    terminal.after("can guess a short one.")
    terminal.after("New passphrase for the keyring file: ")
    terminal.type("the new one\n")
    terminal.until("Repeat for confirmation: ")
    terminal.type("the new one\n")
    assert terminal.end() == 0
    assert "new one" not in terminal.text and "old one" not in terminal.text
    assert held(file, "the new one") == "1"


def test_passphrase_is_asked_on_the_terminal_although_all_streams_are_pipes(
    command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CLIENTSYNC_PASSPHRASE_FILE")
    ours, theirs = pty.openpty()
    # A new session takes the first terminal that it opens.
    shell = 'exec 3<>"$0"; cat /dev/null | "$@" 2>&1 | cat'
    line = ["sh", "-c", shell, os.ttyname(theirs), *command.line("passphrase", "--stdin")]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, start_new_session=True)
    shown = ""
    while "Passphrase of the keyring file: " not in shown:
        shown += os.read(ours, 1000).decode()
    os.write(ours, b"the old one\n")
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "is empty" in out, "the old one was right, and the new one is empty"


def test_another_keyring_has_none(command: Command, file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.keyrings.Folder")
    said = command.run("passphrase", "--stdin", stdin="the new one\n")
    assert said.code == 2 and "tests.signin.keyrings.Folder" in said.err
