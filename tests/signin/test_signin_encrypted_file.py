import json
import os
import random
import stat
import time
import tomllib
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyring.errors import PasswordDeleteError

from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin.keyrings import encrypted_file
from clientsync_tui.signin.keyrings.encrypted_file import EncryptedFile
from clientsync_tui.signin.keyrings.keyring_format import Argon2
from clientsync_tui.signin.keyrings.passphrase import PassphraseNeeded
from tests.signin.desk import ROOT, python
from tests.support.command import PATIENCE_S
from tests.support.forked import begin, talk


def cheap() -> Argon2:
    return Argon2(memory_kib=8, passes=1, lanes=1)


SERVICE = "clientsync"


def opened(path: Path, passphrase: str = "open sesame") -> EncryptedFile:
    return EncryptedFile(path, lambda new: passphrase, cost=cheap)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keyring.bin"


_WORDS = st.text(max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("sd"), st.sampled_from("abc"), _WORDS), max_size=12))
def test_keyring_file_behaves_like_a_dictionary(
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


def test_wrong_passphrase_is_reported_and_asked_again(path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    entered = iter(["wrong", "open sesame"])
    asked: list[bool] = []

    def ask(new: bool) -> str:
        asked.append(new)
        return next(entered)

    keyring = EncryptedFile(path, ask)
    with pytest.raises(KeyringTrouble, match="passphrase"):
        keyring.get_password(SERVICE, "a")
    assert keyring.locked
    assert keyring.get_password(SERVICE, "a") == "1"
    assert keyring.get_password(SERVICE, "a") == "1"
    assert asked == [False, False]


def test_new_file_uses_the_passphrase_asked_for_a_new_keyring(path: Path):
    asked: list[bool] = []
    EncryptedFile(path, lambda new: asked.append(new) or "first one", cost=cheap).unlock()
    assert asked == [True]
    assert opened(path, "first one").get_password(SERVICE, "a") is None


@pytest.mark.parametrize("weak", ["x", "sesame!", "a" * 20, "\ufeffsesame!"])
def test_weak_passphrase_is_refused_only_for_a_new_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, weak: str
):
    with pytest.raises(KeyringTrouble, match="new passphrase needs"):
        opened(path, weak).unlock()
    assert not path.exists()
    with monkeypatch.context() as former:
        former.setattr("clientsync_tui.signin.keyrings.passphrase.too_weak", lambda _: None)
        opened(path, weak).set_password(SERVICE, "a", "1")
    assert opened(path, weak).get_password(SERVICE, "a") == "1", "an existing file still opens"


def test_byte_order_mark_belongs_to_a_passphrase_only_in_old_files(path: Path, tmp_path: Path):
    marked = "\ufeffopen sesame"
    opened(path, marked).set_password(SERVICE, "a", "1")
    assert opened(path).get_password(SERVICE, "a") == opened(path, marked).get_password(SERVICE, "a") == "1"
    # As release 0.2 made it.
    older = tmp_path / "older.bin"
    keyring = opened(older)
    keyring.unlock()
    keyring._passphrase, keyring._key = marked, None
    keyring._write({SERVICE: {"a": "2"}})
    assert opened(older, marked).get_password(SERVICE, "a") == "2"


def test_empty_passphrase_is_refused_and_makes_no_file(path: Path):
    with pytest.raises(KeyringTrouble, match="empty"):
        opened(path, "").unlock()
    assert not path.exists()


def test_without_anyone_to_ask_it_says_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch):
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
def test_damaged_keyring_file_is_reported_and_left_as_it_is(path: Path, damage):
    opened(path).set_password(SERVICE, "a", "1")
    path.write_bytes(damage(path.read_bytes()))
    left = path.read_bytes()
    with pytest.raises(KeyringTrouble):
        opened(path).set_password(SERVICE, "a", "2")
    assert path.read_bytes() == left


