"""Who listens on a server's socket on this host: another user may have put one in its place while the server was down."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ...host.on_posix import USERS, module
from ...practice.trouble import UsageError
from .address import hosts

USUAL = "postgres"
"""The user that runs PostgreSQL, if there is no socket yet to ask."""
FOLDERS = ("/var/run/postgresql", "/tmp")  # noqa: S108  (where libpq looks, by how it was built)


def verified(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Further parameters that make libpq continue only if the server runs as the socket's owner.

    Raises UsageError if that owner is neither root, postgres nor this user, and doesn't own the folder.
    """
    if not USERS or "service" in parameters or "requirepeer" in parameters:
        return {}
    wanted = hosts(parameters)
    if not any(map(_is_socket, wanted)):
        return {}
    port = parameters.get("port", "").split(",")[0] or "5432"
    # Named explicitly, so that the socket we checked is the one we use.
    folders = [_usual_folder(port) if host == "" else host for host in wanted]
    owners = {_owner(Path(folder), port) for folder in folders if folder.startswith("/")} or {USUAL}
    if len(owners) > 1:
        raise UsageError("The address names sockets of different users. Name one of them.")
    pinned = {} if parameters.get("hostaddr") else {"host": ",".join(folders)}
    return {**pinned, "requirepeer": owners.pop()}


def _is_socket(host: str) -> bool:
    return host == "" or host.startswith(("/", "@"))


def _usual_folder(port: str) -> str:
    return next((folder for folder in FOLDERS if (Path(folder) / f".s.PGSQL.{port}").exists()), FOLDERS[0])


def _owner(folder: Path, port: str) -> str:
    try:
        uid = (folder / f".s.PGSQL.{port}").lstat().st_uid
    except OSError:
        return USUAL
    name = _name(uid)
    if name is None or not (_is_usual(uid) or _is_guarded(folder.resolve(), uid)):
        raise UsageError(
            f"The socket in {folder} belongs to {name or f'user {uid}'}, so another user could have put it there. "
            "Use the socket of a server that root, postgres or you run, in a folder that only its owner can write to."
        )
    return name


def _is_usual(uid: int) -> bool:
    return uid in (0, os.geteuid()) or _name(uid) == USUAL


def _is_guarded(folder: Path, uid: int) -> bool:
    """Whether only that user and the trusted ones can write to the folder, or replace it."""
    inner = None
    for place in (folder, *folder.parents):
        found = place.stat()
        is_open = found.st_mode & stat.S_IWOTH
        # In a folder like /tmp, what a trusted user owns stays in place. Anything else may have appeared since.
        stays = found.st_mode & stat.S_ISVTX and inner is not None and _is_usual(inner)
        if (is_open and not stays) or not (found.st_uid == uid or _is_usual(found.st_uid)):
            return False
        inner = found.st_uid
    return True


def _name(uid: int) -> str | None:
    pwd = module("pwd")
    assert pwd is not None
    try:
        return str(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return None
