"""The log of answered calls, for tests to count."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..world.clock import Clock, utc

MOST_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `status`: 0 if the caller left before an answer. `at`: ISO 8601 UTC on the sandbox's clock."""

    seq: int
    at: str
    method: str
    path: str
    software: str | None
    person: str | None
    organisation: str | None
    status: int


class CallLog:
    """Middleware that counts calls and how many ran at once. Handlers set `scope["whose"]` to whose call it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: Counter[tuple[str, str, str | None, int]] = Counter()
        self._recent: deque[Call] = deque(maxlen=MOST_CALLS)
        self._seq = 0
        self._running = 0
        self._most = 0

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app with its calls counted, except those to `/sandbox`."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith("/sandbox"):
                await app(scope, receive, send)
                return
            status = 0

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            self._running += 1
            self._most = max(self._most, self._running)
            try:
                await app(scope, receive, noted)
            finally:
                self._running -= 1
                self._note(scope, status)

        return counted

    def _note(self, scope: Scope, status: int) -> None:
        whose: dict[str, str | None] = scope.get("whose", {})
        self._seq += 1
        call = Call(
            seq=self._seq,
            at=utc(self._clock.now()).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            method=scope["method"],
            path=scope["path"],
            software=whose.get("software"),
            person=whose.get("person"),
            organisation=whose.get("organisation"),
            status=status,
        )
        self._recent.append(call)
        self._counts[call.method, call.path, call.organisation, call.status] += 1

    @property
    def total(self) -> int:
        """How many calls were answered. May be called from any thread."""
        return self._seq

    def summary(self, since: int) -> dict[str, Any]:
        """All counts, and the calls after number `since` (among the last 10,000): total, running, most_at_once, counts,
        recent.
        """
        return {
            "total": self.total,
            "running": self._running,
            "most_at_once": self._most,
            "counts": [
                {
                    "method": method,
                    "path": path,
                    "organisation": organisation,
                    "status": status,
                    "count": count,
                }
                for (method, path, organisation, status), count in self._counts.items()
            ],
            "recent": [asdict(call) for call in tuple(self._recent) if call.seq > since],
        }
