"""Numbers and short dates as the person's locale has them."""

import locale
from contextlib import suppress
from datetime import datetime
from functools import cache


@cache
def _prepared() -> None:
    for category in (locale.LC_TIME, locale.LC_NUMERIC):
        # A locale that is not installed here leaves the C locale.
        with suppress(locale.Error):
            locale.setlocale(category, "")


@cache
def _month_first() -> bool:
    _prepared()
    name = locale.setlocale(locale.LC_TIME).split(".")[0]
    if name in ("C", "POSIX"):
        # C has the American order; it is the locale of machines where nobody chose one.
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


def counted(count: int, thing: str) -> str:
    """`1 client`, `1,204 clients`."""
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


def short_date(at: datetime | None, now: datetime) -> str:
    """A day in local time: `14 Nov`, with its year when that is another; empty for None."""
    if at is None:
        return ""
    day = at.astimezone()
    month_first = _month_first()
    said = f"{day:%b} {day.day}" if month_first else f"{day.day} {day:%b}"
    if day.year == now.astimezone().year:
        return said
    return f"{said}, {day.year}" if month_first else f"{said} {day.year}"


def moment_words(at: datetime, now: datetime) -> str:
    """A time of day, with its day when that is not today: `09:12`, `14 Nov 09:12`."""
    here = at.astimezone()
    time = f"{here:%H:%M}"
    return time if here.date() == now.astimezone().date() else f"{short_date(at, now)} {time}"
