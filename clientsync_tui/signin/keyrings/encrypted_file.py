"""A keyring in one encrypted file, for hosts without a desktop keyring.

keyrings.cryptfile does the same but writes in place, so a kill halfway loses every sign-in. Here the file is replaced
as a whole, under a lock, so that two processes never lose each other's changes. Its format is in `keyring_format.py`.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidTag
from filelock import FileLock, Timeout
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError
from platformdirs import user_data_dir

from ...host.file_permissions import make_folder, read_secret, refuse_changeable
from ...host.full_disk import in_words
from ...practice.text import MARK
from ...practice.trouble import KeyringTrouble
from . import reserved_file
from .keyring_format import VERSION, Argon2, Damaged, Derivation, Newer, sealed, taken_apart
from .passphrase import Ask, passphrase, usable

MOST_BYTES = 64_000_000
"""No keyring of ours gets larger than this: it holds some hundred tokens."""

_LOCK_S = 2.0

_Entries = dict[str, dict[str, str]]


class EncryptedFile(KeyringBackend):
    """The keyring file at `path` (None: beside the practice's data). While its answer is right, `ask` is called at most
    once, and not if there is a `passphrase_file`.

    Every method raises KeyringTrouble: wrong or missing passphrase, damaged file, readable by other users, folder not
    writable. `because`: why it is used instead of another. `cost`: the cost of opening a new file.
    """

    # Used only if something names this backend: the library's own search prefers even its `fail` backend (0).
    priority = -1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    def __init__(
        self,
        path: Path | None = None,
        ask: Ask | None = None,
        *,
        passphrase_file: Path | None = None,
        because: str = "",
        cost: Callable[[], Argon2] = Argon2,
    ) -> None:
        super().__init__()
        self.path = (path or Path(user_data_dir("clientsync", appauthor=False)) / "keyring.bin").absolute()
        self.because = because
        self._ask = ask
        self._passphrase_file = passphrase_file
        self._cost = cost
        self._passphrase: str | None = None
        self._key: tuple[Derivation, bytes] | None = None
        self._room: Path | None = None
        self._one = threading.RLock()

    def __repr__(self) -> str:
        return f"EncryptedFile({str(self.path)!r})"

    @property
    def locked(self) -> bool:
        """Whether it still has to ask for the passphrase."""
        return self._passphrase is None

    def unlock(self) -> None:
        """Asks for the passphrase if necessary and tries it on the file; creates the file if there is none."""
        with self._one:
            if self._passphrase is not None:
                return
            entered = passphrase(self._ask, self._passphrase_file, new=not self.path.exists())
            try:
                self._open(entered.removeprefix(MARK))
            except KeyringTrouble:
                if not entered.startswith(MARK):
                    raise
                # Release 0.2 treated a byte order mark as part of the passphrase.
                self._open(entered)

    def check(self, entered: str) -> None:
        """Raises KeyringTrouble if this passphrase does not open the file. For `ask`, on any thread: `unlock` waits for it."""
        other = EncryptedFile(self.path, lambda _: entered)
        other.unlock()
        # Deriving a key is slow on purpose, so keep this one: it fits.
        self._key = other._key

    def _open(self, entered: str) -> None:
        self._passphrase = entered
        try:
            if self._read() is None:
                self._change(_as_it_is)
        except BaseException:
            self._passphrase = None
            raise

    def get_password(self, service: str, username: str) -> str | None:
        """The secret with that name, None if there is none."""
        with self._one:
            self.unlock()
            return (self._read() or {}).get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Writes the secret. When this returns, it is on the disk."""

        def put(entries: _Entries) -> None:
            entries.setdefault(service, {})[username] = password

        with self._one:
            self.unlock()
            self._change(put)

    def delete_password(self, service: str, username: str) -> None:
        """Deletes the secret. Raises keyring's PasswordDeleteError if there is none."""

        def drop(entries: _Entries) -> None:
            if entries.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError("There is no such entry.")

        with self._one:
            self.unlock()
            self._change(drop)

    def reserve(self) -> Path:
        """Reserves disk space for one more write. `written_into` uses it, `reserved_file.release` frees it.

        It does everything that a write does before the write itself, so that little is left that could fail.
        """
        with self._one:
            self.unlock()
            with self._alone():
                self._read()
                return reserved_file.reserve(self.path)

    @contextlib.contextmanager
    def written_into(self, room: Path) -> Generator[None]:
        """Within this context, the next write uses the reserved space."""
        with self._one:
            self._room = room
            try:
                yield
            finally:
                self._room = None

    def change_passphrase(self, new: str) -> None:
        """Encrypts the file with another passphrase. A process that has it open asks again when it next reads it."""
        with self._one:
            self.unlock()
            new = usable(new, "The new passphrase", new=True)

            def other(_: _Entries) -> None:
                self._passphrase, self._key = new, None

            self._change(other)

    def _change(self, change: Callable[[_Entries], None]) -> None:
        with self._alone():
            found = self._read()
            entries: _Entries = {} if found is None else found
            change(entries)
            self._write(entries)

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """Holds the file's lock; other processes wait."""
        try:
            make_folder(self.path.parent)
            refuse_changeable(self.path)
            with FileLock(f"{self.path}.lock", timeout=_LOCK_S, mode=0o600):
                yield
        except Timeout:
            raise KeyringTrouble(
                f"Another process holds a lock on the keyring file {self.path}. Try again."
            ) from None
        except OSError as error:
            raise self._unusable(error) from None

    def _read(self) -> _Entries | None:
        """The content of the file; None if there is no file."""
        try:
            data = read_secret(self.path, MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from None
        try:
            file = taken_apart(data)
            plain = file.opened(self._key_for(file.derivation))
        except Damaged:
            raise self._damaged() from None
        except Newer as newer:
            raise KeyringTrouble(
                f"The keyring file {self.path} was written by a newer clientsync (format {newer}; this one knows {VERSION}). "
                "Update clientsync on this host. Nothing was changed."
            ) from None
        except InvalidTag:
            self._passphrase = self._key = None
            raise KeyringTrouble(
                f"The passphrase does not open the keyring file {self.path} (or the file is damaged)."
            ) from None
        try:
            return cast(_Entries, json.loads(plain))
        except ValueError:
            raise self._damaged() from None

    def _write(self, entries: _Entries) -> None:
        held = self._key[0] if self._key is not None else None
        derivation = held if isinstance(held, Argon2) else self._cost()
        data = sealed(derivation, self._key_for(derivation), json.dumps(entries).encode())
        room, self._room = self._room, None
        if room is None or not reserved_file.write_into(room, data):
            room = self._written_beside(data)
        room.replace(self.path)
        _sync_folder(self.path.parent)

    def _written_beside(self, data: bytes) -> Path:
        # A fixed name, written only under the lock: a kill leaves at most this one file behind, and the next
        # write replaces it.
        beside = self.path.with_name(f"{self.path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        return beside

    def _key_for(self, derivation: Derivation) -> bytes:
        if self._key is None or self._key[0] != derivation:
            if self._passphrase is None:
                raise KeyringTrouble(f"The keyring file {self.path} is locked.")
            self._key = derivation, derivation.key(self._passphrase)
        return self._key[1]

    def _damaged(self) -> KeyringTrouble:
        return KeyringTrouble(
            f"{self.path} is damaged, or not a clientsync keyring file. Move it away, and sign in again."
        )

    def _unusable(self, error: OSError) -> KeyringTrouble:
        return KeyringTrouble(
            f"The keyring file {self.path} can't be used: {in_words(error, self.path.parent)}"
        )


def _as_it_is(entries: _Entries) -> None:
    """The change that creates the file if there is none."""


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
