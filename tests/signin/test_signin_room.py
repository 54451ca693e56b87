"""On a full or read-only disk, nothing is requested from a sign-in server, because the answer could not be saved."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.sandbox.server import Running
from clientsync_tui.signin.keyrings.encrypted_file import EncryptedFile
from clientsync_tui.signin.keyrings.keyring_format import Argon2
from clientsync_tui.signin.vault import Vault
from tests.faults.test_faults_full import disk
from tests.signin.desk import Desk, answered, completed, configured_for, first_person, name_of
from tests.support.sandbox import sandbox

__all__ = ["disk", "sandbox"]

TOKEN = "/connect/token"


def fill(disk: Path) -> Path:
    """Fills the disk."""
    filler = disk / "filler"
    with filler.open("ab") as file:
        file.write(bytes(shutil.disk_usage(disk).free))
    return filler


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


@pytest.fixture
def small(disk: Path, sandbox: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A desk whose keyring file and locks are on a disk of one megabyte."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    passphrase = disk / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("a passphrase for tests")
    desk = Desk(configured_for(sandbox.url), disk)
    # It stays open, and a disk with open files can't become read-only.
    desk.limiter.close()
    desk.limiter = Limiter(tmp_path / "limits")
    desk.vault = Vault(disk / "keyring.bin", passphrase_file=passphrase, time_limit_s=10)
    desk.tokens = desk.new_tokens()
    return desk


async def token(desk: Desk, own: str) -> str:
    return json.loads(await desk.vault.read(name_of(own)) or "")["refresh_token"]


@pytest.mark.parametrize("how", ["full", "read-only"])
async def test_no_sign_in_is_renewed_on_a_full_or_read_only_disk(small: Desk, sandbox: Running, how: str):
    own = (await small.sign_in(first_person(sandbox))).id
    before = await token(small, own)
    filler = fill(small.folder)
    if how == "read-only":
        remount(small.folder, "ro")
    with pytest.raises(KeyringTrouble, match=r"disk is full|Read-only"):
        await small.new_tokens().access(own)
    assert await answered(sandbox, TOKEN) == 1
    if how == "read-only":
        remount(small.folder, "rw")
    filler.unlink()
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    assert await small.new_tokens().access(own)
    assert await token(small, own) != before
    assert not list(small.folder.glob("*.room-*")) and not list(small.folder.glob("*.new"))


async def test_no_code_is_exchanged_on_a_full_disk(small: Desk, sandbox: Running):
    filler = None
    with pytest.raises(KeyringTrouble, match="Nothing was requested from Xero"):
        async with small.begin() as attempt:
            filler = fill(small.folder)
            await completed(attempt, first_person(sandbox))
    assert await answered(sandbox, TOKEN) == 0
    assert filler is not None
    filler.unlink()
    assert await small.sign_in(first_person(sandbox))


async def test_reserved_disk_space_stays_until_it_is_used(small: Desk):
    await small.vault.write("a", "1")
    async with small.vault.reserved(2_000) as write:
        fill(small.folder)
        with pytest.raises(KeyringTrouble, match="the disk is full"):
            await small.vault.write("b", "2")
        await write("c", "x" * 2_000)
    assert await small.vault.read("c") == "x" * 2_000
    assert await small.vault.read("a") == "1" and await small.vault.read("b") is None
    assert (small.folder / "keyring.bin").stat().st_mode & 0o777 == 0o600


def test_room_that_a_killed_process_left_is_removed(tmp_path: Path):
    keyring = EncryptedFile(tmp_path / "keyring.bin", lambda _: "a passphrase", cost=lambda: Argon2(8, 1, 1))
    left = keyring.reserve()
    kept = keyring.reserve()
    long_ago = time.time() - 7_200
    os.utime(left, (long_ago, long_ago))
    with keyring.written_into(kept):
        keyring.set_password("clientsync", "a", "1")
    assert left.exists() and not kept.exists()
    keyring.reserve()
    assert not left.exists()


def test_missing_reserved_space_does_not_prevent_writing(tmp_path: Path):
    keyring = EncryptedFile(tmp_path / "keyring.bin", lambda _: "a passphrase", cost=lambda: Argon2(8, 1, 1))
    room = keyring.reserve()
    room.unlink()
    with keyring.written_into(room):
        keyring.set_password("clientsync", "a", "1")
    assert keyring.get_password("clientsync", "a") == "1"
