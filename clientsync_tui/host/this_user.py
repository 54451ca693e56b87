"""The user of this process according to the system, because the environment can say anything."""

import os
import re
from pathlib import Path

from .on_posix import USERS, module

_HOLDER = re.compile(r"user (\S+), keyring [0-9a-f]{16}")


def uid() -> str:
    """Identifies this user among all users of the host; can be part of a file name."""
    return str(os.geteuid()) if USERS else os.getlogin()


def login() -> str | None:
    """The login name; None for a user without one, as in a container."""
    if not USERS:
        return os.getlogin()
    pwd = module("pwd")
    if pwd is None:
        return None
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None


def holder(keyring_file: Path) -> str:
    """Identifies the keyring that holds a sign-in. It stays the same if the host or the login name changes. The path of the
    keyring file distinguishes users with the same number in different containers.
    """
    import hashlib

    place = hashlib.sha256(os.fsencode(keyring_file.resolve())).hexdigest()[:16]
    return f"user {uid()}, keyring {place}"


def is_holder(name: str) -> bool:
    """Whether a holder was recorded in the current form; up to version 0.2 it was `login@host`, which is ambiguous."""
    return _HOLDER.fullmatch(name) is not None


def is_another(name: str) -> bool:
    """Whether a holder is certainly another user of this host."""
    if noted := _HOLDER.fullmatch(name):
        return noted[1] != uid()
    pwd = module("pwd")
    if pwd is None:
        return False
    try:
        return pwd.getpwnam(name.rpartition("@")[0]).pw_uid != os.geteuid()
    except KeyError:
        return False
