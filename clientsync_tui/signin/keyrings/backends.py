"""Chooses the keyring: a known one, or the one the user named. A keyring that stores plain text is never chosen by
accident.
"""

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
"""Names from version 0.2.0 that a user's environment or configuration may still contain."""


def over_ssh() -> bool:
    """Whether this session came over SSH."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def has_screen() -> bool:
    """Whether the user is in a graphical session on this machine, and can see its prompts."""
    if over_ssh():
        return False
    return sys.platform in {"darwin", "win32"} or any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def asks_a_person(configured: str = "") -> bool:
    """Whether the keyring may ask someone who sees the prompt: the user chose it, or there is a screen."""
    return bool(configured or os.environ.get(CHOICE_VARIABLE)) or has_screen()


def choose(
    file: Path, passphrase_file: Path | None, ask: Ask | None, configured: str = ""
) -> "KeyringBackend":
    """Chooses this session's keyring, in this order: the file, if the configuration gives a passphrase for it; the user's
    own choice in the environment or the configuration; the desktop's; without a screen, the Secret Service if it is
    unlocked, else the encrypted file. What the keyring library would choose doesn't count, because it takes whatever is
    installed.

    `configured`: `file` for the encrypted file, or a module and class. Call this with a time limit, because D-Bus may hang.
    Raises KeyringTrouble if the choice can't be used or stores nothing, or if the configuration names one that stores
    secrets in plain text.
    """
    from .encrypted_file import EncryptedFile

    no_core_dumps()
    if passphrase_file is not None:
        return EncryptedFile(file, ask, passphrase_file=passphrase_file)
    if named := os.environ.get(CHOICE_VARIABLE):
        # What users tell the keyring library themselves is used, and reported for what it is. The configuration
        # may be a colleague's.
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
    """What to call a keyring when talking to the user."""
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
        # Whatever someone else's module raises when it is loaded.
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
    """Why a keyring must not get tokens unless the user named it for that; None if it is fit."""
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
    # keyrings.alt has two with that name, and others have copied it.
    if any("plaintext" in kind.__name__.casefold() for kind in type(backend).__mro__):
        return f"keeps {_PLAIN}"
    return None


def _viable(module: str, name: str) -> "KeyringBackend | None":
    try:
        backend = cast("type[KeyringBackend]", getattr(importlib.import_module(module), name))
        return backend() if backend.priority > 0 else None
    except Exception:
        # `priority` raises RuntimeError if the backend can't work, and D-Bus libraries raise anything.
        return None


def _secret_service_is_locked() -> bool | None:
    """Whether reading the Secret Service's default collection would need a prompt that nobody sees; None if there is no
    collection.

    The keyring library would unlock it with a prompt. So we look at the collection first, by its alias
    (specifications.freedesktop.org/secret-service, "Aliases"), and don't create it if it is missing.
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
        # No service, no D-Bus, no such collection: each has its own exception class.
        return None
