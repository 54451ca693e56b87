"""Error answers of the real accounting apps, and what each means to the program."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response

from ...practice.status import Fault, Reason


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """One answer. `at`: the token endpoint, the revocation endpoint, or a call for an organisation's data. `means`: its
    meaning if it persists.

    `renewed`: whether it asks for a new access token, so that a single one is fixed silently. `amid`: the fault that
    applies to the organisation meanwhile, if the meaning depends on what else the app says.
    """

    name: str
    at: Literal["token", "revoke", "api"]
    status: int
    body: str
    means: Reason | Fault | Literal["misconfigured"]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    renewed: bool = False
    amid: str | None = None

    def response(self) -> Response:
        kind = "text/plain"
        if self.body[:1] in ("{", "["):
            kind = "application/json"
        elif self.body[:1] == "<":
            kind = "application/xml"
        return Response(self.body, self.status, {"Content-Type": kind, **self.headers})
