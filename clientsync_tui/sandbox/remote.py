"""Talks to a sandbox that runs in another process on this machine."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from platformdirs import user_config_path

from ..host.whole_file import read_file

TIMEOUT_S = 60
MOST_BYTES = 1_000_000
"""Of a configuration file."""


class NoAnswer(Exception):
    """The sandbox can't be found, or refuses the request. `str()` is a complete sentence."""


def configured(config: str | os.PathLike[str] | None) -> str:
    """The address of the sandbox that a configuration file (by default the user's own) names. Raises NoAnswer."""
    try:
        file = Path(config) if config else user_config_path("clientsync") / "config.toml"
    except RuntimeError:
        raise NoAnswer("Your home folder is not known. Give the sandbox's address with --url.") from None
    try:
        tables: dict[str, Any] = tomllib.loads(read_file(file, MOST_BYTES).decode()).get("software", {})
        addresses = [urlsplit(str(table.get("api_url", ""))) for table in tables.values()]
    except FileNotFoundError:
        raise NoAnswer(f"There is no configuration {file}. Give the sandbox's address with --url.") from None
    except (OSError, ValueError, AttributeError) as error:
        raise NoAnswer(f"No sandbox is named in {file} ({error}). Give its address with --url.") from None
    for address in addresses:
        if address.scheme == "http" and address.hostname in ("127.0.0.1", "localhost"):
            return f"{address.scheme}://{address.netloc}"
    raise NoAnswer(f"{file} does not name a sandbox. Give its address with --url.")


def ask(url: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """The JSON answer of `/sandbox/PATH`; posts `body` if there is one. Raises NoAnswer."""
    address = f"{url.rstrip('/')}/sandbox/{path}"
    try:
        with httpx2.Client(trust_env=False, timeout=TIMEOUT_S) as client:
            answer = client.get(address) if body is None else client.post(address, json=dict(body))
            document: Any = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise NoAnswer(f"No sandbox answers at {url} ({type(error).__name__}).") from None
    if answer.is_error:
        raise NoAnswer(f"The sandbox refuses: {document['error']}.")
    return document
