"""An accounting app's limits, and how it reports that one was reached. `limiter.py` enforces them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from .network.retry_after import retry_after_s


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` in `seconds`: per organisation, for the whole app, or per person regardless of the organisation."""

    calls: int
    seconds: int
    per: Literal["organisation", "app", "person"]


def until_next_day_s() -> float:
    """How many seconds until the next day, for an app that counts calls per day."""
    now = datetime.now(UTC)
    return (now.replace(hour=0, minute=0, second=0) + timedelta(days=1) - now).total_seconds()


@dataclass(frozen=True, slots=True)
class Limits:
    """The app's limits on calls.

    `rates`: calls per time. `organisation_at_once`: simultaneous calls for one organisation. `at_once`: simultaneous calls of the
    whole program. `renewals`: how often a person's sign-in may be renewed. `remaining_header`, `app_remaining_header`: headers with
    the number of calls left in this minute. A 429 stops the organisation that was called, or else the person; `stops`: "app" if it
    always means the whole app. `problem_header`: the header that names the limit reached, and `app_problems`: its values, in lower case, that mean the
    whole app. `unsaid_pause_s`: how long to wait after a 429 without Retry-After.
    """

    rates: tuple[Rate, ...]
    organisation_at_once: int
    at_once: int = 20
    renewals: Rate | None = None
    stops: Literal["caller", "app"] = "caller"
    remaining_header: str | None = None
    app_remaining_header: str | None = None
    problem_header: str | None = None
    app_problems: frozenset[str] = frozenset()
    unsaid_pause_s: float = 5.0

    def stops_app(self, headers: Mapping[str, str]) -> bool:
        """Whether a "too many calls" answer applies to the whole app instead of one organisation."""
        return (
            self.stops == "app"
            or headers.get(self.problem_header or "", "").strip().lower() in self.app_problems
        )

    def retry_after_s(self, headers: Mapping[str, str], now: datetime) -> float | None:
        """How many seconds the answer asks us to wait; None if it doesn't say."""
        return retry_after_s(headers, now)
