"""The passphrase of the encrypted keyring file: from a descriptor, a file, systemd, or the user."""

import codecs
import os
from collections.abc import Callable
from pathlib import Path

from ...host.file_permissions import read_secret
from ...practice.text import MARK, decoded
from ...practice.trouble import KeyringTrouble

DESCRIPTOR_VARIABLE = "CLIENTSYNC_PASSPHRASE_FD"
FILE_VARIABLE = "CLIENTSYNC_PASSPHRASE_FILE"
CREDENTIAL = "clientsync-passphrase"
SHORTEST = 8
"""Minimum length of a new passphrase (NIST SP 800-63B, section 5.1.1.1)."""

_LONGEST = 65_536

Ask = Callable[[bool], str]
"""Asks the user. The argument: whether the keyring is new, so that the passphrase must be entered twice. Called in a
thread, and may take its time.
"""


class PassphraseNeeded(KeyringTrouble):
    """The encrypted keyring file is locked, and there is nobody to ask."""


def passphrase(ask: Ask | None, file: Path | None = None, *, new: bool) -> str:
    """The passphrase, from `file` if given. Raises PassphraseNeeded if nothing provides it, KeyringTrouble if it can't be
    used.

    `new`: for a new keyring. For an old one, a byte order mark is kept, because release 0.2 treated it as part of the
    passphrase.
    """
    if file is None and (descriptor_text := os.environ.get(DESCRIPTOR_VARIABLE)):
        source = f"The text from {DESCRIPTOR_VARIABLE} (it can be read once)"
        return usable(_from_descriptor(descriptor_text), source, new=new)
    if named := file or os.environ.get(FILE_VARIABLE):
        return usable(_from_file(Path(named), owner=True), f"The file {named}", new=new)
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        handed = Path(folder) / CREDENTIAL
        if handed.exists():
            # systemd protects that folder itself (systemd.exec(5), "Credentials"), and may give the file any
            # owner and mode.
            return usable(_from_file(handed, owner=False), f"The credential {CREDENTIAL}", new=new)
    if ask is None:
        why = (
            "There is no keyring file yet, and no terminal to ask for a new passphrase. "
            if new
            else "The keyring file is locked, and there is no terminal to ask for its passphrase. "
        )
        raise PassphraseNeeded(
            f"{why}"
            f"{FILE_VARIABLE} can name a file (mode 0600) with the passphrase, {DESCRIPTOR_VARIABLE} an open descriptor, and systemd "
            f"hands over the credential {CREDENTIAL}."
        )
    return usable(ask(new), "The passphrase", new=new)


def too_weak(entered: str) -> str | None:
    """Why a new passphrase would protect nothing; None if it is strong enough."""
    if len(entered) < SHORTEST:
        return f"A new passphrase needs at least {SHORTEST} characters. Anyone who copies the keyring file can guess a short one."
    if len(set(entered)) == 1:
        return "A new passphrase needs more than one repeated character."
    return None


def usable(entered: str, what: str, *, new: bool) -> str:
    """Returns `said`. Raises KeyringTrouble if it is empty, contains characters that can't be typed again, or is new and
    too weak.
    """
    if new:
        entered = entered.removeprefix(MARK)
    if not entered.removeprefix(MARK):
        raise KeyringTrouble(f"{what} is empty. The keyring file needs a passphrase.")
    if any("\ud800" <= character <= "\udfff" for character in entered):
        # Bytes from a terminal that are not UTF-8 arrive as these characters.
        raise KeyringTrouble(f"{what} is not UTF-8.")
    if new and (why := too_weak(entered)):
        raise KeyringTrouble(f"{what} can't be used: {why}")
    return entered


def _from_descriptor(descriptor_text: str) -> str:
    """The first line, read byte by byte, because the rest may be input for the command."""
    line = bytearray()
    try:
        descriptor = int(descriptor_text)
        while len(line) < _LONGEST and (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
            line += byte
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise KeyringTrouble(f"The text from {DESCRIPTOR_VARIABLE} is not UTF-8.") from None
    except (OSError, ValueError, OverflowError):
        raise KeyringTrouble(
            f"{DESCRIPTOR_VARIABLE} is {descriptor_text}, which is not a descriptor that can be read."
        ) from None


def _from_file(path: Path, *, owner: bool) -> str:
    try:
        data = read_secret(path, _LONGEST, owner=owner)
        # The UTF-8 mark stays (see above). UTF-16 has never been read with its mark.
        text = data.decode() if data.startswith(codecs.BOM_UTF8) else decoded(data)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise KeyringTrouble(f"The passphrase can't be read from {path}: {reason}.") from None
    return text.removesuffix("\n").removesuffix("\r")
