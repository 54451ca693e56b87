"""What the sandbox has to know of an accounting software; each has a file of its own that makes one of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from .world import Accountant

if TYPE_CHECKING:
    from .sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class App:
    """An app registered there. `secret`: None for a public client, which must use PKCE."""

    id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Personality:
    """How one accounting software behaves. Paths are below `/NAME`; `_s` are seconds.

    `many`: whether one grant may cover several organisations at all. `scopes`: those an app may ask for. `grace_s`: how long a replaced
    refresh token still works when the new one was never used. `claims`: of an id_token, beside the standard ones, for the scopes granted.
    `api`: the routes of its API. `api_path`: what is added to the server's address to make `api_url`.
    """

    name: str
    title: str
    apps: Mapping[str, App]
    many: bool
    scopes: frozenset[str]
    authorize_path: str
    token_path: str
    revoke_path: str
    api_path: str
    code_s: float
    access_s: float
    unused_s: float
    grace_s: float
    claims: Callable[[Accountant, frozenset[str]], dict[str, Any]]
    api: Callable[["Sandbox"], list[BaseRoute]]
