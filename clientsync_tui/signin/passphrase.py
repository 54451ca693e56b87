"""The passphrase of the encrypted keyring file: from a file, from systemd, or from the person."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from ..practice.trouble import KeyringTrouble

FILE_VARIABLE = "CLIENTSYNC_PASSPHRASE_FILE"
CREDENTIAL = "clientsync-passphrase"

Ask = Callable[[bool], str]
"""Asks the person; the argument: whether the keyring is new, so that the passphrase should be asked for twice. It is called in
a thread, and may take its time."""


class PassphraseNeeded(KeyringTrouble):
    """The encrypted keyring file is locked, and nobody is there to ask."""


def passphrase(ask: Ask | None, file: Path | None = None, *, new: bool) -> str:
    """The passphrase, from `file` if that is given. Raises PassphraseNeeded where nothing supplies it, KeyringTrouble for one that cannot be used."""
    if named := file or os.environ.get(FILE_VARIABLE):
        return _usable(_from_file(Path(named), private=True), f"The file {named}")
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        handed = Path(folder) / CREDENTIAL
        if handed.exists():
            # systemd guards that folder itself (systemd.exec(5), "Credentials"), and may own the file as root.
            return _usable(_from_file(handed, private=False), f"The credential {CREDENTIAL}")
    if ask is None:
        raise PassphraseNeeded(
            "The keyring file is locked, and there is no terminal to ask its passphrase on. "
            f"{FILE_VARIABLE} can name a file (mode 0600) that holds it."
        )
    return _usable(ask(new), "The passphrase")


def _usable(said: str, what: str) -> str:
    if not said:
        raise KeyringTrouble(f"{what} is empty; the keyring file needs a passphrase.")
    return said


def _from_file(path: Path, *, private: bool) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if private and sys.platform != "win32":
                if status.st_uid != os.geteuid():
                    raise KeyringTrouble(
                        f"{path} holds the keyring's passphrase, but belongs to another user."
                    )
                if stat.S_IMODE(status.st_mode) & 0o077:
                    raise KeyringTrouble(
                        f"{path} holds the keyring's passphrase, and others may read it: `chmod 600 {path}`."
                    )
            return file.read(65_536).removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise KeyringTrouble(f"The passphrase cannot be read from {path}: {reason}") from None
