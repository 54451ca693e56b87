import json
import multiprocessing
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyring.errors import PasswordDeleteError

from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin import encrypted_file
from clientsync_tui.signin.encrypted_file import EncryptedFile
from clientsync_tui.signin.passphrase import PassphraseNeeded
from tests.signin.desk import ROOT, python

CHEAP = 14
SERVICE = "clientsync"


def opened(path: Path, passphrase: str = "open sesame") -> EncryptedFile:
    return EncryptedFile(path, lambda new: passphrase, cost=CHEAP)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keyring.bin"


_WORDS = st.text(max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("sd"), st.sampled_from("abc"), _WORDS), max_size=12))
def test_it_holds_what_a_dictionary_would(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str, str]]
):
    path = tmp_path_factory.mktemp("keyring") / "keyring.bin"
    ours, theirs = opened(path), dict[str, str]()
    for act, name, secret in acts:
        if act == "s":
            ours.set_password(SERVICE, name, secret)
            theirs[name] = secret
        elif name in theirs:
            ours.delete_password(SERVICE, name)
            del theirs[name]
        else:
            with pytest.raises(PasswordDeleteError):
                ours.delete_password(SERVICE, name)
    again = opened(path)
    assert {name: again.get_password(SERVICE, name) for name in "abc"} == {n: theirs.get(n) for n in "abc"}


def test_nothing_in_the_file_can_be_read(path: Path):
    opened(path).set_password(SERVICE, "xero/p/xero:me", "the-refresh-token")
    data = path.read_bytes()
    assert b"refresh" not in data and b"xero" not in data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened(path).set_password(SERVICE, "xero/p/xero:me", "the-refresh-token")
    assert path.read_bytes()[-20:] != data[-20:], "the same nonce was used twice"


def test_a_wrong_passphrase_is_said_and_asked_again(path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    said = iter(["wrong", "open sesame"])
    asked: list[bool] = []

    def ask(new: bool) -> str:
        asked.append(new)
        return next(said)

    keyring = EncryptedFile(path, ask)
    with pytest.raises(KeyringTrouble, match="passphrase"):
        keyring.get_password(SERVICE, "a")
    assert keyring.locked
    assert keyring.get_password(SERVICE, "a") == "1"
    assert keyring.get_password(SERVICE, "a") == "1"
    assert asked == [False, False]


def test_a_new_file_is_made_with_the_passphrase_asked_for_a_new_one(path: Path):
    asked: list[bool] = []
    EncryptedFile(path, lambda new: asked.append(new) or "first", cost=CHEAP).unlock()
    assert asked == [True]
    assert opened(path, "first").get_password(SERVICE, "a") is None


def test_an_empty_passphrase_is_refused_and_makes_no_file(path: Path):
    with pytest.raises(KeyringTrouble, match="empty"):
        opened(path, "").unlock()
    assert not path.exists()


def test_without_anybody_to_ask_it_says_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CLIENTSYNC_PASSPHRASE_FILE", raising=False)
    with pytest.raises(PassphraseNeeded, match="CLIENTSYNC_PASSPHRASE_FILE"):
        EncryptedFile(path).get_password(SERVICE, "a")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: b"# a text file\n" * 20,
        lambda data: data[:8] + b"\xff" + data[9:],
        lambda data: data[:-1],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:8] + bytes([data[8] + 1]) + data[9:],
        lambda data: data[:12] + bytes([data[12] ^ 1]) + data[13:],
    ],
)
def test_a_damaged_file_is_said_and_left_as_it_is(path: Path, damage):
    opened(path).set_password(SERVICE, "a", "1")
    path.write_bytes(damage(path.read_bytes()))
    left = path.read_bytes()
    with pytest.raises(KeyringTrouble):
        opened(path).set_password(SERVICE, "a", "2")
    assert path.read_bytes() == left


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(KeyringTrouble, match=r"keyring\.bin"):
        opened(tmp_path / "data" / "keyring.bin").set_password(SERVICE, "a", "1")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    keyring = opened(path)
    keyring.set_password(SERVICE, "a", "1")
    real = os.open
    monkeypatch.setattr(
        encrypted_file.os, "open", lambda name, *rest: real("/dev/full", os.O_WRONLY) if str(name).endswith(".new") else real(name, *rest)
    )  # fmt: skip
    with pytest.raises(KeyringTrouble, match="No space"):
        keyring.set_password(SERVICE, "a", "2")
    monkeypatch.undo()
    assert opened(path).get_password(SERVICE, "a") == "1"
    keyring.set_password(SERVICE, "a", "3")
    assert opened(path).get_password(SERVICE, "a") == "3"


def test_who_keeps_the_lock_for_ever_is_said(path: Path, monkeypatch: pytest.MonkeyPatch):
    keyring = opened(path)
    keyring.unlock()
    monkeypatch.setattr(encrypted_file, "_LOCK_S", 0.1)
    with FileLock(f"{path}.lock"), pytest.raises(KeyringTrouble, match="locked"):
        keyring.set_password(SERVICE, "a", "1")


def _write_many(path: Path, who: str) -> None:
    keyring = opened(path)
    for number in range(25):
        keyring.set_password(SERVICE, f"{who}{number}", str(number))


def test_two_writers_lose_nothing_of_each_others(path: Path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, who)) for who in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    keyring = opened(path)
    assert all(keyring.get_password(SERVICE, f"{who}{n}") == str(n) for who in "ab" for n in range(25))


WRITER = """
import sys
from pathlib import Path
from clientsync_tui.signin.encrypted_file import EncryptedFile
keyring = EncryptedFile(Path(sys.argv[1]), lambda new: "open sesame", cost=14)
number = int(keyring.get_password("clientsync", "count") or "0")
while True:
    number += 1
    keyring.set_password("clientsync", "count", str(number))
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_loses_nothing_that_was_said_to_be_written(path: Path):
    opened(path).set_password(SERVICE, "other", "stays")
    choose = random.Random(7)
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            said = int(writer.stdout.readline())
            time.sleep(choose.random() * 0.02)
            writer.send_signal(signal.SIGKILL)
            for line in writer.stdout:
                if line.endswith("\n"):
                    said = int(line)
        keyring = opened(path)
        assert int(keyring.get_password(SERVICE, "count") or "0") in (said, said + 1)
        assert keyring.get_password(SERVICE, "other") == "stays"
    assert sorted(file.name for file in path.parent.iterdir() if file.suffix != ".new") == [
        "keyring.bin",
        "keyring.bin.lock",
    ]


def test_no_secret_is_in_its_repr(path: Path):
    keyring = opened(path)
    keyring.set_password(SERVICE, "a", "the-refresh-token")
    assert "sesame" not in repr(keyring) + str(keyring)


def test_keyring_itself_never_chooses_it():
    code = "import clientsync_tui.signin.encrypted_file as e, keyring; assert type(keyring.get_keyring()) is not e.EncryptedFile"
    run = python(code, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere", DISPLAY="")
    assert run.communicate(timeout=30)[1] == "" and run.returncode == 0


def test_the_file_of_a_release_before_is_still_read(path: Path):
    """The format is a promise: what 0.1 wrote, with its key made the slow way."""
    path.parent.mkdir()
    path.write_bytes(
        bytes.fromhex(json.loads((Path(__file__).parent / "keyring_0_1.json").read_text())["file"])
    )
    assert opened(path).get_password(SERVICE, "xero/p/xero:me") == "an old token"
