"""Who listens on a server's socket on this host: another user may have put one in its place while the server was down."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ...host.on_posix import USERS, module
from ...practice.trouble import UsageError
from .address import hosts

USUAL = "postgres"
"""The user that runs PostgreSQL, where there is no socket yet to ask."""
FOLDERS = ("/var/run/postgresql", "/tmp")  # noqa: S108  (where libpq looks, by how it was built)


def verified(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """What to add to the parameters, so that libpq goes on only if the server runs as the socket's owner.

    Raises UsageError if that owner is neither root, postgres nor this user, and the folder is not its own.
    """
    if not USERS or "service" in parameters or "requirepeer" in parameters:
        return {}
    wanted = hosts(parameters)
    if not any(map(_is_socket, wanted)):
        return {}
    port = parameters.get("port", "").split(",")[0] or "5432"
    # Named in so many words: the socket that was looked at is the one that is used.
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
        found = (folder / f".s.PGSQL.{port}").lstat()
    except OSError:
        return USUAL
    name = _name(found.st_uid)
    if name is not None and (found.st_uid in (0, os.geteuid()) or name == USUAL):
        return name
    around = folder.stat()
    is_open = bool(around.st_mode & stat.S_IWOTH)
    if name is None or is_open or around.st_uid not in (0, found.st_uid):
        raise UsageError(
            f"The socket in {folder} is of {name or f'user {found.st_uid}'}, and another user could have put it there. "
            "Use the socket of root's, postgres' or your own server, in a folder that only its owner can write to."
        )
    return name


def _name(uid: int) -> str | None:
    pwd = module("pwd")
    assert pwd is not None
    try:
        return str(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return None
