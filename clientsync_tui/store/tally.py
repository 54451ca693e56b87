"""The integrations of one accounting software, counted without reading each."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from ..practice.entries import moment
from ..practice.status import FOR_THE_CLIENT, Reason, Status, standing_of
from .database import Database

_GROUPED = (
    "SELECT s.id, i.problem, s.ends_at, count(*) FROM sign_ins s CROSS JOIN integrations i ON i.sign_in = s.id WHERE s.software = ? "
    "GROUP BY s.id, i.problem"
)


_CLIENTS = (
    "SELECT count(DISTINCT i.client) FROM json_each(?) p CROSS JOIN integrations i ON i.sign_in = json_extract(p.value, '$[0]') "
    "AND i.problem IS json_extract(p.value, '$[1]')"
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many integrations have each status. `reconnectable`: how many a Reconnect all will try, before it is known whom a
    sign-in reaches; `clients`: of how many clients those are."""

    counts: Counter[Status]
    reconnectable: int
    clients: int


def tally(database: Database, software: str, now: datetime) -> Tally:
    """Counts the integrations of `software` by today's status."""
    counts: Counter[Status] = Counter()
    reconnectable = clients = 0
    tried: list[tuple[str, str | None]] = []
    with database.reading() as db:
        for sign_in, problem, ends_at, count in db.execute(_GROUPED, (software,)):
            reason = Reason(problem) if problem else None
            status = standing_of(reason, moment(ends_at), now).status
            counts[status] += count
            if status in (Status.EXPIRED, Status.BROKEN) and reason not in FOR_THE_CLIENT:
                reconnectable += count
                tried.append((sign_in, problem))
        if tried:
            clients = int(db.execute(_CLIENTS, (json.dumps(tried),)).fetchone()[0])
    return Tally(counts, reconnectable, clients)
