"""The configuration needed to use a running sandbox."""

import secrets
import socket
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import tomlkit

from ..host.named_file import writing
from ..host.whole_file import read_file
from .personality import Personality

MARK = "Written by `clientsync sandbox`, which replaces it each time it starts."
_NOT_EPHEMERAL = range(10_000, 32_768)


def software_tables(url: str, softwares: Iterable[Personality] | None = None) -> dict[str, dict[str, Any]]:
    """The `[software.NAME]` tables by name, for a sandbox at `url` (`http://127.0.0.1:PORT`); by default for every app.

    Each has its own redirect port, so that several sign-ins can wait at once.
    """
    from .registry import personalities

    apps = list(personalities().values() if softwares is None else softwares)
    return {
        software.name: _table(url, software, port)
        for software, port in zip(apps, free_ports(len(apps)), strict=True)
    }


def _table(url: str, software: Personality, redirect_port: int) -> dict[str, Any]:
    here = f"{url}/{software.name}"
    table: dict[str, Any] = {
        "client_id": next(iter(software.apps)),
        "redirect_port": redirect_port,
        "authorize_url": here + software.authorize_path,
        "token_url": here + software.token_path,
        "api_url": url + software.api_path,
    }
    if software.revocation:
        table["revoke_url"] = here + software.revocation.path
    if software.claims:
        table["issuer"] = here
    if software.device:
        table["device_url"] = here + software.device.code_path
    if software.userinfo_path:
        table["userinfo_url"] = here + software.userinfo_path
    return table


def write_config(file: Path, url: str, softwares: Iterable[Personality]) -> None:
    """Writes a complete configuration for the sandbox at `url`, with its own practice next to it.

    Raises FileExistsError if the file exists and is not a sandbox's, Trouble if it can't be written.
    """
    begins = f"# {MARK}".encode()
    if file.exists() and file.stat().st_size and read_file(file, len(begins)) != begins:
        raise FileExistsError(f"{file} was not written by a sandbox. Nothing was changed")
    document = tomlkit.document()
    document.add(tomlkit.comment(MARK))
    # Named after the file, so that each configuration has its own practice. Relative, so that both can be moved.
    document["practice"] = {"name": "Sandbox practice", "database": f"{file.name}.db"}
    document["software"] = software_tables(url, softwares)
    with writing(file, replace=True) as new:
        new.write(tomlkit.dumps(document).encode())


def free_ports(number: int) -> list[int]:
    """Free ports on the loopback, below the ephemeral range.

    The system may give an ephemeral port (commonly 32768 and up) to another connection before the person signs in.
    """
    with ExitStack() as probes:
        ports: list[int] = []
        while len(ports) < number:
            probe = probes.enter_context(socket.socket())
            with suppress(OSError):
                probe.bind(("127.0.0.1", secrets.choice(_NOT_EPHEMERAL)))
                ports.append(probe.getsockname()[1])
        return ports