def test_folder_that_cannot_be_made_is_reported(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(KeyringTrouble, match=r"keyring\.bin"):
        opened(tmp_path / "data" / "keyring.bin").set_password(SERVICE, "a", "1")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    keyring = opened(path)
    keyring.set_password(SERVICE, "a", "1")
    real = os.open

    def full(name: Path, *rest: int) -> int:
        file = real(name, *rest)
        if str(name).endswith(".new"):
            os.close(file)
            file = real("/dev/full", os.O_WRONLY)
        return file

    monkeypatch.setattr(encrypted_file.os, "open", full)
    with pytest.raises(KeyringTrouble, match="the disk is full"):
        keyring.set_password(SERVICE, "a", "2")
    monkeypatch.undo()
    assert not path.with_name("keyring.bin.new").exists()
    assert opened(path).get_password(SERVICE, "a") == "1"
    keyring.set_password(SERVICE, "a", "3")
    assert opened(path).get_password(SERVICE, "a") == "3"


def test_process_that_holds_the_lock_forever_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch):
    keyring = opened(path)
    keyring.unlock()
    monkeypatch.setattr(encrypted_file, "_LOCK_S", 0.1)
    with FileLock(f"{path}.lock"), pytest.raises(KeyringTrouble, match="holds a lock"):
        keyring.set_password(SERVICE, "a", "1")


def _write_many(path: Path, who: str) -> None:
    keyring = opened(path)
    for number in range(25):
        keyring.set_password(SERVICE, f"{who}{number}", str(number))


def test_two_writers_lose_none_of_each_others_changes(path: Path):
    writers = [begin(_write_many, path, who) for who in "ab"]
    for writer in writers:
        writer.join(PATIENCE_S)
        assert writer.exitcode == 0
    keyring = opened(path)
    assert all(keyring.get_password(SERVICE, f"{who}{n}") == str(n) for who in "ab" for n in range(25))


def _count(path: Path, written: Connection) -> None:
    """Writes one number after the other and reports each, until it is killed."""
    keyring = opened(path)
    number = int(keyring.get_password(SERVICE, "count") or "0")
    while True:
        number += 1
        keyring.set_password(SERVICE, "count", str(number))
        written.send(number)


