"""Numbers and short dates in the user's locale."""

import locale
from contextlib import suppress
from datetime import datetime
from functools import cache

from ..practice.counted import noun


@cache
def _prepared() -> None:
    for category in (locale.LC_TIME, locale.LC_NUMERIC):
        # If a locale is not installed here, the C locale remains.
        with suppress(locale.Error):
            locale.setlocale(category, "")


@cache
def _month_first() -> bool:
    _prepared()
    name = locale.setlocale(locale.LC_TIME).split(".")[0]
    if name in ("C", "POSIX"):
        # C has the American order, but it is also the locale of machines where nobody chose one.
        return False
    order = locale.nl_langinfo(locale.D_FMT) if hasattr(locale, "nl_langinfo") else ""
    return order.find("%m") < order.find("%d") if "%m" in order and "%d" in order else order.startswith("%D")


@cache
def _separator() -> str:
    _prepared()
    return str(locale.localeconv()["thousands_sep"]) or ","


def number(count: int) -> str:
    """1204 as `1,204`."""
    return f"{count:,}".replace(",", _separator())


def counted(count: int, one: str, several: str = "") -> str:
    """`1 client`, `1,204 clients`."""
    return f"{number(count)} {noun(count, one, several)}"


def here(at: datetime) -> datetime:
    """A moment in local time; unchanged if that can't be expressed, as on the last day of the year 9999."""
    try:
        return at.astimezone()
    except (OverflowError, OSError):
        return at


def short_date(at: datetime | None, now: datetime) -> str:
    """A day in local time: `14 Nov`, with the year if it is not the current one; empty for None."""
    if at is None:
        return ""
    return _day(at, year=here(at).year != now.astimezone().year)


def _day(at: datetime, *, year: bool) -> str:
    day = here(at)
    if _month_first():
        return f"{day:%b} {day.day}, {day.year}" if year else f"{day:%b} {day.day}"
    return f"{day.day} {day:%b} {day.year}" if year else f"{day.day} {day:%b}"


def moment_in_full(at: datetime | None) -> str:
    """A time with day and year, local: `14 Nov 2026 09:12`; empty for None."""
    return f"{_day(at, year=True)} {here(at):%H:%M}" if at else ""


def brief(at: datetime, now: datetime) -> str:
    """The time if it is today, else the day: `09:12`, `14 Nov`."""
    here = at.astimezone()
    return f"{here:%H:%M}" if here.date() == now.astimezone().date() else short_date(at, now)


def moment_words(at: datetime, now: datetime) -> str:
    """The time, with the day if it is not today: `09:12`, `14 Nov 09:12`."""
    local = here(at)
    time = f"{local:%H:%M}"
    return time if local.date() == now.astimezone().date() else f"{short_date(at, now)} {time}"
