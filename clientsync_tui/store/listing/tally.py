"""Counts the integrations of an accounting app without reading each of them."""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from ...practice.entries import moment
from ...practice.status import FOR_THE_CLIENT, Reason, Status, standing_of
from ..database import Database

_GROUPED = (
    "SELECT s.id, i.problem, s.ends_at, s.used_at, count(*) FROM sign_ins s CROSS JOIN integrations i ON i.sign_in = s.id WHERE s.software = ? "
    "GROUP BY s.id, i.problem"
)


_CLIENTS = (
    "SELECT count(DISTINCT i.client) FROM json_each(?) p CROSS JOIN integrations i ON i.sign_in = json_extract(p.value, '$[0]') "
    "AND i.problem IS json_extract(p.value, '$[1]')"
)

Group = tuple[str, str | None]
"""A sign-in, and the problems of its integrations."""

OUT_OF_REACH = frozenset({Reason.ACCESS_REMOVED, Reason.DISCONNECTED_THERE})
"""Means that the sign-in does not list the organisation."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many integrations have each status. `reconnectable`: how many Reconnect all will try. `clients`: how many clients
    these belong to. `broken_clients`: how many of those have a broken one. `left`: how many expired or broken ones it will
    not try.
    """

    counts: Counter[Status]
    reconnectable: int
    clients: int
    broken_clients: int = 0
    left: int = 0


def tally(database: Database, software: str, now: datetime, used: str | None = None) -> Tally:
    """Counts the integrations of `software` by today's status.

    `used`: the sign-in that Reconnect all will use, if one works. It can't reach those of its own integrations that it no
    longer lists.
    """
    counts: Counter[Status] = Counter()
    reconnectable = left = 0
    tried: dict[Status, list[Group]] = {Status.EXPIRED: [], Status.BROKEN: []}
    with database.reading() as db:
        for sign_in, problem, ends_at, used_at, count in db.execute(_GROUPED, (software,)):
            reason = Reason(problem) if problem else None
            status = standing_of(reason, moment(ends_at), now, moment(used_at)).status
            counts[status] += count
            if status not in tried:
                continue
            if reason in FOR_THE_CLIENT or (sign_in == used and reason in OUT_OF_REACH):
                left += count
            else:
                reconnectable += count
                tried[status].append((sign_in, problem))
        broken = _clients(db, tried[Status.BROKEN])
        clients = _clients(db, tried[Status.BROKEN] + tried[Status.EXPIRED])
    return Tally(counts, reconnectable, clients, broken, left)


def _clients(db: sqlite3.Connection, groups: list[Group]) -> int:
    return int(db.execute(_CLIENTS, (json.dumps(groups),)).fetchone()[0]) if groups else 0