def test_kill_at_any_moment_loses_nothing_confirmed_as_written(path: Path):
    opened(path).set_password(SERVICE, "other", "stays")
    choose = random.Random(7)
    for _ in range(8):
        ours, theirs = talk()
        writer = begin(_count, path, theirs)
        theirs.close()
        written = ours.recv()
        time.sleep(choose.random() * 0.02)
        writer.kill()
        with suppress(EOFError):
            while True:
                written = ours.recv()
        writer.join(PATIENCE_S)
        keyring = opened(path)
        assert int(keyring.get_password(SERVICE, "count") or "0") in (written, written + 1)
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
    code = "import clientsync_tui.signin.keyrings.encrypted_file as e, keyring; assert type(keyring.get_keyring()) is not e.EncryptedFile"
    run = python(code, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere", DISPLAY="")
    assert run.communicate(timeout=30)[1] == "" and run.returncode == 0


def test_it_is_a_backend_of_the_library_keyring_for_any_program(path: Path, tmp_path: Path):
    """Its entry point makes `keyring --list-backends` show it, and the library uses it like any other."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["keyring.backends"] == {
        "clientsync": "clientsync_tui.signin.keyrings.encrypted_file"
    }
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("open sesame")
    run = python(
        "import keyring; keyring.set_password('another program', 'me', 'kept'); print(keyring.get_password('another program', 'me'))",
        PYTHON_KEYRING_BACKEND="clientsync_tui.signin.keyrings.encrypted_file.EncryptedFile",
        CLIENTSYNC_PASSPHRASE_FILE=str(passphrase),
        XDG_DATA_HOME=str(tmp_path / "share"),
    )
    assert run.communicate(timeout=30) == ("kept\n", "")
    assert (
        opened(tmp_path / "share" / "clientsync" / "keyring.bin").get_password("another program", "me")
        == "kept"
    )


def test_file_of_an_earlier_release_is_read_and_upgraded(path: Path):
    """The format is a promise. This file is from 0.1, with its slow key derivation."""
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(
        bytes.fromhex(json.loads((Path(__file__).parent / "keyring_0_1.json").read_text())["file"])
    )
    keyring = opened(path)
    assert keyring.get_password(SERVICE, "xero/p/xero:me") == "an old token"
    assert path.read_bytes().startswith(b"CSKEYS1\n"), "reading changes nothing"
    keyring.set_password(SERVICE, "b", "2")
    assert path.read_bytes().startswith(b"CSKEYS2\n")
    assert opened(path).get_password(SERVICE, "xero/p/xero:me") == "an old token"


def test_file_of_a_later_release_is_refused_and_left_as_it_is(path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    path.write_bytes(b"CSKEYS3\n" + path.read_bytes()[8:])
    left = path.read_bytes()
    with pytest.raises(KeyringTrouble, match=r"newer clientsync \(format 3; this one knows 2\)"):
        opened(path).set_password(SERVICE, "a", "2")
    assert path.read_bytes() == left


def test_new_keyring_file_uses_the_costs_rfc_9106_recommends():
    assert (Argon2().memory_kib, Argon2().passes, Argon2().lanes) == (65_536, 3, 4)
    assert Argon2().salt != Argon2().salt


def test_excessive_key_derivation_cost_is_refused_before_computing(path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    data = path.read_bytes()
    for cost in (b"\xff\xff\xff\xff\x03\x04", b"\x00\x01\x00\x00\xff\x04", b"\x00\x00\x00\x08\x01\x00"):
        path.write_bytes(data[:8] + cost + data[14:])
        with pytest.raises(KeyringTrouble, match="damaged"):
            opened(path).get_password(SERVICE, "a")


def test_passphrase_can_be_changed_and_nothing_is_lost(path: Path):
    keyring, other = opened(path), opened(path)
    keyring.set_password(SERVICE, "a", "1")
    assert other.get_password(SERVICE, "a") == "1"
    keyring.change_passphrase("another one")
    keyring.set_password(SERVICE, "b", "2")
    with pytest.raises(KeyringTrouble, match="does not open"):
        other.get_password(SERVICE, "a")
    assert other.locked, "it asks again"
    again = opened(path, "another one")
    assert [again.get_password(SERVICE, name) for name in "ab"] == ["1", "2"]


@pytest.mark.parametrize("new", ["", "\udcff", "x", "sesame!", "a" * 20])
def test_new_passphrase_that_cannot_be_used_changes_nothing(path: Path, new: str):
    keyring = opened(path)
    keyring.set_password(SERVICE, "a", "1")
    with pytest.raises(KeyringTrouble, match="new passphrase"):
        keyring.change_passphrase(new)
    assert keyring.get_password(SERVICE, "a") == opened(path).get_password(SERVICE, "a") == "1"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_keyring_file_that_others_can_read_is_refused_with_what_to_do(path: Path, mode: int):
    opened(path).set_password(SERVICE, "a", "1")
    path.chmod(mode)
    with pytest.raises(KeyringTrouble, match="others can read it: `chmod 600"):
        opened(path).get_password(SERVICE, "a")
    with pytest.raises(KeyringTrouble, match="chmod"):
        opened(path).set_password(SERVICE, "a", "2")


def test_keyring_folder_that_others_can_change_is_refused(path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    path.parent.chmod(0o777)
    with pytest.raises(KeyringTrouble, match="others can change it: `chmod go-w"):
        opened(path).set_password(SERVICE, "a", "2")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_keyring_file_of_another_user_is_refused(path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    os.chown(path, 65534, -1)
    with pytest.raises(KeyringTrouble, match="belongs to another user"):
        opened(path).get_password(SERVICE, "a")


def test_symbolic_link_is_not_followed(path: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere.bin"
    opened(elsewhere).set_password(SERVICE, "a", "1")
    path.parent.mkdir()
    path.symlink_to(elsewhere)
    with pytest.raises(KeyringTrouble, match="symbolic link"):
        opened(path).get_password(SERVICE, "a")
    with pytest.raises(KeyringTrouble, match="symbolic link"):
        opened(path).set_password(SERVICE, "a", "2")
    assert opened(elsewhere).get_password(SERVICE, "a") == "1"


def test_link_in_place_of_the_new_file_is_not_followed(path: Path, tmp_path: Path):
    opened(path).set_password(SERVICE, "a", "1")
    victim = tmp_path / "victim"
    victim.write_text("stays")
    path.with_name("keyring.bin.new").symlink_to(victim)
    opened(path).set_password(SERVICE, "a", "2")
    assert victim.read_text() == "stays" and not path.is_symlink()


def test_keyring_files_and_folders_are_private_whatever_the_umask(path: Path):
    before = os.umask(0)
    try:
        opened(path).set_password(SERVICE, "a", "1")
    finally:
        os.umask(before)
    made = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (path.parent, *path.parent.iterdir())}
    assert made == {"data": 0o700, "keyring.bin": 0o600, "keyring.bin.lock": 0o600}
