"""The Retry-After header."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

_EPOCH_FROM = 1_000_000_000  # more seconds than anyone would wait, and a moment in 2001

LONGEST_S = 86_400
"""No app counts calls over more than a day, so a longer wait is a mistake, and everyone who shares the practice
would be stuck.
"""


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from `now` until the app wants to be asked again; None if it doesn't say or the value makes no sense.

    Both forms of RFC 9110, section 10.2.3: a number of seconds, and a date; and a moment in seconds since 1970, as some apps write it.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
        if seconds >= _EPOCH_FROM:
            seconds -= now.timestamp()
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_S) if isfinite(seconds) else None
