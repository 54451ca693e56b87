"""What the numbered standings mean today."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..practice.entries import iso
from ..practice.status import EXPIRING_WITHIN, SHORT_LIFE_LEFT, Reason, Standing, standing_of, weight
from ..practice.trouble import Trouble
from .derive import pairs
from .own_rows import REBUILDS

UNUSUAL = "working IS NULL OR working IN (SELECT id FROM sign_ins WHERE ends_at <= ?)"
"""Standings other than a single working integration whose sign-in ends after "soon" (the parameter). A practice may have a
sign-in, and so a standing, for each of 100,000 clients; nearly all of them are the usual one, and are skipped.
"""


AFRESH = f"""coalesce(
    julianday({{s}}ends_at) - julianday({{s}}used_at) <= {EXPIRING_WITHIN.days}
    AND julianday({{s}}ends_at) - julianday(:now) > (julianday({{s}}ends_at) - julianday({{s}}used_at)) / {SHORT_LIFE_LEFT},
    0
)"""
"""Short-lived sign-ins with more than a quarter of their life left (as in `expiring_from`). `s`: the table's alias, with
its dot.
"""


class Judge:
    """Judges a problem and a sign-in at one moment."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self.soon = iso(now + EXPIRING_WITHIN)
        """Sign-ins that end later count like those without an end."""
        query = (
            f"SELECT id, ends_at > :now FROM sign_ins WHERE ends_at <= :soon AND NOT {AFRESH.format(s='')}"
        )
        rows = db.execute(query, {"now": iso(now), "soon": self.soon})
        rows.row_factory = None
        self._ending: Mapping[str, int] = dict(rows)
        # Sign-ins end at many times, but a time falls in one of only three ranges.
        self._ends = {0: now, 1: now + EXPIRING_WITHIN, None: None}
        self._now = now
        self._judged: dict[tuple[str, int | None], Standing] = {}

    def pair(self, problem: str, sign_in: str) -> Standing:
        """The standing of one integration. `problem`: empty for none."""
        span = self._ending.get(sign_in)
        standing = self._judged.get((problem, span))
        if standing is None:
            try:
                reason = Reason(problem) if problem else None
            except ValueError:
                raise Trouble(f"A row of the client list can't be read. {REBUILDS}") from None
            self._judged[problem, span] = standing = standing_of(reason, self._ends[span], self._now)
        return standing

    def worst(self, key: str) -> Standing | None:
        """The worst of a standing's pairs; None if it has none."""
        standings = [self.pair(problem, sign_in) for problem, sign_in in pairs(key)]
        if len(standings) == 1:
            return standings[0]
        return max(standings, key=lambda standing: weight(standing.status), default=None)


class Meanings(NamedTuple):
    """What each standing means. `others`: the unusual ones, by number. `soon`: the parameter of `UNUSUAL`."""

    usual: Standing
    others: Mapping[int, Standing | None]
    soon: str


def meanings(db: sqlite3.Connection, now: datetime) -> Meanings:
    """What the standings mean at a moment."""
    judge = Judge(db, now)
    rows = plain(db, f"SELECT id, key FROM standings WHERE {UNUSUAL}", judge.soon)
    return Meanings(
        standing_of(None, None, now), {number: judge.worst(key) for number, key in rows}, judge.soon
    )


def plain(db: sqlite3.Connection, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples: making 100,000 of them takes half the time of named rows, and a third less than sqlite-utils'
    dicts.
    """
    rows = db.execute(query, values)
    rows.row_factory = None
    return rows
