"""Who else has the practice open and what they are doing, in words."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ...practice.counted import counted
from ...practice.entries import moment
from ...practice.text import clean
from ...store.home import Here
from ...store.work.workers import Worker
from ..locale_words import moment_words

NAMED = 2
"""The first line names this many people; if there are more, it only counts them."""


def others_here(others: Iterable[Here], me: str) -> str:
    """`Ben and Noor are here`; empty if nobody else is."""
    names = list(dict.fromkeys(other.name for other in others if other.person != me))
    if not names:
        return ""
    if len(names) > NAMED:
        return f"{counted(len(names), 'colleague')} here"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} here"


def lines(others: Sequence[Here], workers: Sequence[Worker], me: str, now: datetime) -> list[str]:
    """A line per window and running job: who, on which host, since when, with which job."""
    rows = [("Person", "Host", "Since", "Job")]
    at_work = list(workers)
    for here in others:
        theirs = [worker for worker in at_work if (worker.person, worker.host) == (here.person, here.host)]
        at_work = [worker for worker in at_work if worker not in theirs]
        name = f"{here.name} (you)" if here.person == me else here.name
        jobs = ", ".join(worker.job for worker in theirs)
        rows.append((name, here.host, moment_words(here.since, now), jobs))
    for worker in at_work:
        since = moment(worker.since)
        name = f"{worker.person} (you)" if worker.person == me else worker.person
        rows.append((name, worker.host, moment_words(since, now) if since else "", worker.job))
    if len(rows) == 1:
        return ["No one else has the practice open, and no job is running."]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        clean("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        for row in rows
    ]
