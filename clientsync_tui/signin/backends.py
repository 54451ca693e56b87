"""Which keyring is used: a known one, or the one that the person chose; never one that keeps secrets in plain text by chance."""

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..practice.trouble import KeyringTrouble
from .passphrase import Ask

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"

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


def over_ssh() -> bool:
    """Whether this session came over SSH."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def has_screen() -> bool:
    """Whether the person sits before a graphical session of this machine, and sees what it asks."""
    if over_ssh():
        return False
    return sys.platform in {"darwin", "win32"} or any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def choose(file: Path, passphrase_file: Path | None, ask: Ask | None) -> "KeyringBackend":
    """The keyring of this session: the file that the configuration gives a passphrase for; the person's own choice; the
    desktop's; and without a screen the Secret Service if it is unlocked, else the encrypted file.

    May take long where D-Bus hangs, so it is called within a time limit. Raises KeyringTrouble if the person's own choice
    cannot be used.
    """
    from .encrypted_file import EncryptedFile

    if passphrase_file is not None:
        return EncryptedFile(file, ask, passphrase_file=passphrase_file)
    if named := os.environ.get(CHOICE_VARIABLE):
        return _named(named, ask)
    on_platform = _KNOWN.get(sys.platform, _KNOWN["linux"])
    screen = has_screen()
    for module, name in on_platform if screen or sys.platform in {"darwin", "win32"} else on_platform[:1]:
        found = _viable(module, name)
        if found is not None and (screen or sys.platform != "linux" or _secret_service_is_open()):
            return found
    return EncryptedFile(file, ask)


def _named(name: str, ask: Ask | None) -> "KeyringBackend":
    from keyring.core import load_keyring

    from .encrypted_file import EncryptedFile

    try:
        found = load_keyring(name)
    except Exception as error:
        # Whatever a module of somebody else's raises when it is loaded.
        raise KeyringTrouble(
            f"{CHOICE_VARIABLE} names {name}, which cannot be used ({type(error).__name__}: {error})."
        ) from None
    return EncryptedFile(found.path, ask) if isinstance(found, EncryptedFile) else found


def _viable(module: str, name: str) -> "KeyringBackend | None":
    try:
        backend = cast("type[KeyringBackend]", getattr(importlib.import_module(module), name))
        return backend() if backend.priority > 0 else None
    except Exception:
        # `priority` raises RuntimeError where the backend cannot work, and D-Bus libraries raise what they like.
        return None


def _secret_service_is_open() -> bool:
    """Whether the Secret Service's default collection can be read without a prompt that nobody sees.

    keyring itself would unlock it with a prompt; so the collection is looked at first, by its alias
    (specifications.freedesktop.org/secret-service, "Aliases"), and not made if there is none.
    """
    try:
        secretstorage: Any = importlib.import_module("secretstorage")
        connection = secretstorage.dbus_init()
        try:
            return not secretstorage.Collection(
                connection, "/org/freedesktop/secrets/aliases/default"
            ).is_locked()
        finally:
            connection.close()
    except Exception:
        # Not there, no D-Bus, no such collection: each in its own exception class.
        return False
