"""When things happened in the demo practice: on working days in office hours, or in the nightly check."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

SATURDAY = 5
OPENS, CLOSES = 9, 17
CHECKED_AT = timedelta(hours=2, minutes=30)
"""When the nightly check runs."""


def working_times(
    draw: Random, now: datetime, first_days: float, last_days: float, count: int
) -> Sequence[datetime]:
    """That many moments in order, within a range of days ago, all before today."""
    step = (first_days - last_days) / max(1, count - 1)
    times = (_working(draw, now - timedelta(days=first_days - step * number)) for number in range(count))
    return sorted(times)


def last_night(now: datetime, nights: int = 0) -> datetime:
    """The time of the last nightly check, or of an earlier one."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tonight = midnight + CHECKED_AT
    return tonight - timedelta(days=nights + (tonight > now))


def working_day(day: datetime) -> datetime:
    """The day itself, or the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


def _working(draw: Random, day: datetime) -> datetime:
    seconds = draw.randrange(60)
    hour, minute = draw.randrange(OPENS, CLOSES), draw.randrange(60)
    moment = day.replace(hour=hour, minute=minute, second=seconds, microsecond=0)
    return working_day(moment)
