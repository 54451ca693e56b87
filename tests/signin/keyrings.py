"""Keyrings for tests, named in PYTHON_KEYRING_BACKEND like a user's own choice. Entries are in the folder TEST_KEYRING, one file each.
The file `fails` there makes the keyring misbehave.
"""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import quote, unquote

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError


class Folder(KeyringBackend):
    """Keeps entries in files. `fails` holds e.g. `{"set_password": "locked"}`; the probe of `Vault.test` is never failed by `die`."""

    priority = 1

    @property
    def _folder(self) -> Path:
        return Path(os.environ["TEST_KEYRING"])

    def get_password(self, service: str, username: str) -> str | None:
        self._misbehave("get_password", username)
        try:
            return self._file(username).read_text()
        except FileNotFoundError:
            return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._misbehave("set_password", username, password)
        fresh = self._folder / f".{os.getpid()}.{threading.get_ident()}"
        fresh.write_text(password)
        fresh.replace(self._file(username))

    def delete_password(self, service: str, username: str) -> None:
        self._misbehave("delete_password", username)
        try:
            self._file(username).unlink()
        except FileNotFoundError:
            raise PasswordDeleteError("no such entry") from None

    def _file(self, username: str) -> Path:
        return self._folder / f"{quote(username, safe='')}.entry"

    def _misbehave(self, call: str, username: str, secret: str = "") -> None:
        switch = self._folder / "fails"
        how = json.loads(switch.read_text()).get(call) if switch.exists() else None
        if how == "locked":
            raise KeyringLocked("Failed to unlock the collection!")
        if how == "macos":
            raise KeyringError("Can't get password from keychain: (-25308, 'Unknown Error')")
        if how == "no bus":
            raise InitError("Failed to create the collection: no D-Bus.")
        if how == "blurts":
            raise RuntimeError(f"could not keep {secret!r}")
        if how == "memory":
            raise MemoryError
        if how == "long":
            raise OSError(1783, "CredWrite", "The stub received bad data")
        if how == "hangs":
            time.sleep(60)
        if username.startswith("probe/"):
            return
        if how == "locked but for the probe":
            raise KeyringLocked("Failed to unlock the collection!")
        if how == "dies":
            os.kill(os.getpid(), signal.SIGKILL)


class Noisy(Folder):
    """Runs a program that prints errors on the terminal, as `pass` or `gpg` may."""

    def get_password(self, service: str, username: str) -> str | None:
        subprocess.run("echo OVER THE SCREEN >&2", shell=True, check=True)
        return super().get_password(service, username)


class Forgetful(Folder):
    """Accepts everything and returns nothing."""

    def get_password(self, service: str, username: str) -> str | None:
        return None


class PlaintextKeyring(Folder):
    """Named like one of keyrings.alt's, as someone might copy it."""


class Derived(PlaintextKeyring):
    pass


def entries(folder: Path) -> dict[str, str]:
    """The contents of a Folder keyring, by name."""
    return {unquote(file.stem): file.read_text() for file in folder.glob("*.entry")}


def fail(folder: Path, **how: str) -> None:
    """Makes a Folder keyring misbehave; without arguments, makes it work again."""
    (folder / "fails").write_text(json.dumps(how))
