"""Chooses the keyring: a known one, or the one the person named. A keyring that stores plain text is never chosen by accident."""

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...host.file_permissions import no_core_dumps
from ...practice.text import clean
from ...practice.trouble import KeyringTrouble
from .passphrase import Ask

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"
_PLAIN = "secrets in plain text"

#: Module and class of each known backend by platform, the preferred first.
_KNOWN = {
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
    "linux": (
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
        ("keyring.backends.libsecret", "Keyring"),
    ),
}

_TITLES = {
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.libsecret.Keyring": "Secret Service",
}


_FORMER_NAMES = {
    "clientsync_tui.signin.encrypted_file.EncryptedFile": "clientsync_tui.signin.keyrings.encrypted_file.EncryptedFile"
}
"""Names that a person's environment or configuration may still have from version 0.2.0."""


def over_ssh() -> bool:
    """Whether this session came over SSH."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def has_screen() -> bool:
    """Whether the person is at a graphical session of this machine, and can see its prompts."""
    if over_ssh():
        return False
    return sys.platform in {"darwin", "win32"} or any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def asks_a_person(configured: str = "") -> bool:
    """Whether the keyring may ask someone who sees it: one of the person's own choice, or one before a screen."""
    return bool(configured or os.environ.get(CHOICE_VARIABLE)) or has_screen()


def choose(
    file: Path, passphrase_file: Path | None, ask: Ask | None, configured: str = ""
) -> "KeyringBackend":
    """The keyring of this session: the file that the configuration gives a passphrase for; the person's own choice in the
    environment or the configuration; the desktop's; and without a screen the Secret Service if it is unlocked, else the encrypted
    file. What keyring itself would choose does not count: it takes whatever is installed.

    `configured`: `file` for the encrypted file, or a module and class. May take long where D-Bus hangs, so it is called within
    a time limit. Raises KeyringTrouble if the choice can't be used or keeps nothing, or if the
    configuration names one that keeps secrets in plain text.
    """
    from .encrypted_file import EncryptedFile

    no_core_dumps()
    if passphrase_file is not None:
        return EncryptedFile(file, ask, passphrase_file=passphrase_file)
    if named := os.environ.get(CHOICE_VARIABLE):
        # What a person tells keyring itself is used, and said to be what it is; the configuration may be a colleague's.
        return _named(named, CHOICE_VARIABLE, file, ask, plain_text=True)
    if configured:
        return _named(configured, "[keyring] backend", file, ask, plain_text=False)
    on_platform = _KNOWN.get(sys.platform, _KNOWN["linux"])
    if has_screen() or sys.platform in {"darwin", "win32"}:
        for module, name in on_platform:
            if (found := _viable(module, name)) is not None:
                return found
        return EncryptedFile(file, ask)
    locked = _secret_service_is_locked()
    if locked is False and (found := _viable(*on_platform[0])) is not None:
        return found
    return EncryptedFile(file, ask, because="the desktop's keyring is locked" if locked else "")


def title(backend: "KeyringBackend") -> str:
    """How a keyring is called before a person."""
    from .encrypted_file import EncryptedFile

    if isinstance(backend, EncryptedFile):
        return f"encrypted file {backend.path}{backend.because and f', because {backend.because}'}"
    kind = type(backend)
    named = f"{kind.__module__}.{kind.__qualname__}"
    if (why := _unfit(backend)) is not None:
        return f"{named}, which {why}"
    return f"{_TITLES[named]}, {named}" if named in _TITLES else named


def _named(named: str, where: str, file: Path, ask: Ask | None, *, plain_text: bool) -> "KeyringBackend":
    from keyring.core import load_keyring

    from .encrypted_file import EncryptedFile

    named = _FORMER_NAMES.get(named, named)
    if named == "file":
        return EncryptedFile(file, ask)
    try:
        found = load_keyring(named)
    except Exception as error:
        # Whatever a module of someone else's raises when it is loaded.
        raise KeyringTrouble(
            f"{where} names {clean(named)}, which can't be used ({type(error).__name__}: {clean(str(error))})."
        ) from None
    if isinstance(found, EncryptedFile):
        return EncryptedFile(found.path, ask)
    why = _unfit(found)
    if why is not None and not (plain_text and why.endswith(_PLAIN)):
        raise KeyringTrouble(
            f"{where} names {clean(named)}, which {why}: tokens are not stored that way. Name another, or `file` for the encrypted file."
        )
    return found


def _unfit(backend: "KeyringBackend") -> str | None:
    """Why no token is given to a keyring that no one named for this; None if it is fit."""
    from keyring.backends import chainer, fail, null

    if isinstance(backend, chainer.ChainerBackend):
        members = backend.backends
        reasons = [why for member in members if (why := _unfit(member)) is not None]
        return (
            "chains no keyring that works"
            if not members
            else f"chains one that {reasons[0]}"
            if reasons
            else None
        )
    if isinstance(backend, fail.Keyring | null.Keyring):
        return "keeps nothing"
    # keyrings.alt has two of that name, and others copied it.
    if any("plaintext" in kind.__name__.casefold() for kind in type(backend).__mro__):
        return f"keeps {_PLAIN}"
    return None


def _viable(module: str, name: str) -> "KeyringBackend | None":
    try:
        backend = cast("type[KeyringBackend]", getattr(importlib.import_module(module), name))
        return backend() if backend.priority > 0 else None
    except Exception:
        # `priority` raises RuntimeError where the backend can't work, and D-Bus libraries raise what they like.
        return None


def _secret_service_is_locked() -> bool | None:
    """Whether the Secret Service's default collection can't be read without a prompt that no one sees; None if there is none.

    keyring itself would unlock it with a prompt; so the collection is looked at first, by its alias
    (specifications.freedesktop.org/secret-service, "Aliases"), and not made if there is none.
    """
    try:
        secretstorage: Any = importlib.import_module("secretstorage")
        connection = secretstorage.dbus_init()
        try:
            return bool(
                secretstorage.Collection(connection, "/org/freedesktop/secrets/aliases/default").is_locked()
            )
        finally:
            connection.close()
    except Exception:
        # Not there, no D-Bus, no such collection: each in its own exception class.
        return None
