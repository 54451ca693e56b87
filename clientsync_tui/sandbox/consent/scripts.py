"""Answers dictated by a test: a given one instead of the real one, or the real one modified."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from ..misbehaviour.faults import Target
from .errors import ErrorAnswer

Place = Literal["token", "revoke", "api"]


@dataclass(slots=True)
class Script:
    """`times`: for how many more calls (None: for all)."""

    at: Place
    target: Target
    says: ErrorAnswer | Callable[[Response], Response]
    times: int | None = None


class Scripts:
    """The active scripts. Unlike faults, they are forgotten with the process."""

    def __init__(self) -> None:
        self.in_force: list[Script] = []

    def instead(
        self, at: Place, software: str, person: str | None, organisation: str | None = None
    ) -> Response | None:
        """The answer to give without doing anything."""
        for script in self._meeting(at, software, person, organisation):
            if isinstance(script.says, ErrorAnswer):
                self._use(script)
                return script.says.response()
        return None

    def changed(
        self,
        response: Response,
        at: Place,
        software: str,
        person: str | None,
        organisation: str | None = None,
    ) -> Response:
        """The real answer as modified by the active script."""
        for script in self._meeting(at, software, person, organisation):
            if not isinstance(script.says, ErrorAnswer):
                self._use(script)
                return script.says(response)
        return response

    def _meeting(
        self, at: Place, software: str, person: str | None, organisation: str | None
    ) -> list[Script]:
        return [s for s in self.in_force if s.at == at and s.target.covers(software, person, organisation)]

    def _use(self, script: Script) -> None:
        if script.times is not None:
            script.times -= 1
            if script.times <= 0:
                self.in_force.remove(script)
