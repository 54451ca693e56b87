"""A keyring in one encrypted file, for where there is no desktop keyring.

keyrings.cryptfile does the same but writes the file in place: a kill in the middle loses every sign-in. Here the whole file is
replaced at once, under a lock, so that two processes never lose each other's change.

The file: `CSKEYS1` and a newline, log2 of Scrypt's N (1 byte), salt (16), nonce (12), and the AES-256-GCM ciphertext of a JSON
object {service: {name: secret}}; everything before the ciphertext is authenticated with it.
"""

import contextlib
import json
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock, Timeout
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError
from platformdirs import user_data_dir

from ..practice.trouble import KeyringTrouble
from .passphrase import Ask, passphrase

_MAGIC = b"CSKEYS1\n"
_SALT, _NONCE = 16, 12
_HEADER = len(_MAGIC) + 1 + _SALT + _NONCE
_COST = 17  # log2 of N; with r=8, p=1 what OWASP's Password Storage Cheat Sheet asks of Scrypt: 128 MiB, a third of a second
_COSTS = range(14, 21)
_LOCK_S = 2.0

_Entries = dict[str, dict[str, str]]


class EncryptedFile(KeyringBackend):
    """The keyring file at `path` (None: beside the practice's data). `ask` is called at most once while it is right, and not
    where there is a `passphrase_file`.

    Every method raises KeyringTrouble: wrong or missing passphrase, a damaged file, a folder that cannot be written.
    `cost`: log2 of Scrypt's N for a file that is yet to be made.
    """

    # Only what names this backend gets it: keyring's own search takes even its `fail` backend (0) before.
    priority = -1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    def __init__(
        self,
        path: Path | None = None,
        ask: Ask | None = None,
        *,
        passphrase_file: Path | None = None,
        cost: int = _COST,
    ) -> None:
        super().__init__()
        self.path = (path or Path(user_data_dir("clientsync", appauthor=False)) / "keyring.bin").resolve()
        self._ask = ask
        self._passphrase_file = passphrase_file
        self._cost = cost
        self._passphrase: str | None = None
        self._keys: dict[tuple[int, bytes], bytes] = {}
        self._one = threading.RLock()

    def __repr__(self) -> str:
        return f"EncryptedFile({str(self.path)!r})"

    @property
    def locked(self) -> bool:
        """Whether the passphrase is yet to be asked."""
        return self._passphrase is None

    def unlock(self) -> None:
        """Asks the passphrase if that has not been done, and tries it on the file; makes the file if there is none."""
        with self._one:
            if self._passphrase is not None:
                return
            self._passphrase = passphrase(self._ask, self._passphrase_file, new=not self.path.exists())
            try:
                if self._read() is None:
                    self._change(_as_it_is)
            except BaseException:
                self._passphrase = None
                raise

    def get_password(self, service: str, username: str) -> str | None:
        """The secret of that name, None if there is none."""
        with self._one:
            self.unlock()
            return (self._read() or {}).get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Writes the secret; when this returns, it is on the disk."""

        def put(entries: _Entries) -> None:
            entries.setdefault(service, {})[username] = password

        with self._one:
            self.unlock()
            self._change(put)

    def delete_password(self, service: str, username: str) -> None:
        """Deletes the secret; raises keyring's PasswordDeleteError if there is none."""

        def drop(entries: _Entries) -> None:
            if entries.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError("There is no such entry.")

        with self._one:
            self.unlock()
            self._change(drop)

    def _change(self, change: Callable[[_Entries], None]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(f"{self.path}.lock", timeout=_LOCK_S, mode=0o600):
                found = self._read()
                entries: _Entries = {} if found is None else found
                change(entries)
                self._write(entries)
        except Timeout:
            raise KeyringTrouble(
                f"Another process keeps the keyring file {self.path} locked; try again."
            ) from None
        except OSError as error:
            raise self._unusable(error) from None

    def _read(self) -> _Entries | None:
        """What the file holds; None when there is no file."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from None
        if len(data) < _HEADER or not data.startswith(_MAGIC) or data[len(_MAGIC)] not in _COSTS:
            raise self._damaged()
        header, body = data[:_HEADER], data[_HEADER:]
        cost, salt, nonce = header[len(_MAGIC)], header[-_NONCE - _SALT : -_NONCE], header[-_NONCE:]
        try:
            plain = AESGCM(self._key(cost, salt)).decrypt(nonce, body, header)
        except InvalidTag:
            self._passphrase = None
            self._keys.clear()
            raise KeyringTrouble(
                f"The passphrase does not open the keyring file {self.path} (or the file is damaged)."
            ) from None
        try:
            return cast(_Entries, json.loads(plain))
        except ValueError:
            raise self._damaged() from None

    def _write(self, entries: _Entries) -> None:
        salted = next(iter(self._keys), None)
        cost, salt = salted if salted is not None else (self._cost, secrets.token_bytes(_SALT))
        # A new nonce each time: AES-GCM is broken by one used twice with the same key.
        header = _MAGIC + bytes([cost]) + salt + secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._key(cost, salt)).encrypt(header[-_NONCE:], json.dumps(entries).encode(), header)
        # One fixed name, written only under the lock: a kill leaves at most this one behind, and the next write replaces it.
        beside = self.path.with_name(f"{self.path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(header + sealed)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self.path)
        _sync_folder(self.path.parent)

    def _key(self, cost: int, salt: bytes) -> bytes:
        if (cost, salt) not in self._keys:
            if self._passphrase is None:
                raise KeyringTrouble(f"The keyring file {self.path} is locked.")
            scrypt = Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1)
            self._keys = {(cost, salt): scrypt.derive(self._passphrase.encode())}
        return self._keys[cost, salt]

    def _damaged(self) -> KeyringTrouble:
        return KeyringTrouble(
            f"{self.path} is damaged, or not a keyring file of clientsync. Move it away, and sign in again."
        )

    def _unusable(self, error: OSError) -> KeyringTrouble:
        return KeyringTrouble(f"The keyring file {self.path} cannot be used: {error.strerror or error}")


def _as_it_is(entries: _Entries) -> None:
    """The change that makes the file where there is none."""


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
