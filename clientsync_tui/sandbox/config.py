"""What a configuration needs to use a running sandbox."""

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomlkit

from .personality import Personality

MARK = "Written by `clientsync sandbox`; written anew each time it starts."


def software_tables(
    url: str, redirect_port: int, softwares: Iterable[Personality] | None = None
) -> dict[str, Any]:
    """The `[software.NAME]` tables by name, for a sandbox at `url` (`http://127.0.0.1:PORT`); by default of every software."""
    from .softwares import softwares as known

    return {
        software.name: {
            "client_id": next(iter(software.apps)),
            "redirect_port": redirect_port,
            "authorize_url": f"{url}/{software.name}{software.authorize_path}",
            "token_url": f"{url}/{software.name}{software.token_path}",
            "api_url": url + software.api_path,
            "revoke_url": f"{url}/{software.name}{software.revoke_path}",
            "issuer": f"{url}/{software.name}",
        }
        for software in (known().values() if softwares is None else softwares)
    }


def write_config(file: Path, url: str, softwares: Iterable[Personality]) -> None:
    """Writes a whole configuration for the sandbox at `url`.

    Raises FileExistsError when the file is there and somebody else's, OSError when it cannot be written.
    """
    if (
        file.exists()
        and file.stat().st_size
        and not file.read_text("utf-8", "replace").startswith(f"# {MARK}")
    ):
        raise FileExistsError(f"{file} is not a sandbox's: it is left as it is")
    document = tomlkit.document()
    document.add(tomlkit.comment(MARK))
    document["practice"] = {"name": "Sandbox practice"}
    document["software"] = software_tables(url, free_port(), softwares)
    file.write_text(tomlkit.dumps(document), "utf-8")


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
