"""What an accounting app allows, and how it says that a limit is reached. `limiter.py` keeps to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .network.retry_after import retry_after_s


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` in `seconds`: for one organisation, for the whole app, or for one person whatever the organisation."""

    calls: int
    seconds: int
    per: Literal["organisation", "app", "person"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The app's limits on calls.

    `rates`: calls in a time. `organisation_at_once`: calls at once for one organisation. `at_once`: calls at once of this whole
    program. `renewals`: how often a person's sign-in may be renewed. `remaining_header`, `app_remaining_header`: the headers that say
    how many calls are left in this minute. A 429 stops the organisation that was called, or the person where none was; `stops`: "app" where it always means
    the whole app. `problem_header`: its header that names the limit that was met, and `app_problems`: the values of it, in lower case, that mean the
    whole app. `unsaid_pause_s`: how long a 429 without Retry-After is waited out.
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
        """Whether an answer that says "too many calls" means the whole app, not one organisation."""
        return (
            self.stops == "app"
            or headers.get(self.problem_header or "", "").strip().lower() in self.app_problems
        )

    def retry_after_s(self, headers: Mapping[str, str], now: datetime) -> float | None:
        """How many seconds the answer asks to wait; None if it does not say."""
        return retry_after_s(headers, now)
