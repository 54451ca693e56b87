import asyncio
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin.keyrings import backends
from clientsync_tui.signin.keyrings.encrypted_file import EncryptedFile
from clientsync_tui.signin.keyrings.passphrase import PassphraseNeeded
from clientsync_tui.signin.vault import Vault
from tests.signin.desk import keyring, logged
from tests.signin.keyrings import entries, fail
from tests.signin.test_signin_encrypted_file import SERVICE, opened
from tests.support.command import PATIENCE_S

__all__ = ["keyring"]

SECRET = "a-refresh-" + "token"


@pytest.fixture
def vault(tmp_path: Path, keyring: Path) -> Vault:
    return Vault(tmp_path / "keyring.bin", time_limit_s=PATIENCE_S)


@pytest.fixture
def impatient(tmp_path: Path, keyring: Path) -> Vault:
    """Gives up soon on a keyring that hangs."""
    return Vault(tmp_path / "keyring.bin", time_limit_s=0.2)


@pytest.fixture
def headless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a screen and without D-Bus; the passphrase comes from a file."""
    for name in ("PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("open sesame\n")
    passphrase.chmod(0o600)
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(passphrase))
    return passphrase


async def test_secrets_are_written_read_and_forgotten(vault: Vault, keyring: Path):
    assert await vault.read("a") is None
    await vault.write("a", "1")
    await vault.write("a", "2")
    assert await vault.read("a") == "2"
    await vault.forget("a")
    await vault.forget("a")
    assert await vault.read("a") is None
    await vault.test()
    assert entries(keyring) == {}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("locked", "is locked"),
        ("macos", "is locked"),
        ("no bus", "can't be reached"),
        ("memory", "not enough memory"),
        ("long", "too long"),
        ("hangs", "did not answer within"),
        ("blurts", "failed"),
    ],
)
async def test_failing_keyring_is_reported_with_a_way_out(
    vault: Vault, impatient: Vault, keyring: Path, how: str, says: str
):
    vault = impatient if how == "hangs" else vault
    fail(keyring, set_password=how)
    with pytest.raises(KeyringTrouble, match=says) as caught:
        await vault.write("a", SECRET)
    assert SECRET not in logged(caught.value)
    assert how == "long" or "try again" in str(caught.value)
    ok, text = await vault.backend_says()
    assert not ok and says in text


async def test_hanging_keyring_blocks_neither_the_screen_nor_quitting(impatient: Vault, keyring: Path):
    fail(keyring, get_password="hangs")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(KeyringTrouble):
        await impatient.read("a")
    ticking.cancel()
    assert ticks > 2
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "keyring")


async def test_keyring_that_returns_nothing_is_detected(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.keyrings.Forgetful")
    with pytest.raises(KeyringTrouble, match="did not return what was stored"):
        await vault.test()


@pytest.mark.parametrize("named", ["no.such.module.Keyring", "tests.signin.keyrings.Nothing", "nonsense"])
async def test_unusable_choice_of_keyring_is_named(vault: Vault, monkeypatch: pytest.MonkeyPatch, named: str):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", named)
    with pytest.raises(KeyringTrouble, match=named):
        await vault.read("a")


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("tests.signin.keyrings.PlaintextKeyring", "keeps secrets in plain text"),
        ("tests.signin.keyrings.Derived", "keeps secrets in plain text"),
        ("keyring.backends.null.Keyring", "keeps nothing"),
        ("keyring.backends.fail.Keyring", "keeps nothing"),
        ("keyring.backends.chainer.ChainerBackend", "chains one that keeps secrets in plain text"),
    ],
)
async def test_configuration_cannot_choose_a_plain_text_keyring(
    tmp_path: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch, named: str, says: str
):
    from tests.signin import keyrings

    assert keyrings.PlaintextKeyring.priority == 1  # the chainer takes every keyring that was loaded
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    vault = Vault(tmp_path / "keyring.bin", backend=named)
    with pytest.raises(KeyringTrouble, match=f"{named}, which {says}"):
        await vault.write("a", SECRET)
    assert entries(keyring) == {} and not (tmp_path / "keyring.bin").exists()


async def test_plain_text_keyring_named_in_the_environment_is_used_and_reported(
    tmp_path: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.keyrings.PlaintextKeyring")
    vault = Vault(tmp_path / "keyring.bin")
    await vault.write("a", SECRET)
    assert entries(keyring) == {"a": SECRET}
    assert "which keeps secrets in plain text" in (await vault.backend_says())[1]
    for nothing in ("null", "fail"):
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyring.backends.{nothing}.Keyring")
        with pytest.raises(KeyringTrouble, match="keeps nothing"):
            await Vault(tmp_path / "keyring.bin").write("a", SECRET)


async def test_configuration_names_a_keyring_and_the_environment_goes_before(
    tmp_path: Path, headless: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch
):
    await Vault(tmp_path / "keyring.bin", backend="file").write("a", "1")
    assert entries(keyring) == {"a": "1"}
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    opened(tmp_path / "keyring.bin").unlock()
    await Vault(tmp_path / "keyring.bin", backend="file").write("b", "2")
    await Vault(tmp_path / "keyring.bin", backend="tests.signin.keyrings.Folder").write("c", "3")
    assert entries(keyring) == {"a": "1", "c": "3"}
    assert await Vault(tmp_path / "keyring.bin", backend="file").read("b") == "2"


async def test_secret_longer_than_a_windows_entry_is_saved_whole(vault: Vault, keyring: Path):
    await vault.write("a", SECRET * 400)
    assert await vault.read("a") == SECRET * 400
    assert max(len(entry.encode("utf-16-le")) for entry in entries(keyring).values()) <= 2_560
    await vault.forget("a")
    assert entries(keyring) == {}


@pytest.mark.parametrize(
    ("backend", "display", "limit_s"), [("", "", 3), ("", ":0", 30), ("tests.signin.keyrings.Folder", "", 30)]
)
async def test_keyring_that_may_ask_a_person_is_given_the_time(
    tmp_path: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch, backend: str, display: str, limit_s: int
):
    for name in ("PYTHON_KEYRING_BACKEND", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    assert backends.asks_a_person(backend) is (limit_s == 30)


async def test_choice_is_named_to_doctor(vault: Vault):
    assert await vault.backend_says() == (True, "tests.signin.keyrings.Folder")


async def test_without_a_keyring_the_encrypted_file_is_used(tmp_path: Path, headless: Path):
    vault = Vault(tmp_path / "keyring.bin")
    await vault.write("a", "1")
    assert (tmp_path / "keyring.bin").exists()
    assert await Vault(tmp_path / "keyring.bin").read("a") == "1"
    assert await vault.backend_says() == (True, f"encrypted file {tmp_path / 'keyring.bin'}")


async def test_plain_text_is_never_chosen_by_chance(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch
):
    """The keyring library itself takes whatever is installed, or what its own configuration file names."""
    config = tmp_path / "config" / "python_keyring"
    config.mkdir(parents=True)
    (config / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=tests.signin.keyrings.Folder\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert isinstance(backends.choose(tmp_path / "keyring.bin", None, None), EncryptedFile)


@pytest.mark.parametrize("package", ["signin.keyrings", "signin"], ids=["now", "as in 0.2.0"])
async def test_encrypted_file_can_be_named_like_any_other(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch, package: str
):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"clientsync_tui.{package}.encrypted_file.EncryptedFile")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    keyring = opened(tmp_path / "share" / "clientsync" / "keyring.bin")
    keyring.unlock()
    await Vault(tmp_path / "not-this.bin").write("a", "1")
    assert keyring.get_password(SERVICE, "a") == "1"


async def test_passphrase_file_of_the_configuration_means_the_encrypted_file(
    tmp_path: Path, headless: Path, keyring: Path
):
    file = opened(tmp_path / "own.bin")
    file.unlock()
    await Vault(tmp_path / "own.bin", passphrase_file=headless).write("a", "1")
    assert file.get_password(SERVICE, "a") == "1" and entries(keyring) == {}


def test_passphrase_file_that_others_can_read_is_refused(tmp_path: Path, headless: Path):
    headless.chmod(0o640)
    with pytest.raises(KeyringTrouble, match="chmod 600"):
        asyncio.run(Vault(tmp_path / "keyring.bin").read("a"))


def test_passphrase_file_that_is_not_there_is_named(tmp_path: Path, headless: Path):
    headless.unlink()
    with pytest.raises(KeyringTrouble, match="passphrase"):
        asyncio.run(Vault(tmp_path / "keyring.bin").read("a"))


async def test_systemd_hands_over_the_passphrase(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CLIENTSYNC_PASSPHRASE_FILE")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "clientsync-passphrase").write_text("open sesame")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    opened(tmp_path / "keyring.bin").unlock()
    await Vault(tmp_path / "keyring.bin").write("a", "1")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert await Vault(tmp_path / "keyring.bin", ask_passphrase=lambda new: "open sesame").read("a") == "1"
    with pytest.raises(PassphraseNeeded):
        await Vault(tmp_path / "keyring.bin").read("a")


async def test_person_may_take_longer_for_a_passphrase_than_a_keyring_for_an_answer(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CLIENTSYNC_PASSPHRASE_FILE")
    asked: list[bool] = []

    def ask(new: bool) -> str:
        asked.append(new)
        time.sleep(0.3)
        vault._time_limit_s = PATIENCE_S
        return "open sesame"

    vault = Vault(tmp_path / "keyring.bin", ask_passphrase=ask)
    vault._chosen()
    vault._time_limit_s = 0.1
    await asyncio.gather(vault.write("a", "1"), vault.read("b"))
    assert asked == [True]
    assert await vault.read("a") == "1"


def test_command_line_unlocks_where_it_has_the_terminal(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CLIENTSYNC_PASSPHRASE_FILE")
    asked_in: list[threading.Thread] = []
    vault = Vault(
        tmp_path / "keyring.bin",
        ask_passphrase=lambda new: asked_in.append(threading.current_thread()) or "open sesame",
    )
    vault.unlock()
    asyncio.run(vault.write("a", "1"))
    assert asked_in == [threading.main_thread()]


def test_keyring_that_needs_no_unlocking_is_not_asked(vault: Vault, keyring: Path):
    fail(keyring, get_password="hangs")
    vault.unlock()


@pytest.mark.skipif(not shutil.which("dbus-daemon"), reason="needs dbus-daemon")
def test_bus_without_a_secret_service_is_not_a_keyring(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch
):
    address = f"unix:path={tmp_path}/bus"
    # Not the session's own configuration, which would start an installed keyring.
    (tmp_path / "bus.conf").write_text(
        f"<busconfig><type>session</type><listen>{address}</listen><policy context='default'>"
        "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy></busconfig>"
    )
    bus = subprocess.Popen(
        ["dbus-daemon", "--nofork", f"--config-file={tmp_path}/bus.conf", "--print-address"],
        stdout=subprocess.PIPE,
    )
    try:
        assert bus.stdout is not None
        bus.stdout.readline()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        for display in ("", ":99"):
            monkeypatch.setenv("DISPLAY", display)
            assert isinstance(backends.choose(tmp_path / "keyring.bin", None, None), EncryptedFile)
    finally:
        bus.terminate()
        bus.communicate()


async def test_secret_service_that_never_answers_is_given_up(
    tmp_path: Path, headless: Path, monkeypatch: pytest.MonkeyPatch
):
    import socket

    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{tmp_path}/silent")
        silent.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/silent")
        started = time.monotonic()
        with pytest.raises(KeyringTrouble, match="did not answer"):
            await Vault(tmp_path / "keyring.bin", time_limit_s=0.5).read("a")
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1 2 3 4"}, False),
    ],
)
def test_graphical_session_is_recognised(
    headless: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: bool
):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert backends.has_screen() is expected
    assert os.environ.get("DISPLAY") == environment.get("DISPLAY")
