"""What the sandbox remembers: codes, grants, tokens and connections, saved in a file if they should survive a restart."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...host.named_file import writing


@dataclass(slots=True)
class Code:
    """An authorisation code, bound to the app, the redirect and the PKCE challenge it was requested with."""

    software: str
    app: str
    person: str
    redirect_uri: str
    scopes: list[str]
    challenge: str | None
    nonce: str | None
    auth_event: str
    organisation: str | None
    signed_in_at: float
    used: bool = False


@dataclass(slots=True)
class Device:
    """A device waiting for someone to enter its `user_code`. `person`: who did; `refused`: whether they refused."""

    software: str
    app: str
    scopes: list[str]
    user_code: str
    asked_at: float
    polled_at: float = float("-inf")
    person: str | None = None
    auth_event: str = ""
    refused: bool = False
    sent_on: bool = False


@dataclass(slots=True)
class Grant:
    """What a person allowed an app. Only `refresh_token` works, and for a while the one it replaced.

    `organisation`: if the app's grants cover one. `redirect_uri`: of the code it came from. `issued_at`: when the refresh
    token was created.
    """

    id: str
    software: str
    app: str
    person: str
    scopes: list[str]
    auth_event: str
    organisation: str | None
    redirect_uri: str = ""
    refresh_token: str | None = None
    replaced: str | None = None
    replaced_at: float = 0
    used_at: float = 0
    granted_at: float = 0
    issued_at: float = 0


@dataclass(slots=True)
class Access:
    """An access token's grant, and when it expires."""

    grant: str
    ends_at: float


@dataclass(slots=True)
class Connection:
    """That a person connected an organisation to an app."""

    id: str
    organisation: str
    auth_event: str
    created_at: float
    updated_at: float


@dataclass(slots=True)
class State:
    """All state. Connections are by app, client id and person, then by organisation."""

    ahead_s: float = 0
    key: dict[str, Any] = field(default_factory=dict[str, Any])
    codes: dict[str, Code] = field(default_factory=dict[str, Code])
    grants: dict[str, Grant] = field(default_factory=dict[str, Grant])
    refresh: dict[str, str] = field(default_factory=dict[str, str])
    access: dict[str, Access] = field(default_factory=dict[str, Access])
    connections: dict[str, dict[str, Connection]] = field(default_factory=dict[str, dict[str, Connection]])
    devices: dict[str, Device] = field(default_factory=dict[str, Device])
    faults: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def connections_of(self, software: str, app: str, person: str) -> dict[str, Connection]:
        """What the person has connected to the app, by organisation, as a dictionary to modify."""
        return self.connections.setdefault(f"{software} {app} {person}", {})

    def connected_to(self, software: str, app: str) -> int:
        """How many connections everyone together has to the app."""
        return sum(len(held) for s, a, _, held in self.holders() if (s, a) == (software, app))

    def holders(self) -> Iterator[tuple[str, str, str, dict[str, Connection]]]:
        """Everyone who connected anything: app, client id, person, and what they connected."""
        for key, held in self.connections.items():
            software, app, person = key.split(" ")
            yield software, app, person, held

    def is_living(self, grant: Grant) -> bool:
        """Whether the grant can still be renewed."""
        return grant.refresh_token in self.refresh

    def end(self, grant: Grant) -> None:
        """Forgets the grant and every token of it."""
        del self.grants[grant.id]
        self.refresh = {token: of for token, of in self.refresh.items() if of != grant.id}
        self.access = {token: access for token, access in self.access.items() if access.grant != grant.id}


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def load(file: Path | None) -> State:
    """The state in the file, or a new one if it is missing. Raises ValueError if the file is not one of ours."""
    if file is None or not file.exists():
        return State()
    if not file.is_file():
        raise ValueError(f"{file} is not a regular file")
    try:
        saved = json.loads(file.read_text("utf-8"))
        return State(
            ahead_s=saved["ahead_s"],
            key=saved["key"],
            codes={k: Code(**v) for k, v in saved["codes"].items()},
            grants={k: Grant(**v) for k, v in saved["grants"].items()},
            refresh=saved["refresh"],
            access={k: Access(**v) for k, v in saved["access"].items()},
            connections={
                k: {o: Connection(**c) for o, c in v.items()} for k, v in saved["connections"].items()
            },
            devices={k: Device(**v) for k, v in saved.get("devices", {}).items()},
            faults=saved["faults"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{file} is not a sandbox's state") from error


def save(state: State, file: Path | None) -> None:
    """Saves the state to the file, completely or not at all; without a file, does nothing."""
    if file is None:
        return
    with writing(file, replace=True) as new:
        new.write(json.dumps(asdict(state)).encode())
