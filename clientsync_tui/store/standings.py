"""What the numbered standings mean today."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from ..practice.entries import iso
from ..practice.status import EXPIRING_WITHIN, SEVERITY, Reason, Standing, standing_of
from .derive import pairs


class Judge:
    """Says what a problem and a sign-in come to at one moment.

    A practice may have a sign-in for each of 100,000 clients, so `standing_of` is asked once for each problem and each of the three
    spans that a sign-in's end can fall into, not once for each sign-in.
    """

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._ends: Mapping[str, str | None] = dict(db.execute("SELECT id, ends_at FROM sign_ins").fetchall())
        self._now = now
        self._bounds = (iso(now), iso(now + EXPIRING_WITHIN))
        self._judged: dict[tuple[str, int | None], Standing] = {}

    def pair(self, problem: str, sign_in: str) -> Standing:
        """What one integration comes to. `problem`: empty for none."""
        ends = self._ends.get(sign_in)
        span = None if ends is None else (ends > self._bounds[0]) + (ends > self._bounds[1])
        standing = self._judged.get((problem, span))
        if standing is None:
            end = None if span is None else self._now + span * EXPIRING_WITHIN
            standing = standing_of(Reason(problem) if problem else None, end, self._now)
            self._judged[problem, span] = standing
        return standing

    def worst(self, key: str) -> Standing | None:
        """What a standing comes to: the worst of its pairs; None without any."""
        each = [self.pair(problem, sign_in) for problem, sign_in in pairs(key)]
        if len(each) < 2:
            return each[0] if each else None
        return max(each, key=lambda standing: SEVERITY[standing.status])


def standings(db: sqlite3.Connection, now: datetime) -> dict[int, Standing | None]:
    """What each numbered standing means today (None: no integration)."""
    judge = Judge(db, now)
    return {number: judge.worst(key) for number, key in db.execute("SELECT id, key FROM standings")}
