"""How fast a job is, measured by watching it, so that it also works for a job of another process."""

from collections import deque

from textual.content import Content

from ...store.jobs import ItemState, Job
from ...sync.jobs import job_words

WINDOW_S = 30.0
"""The rate over the last half minute, because limits of a minute make jobs advance in steps."""


class Pace:
    """A job's rate and remaining time, from repeated looks at it."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()

    def look(self, now: float, ended: int) -> None:
        """Records that `ended` items had ended at `now` (seconds of a monotonic clock)."""
        self._looks.append((now, ended))
        while now - self._looks[0][0] > WINDOW_S:
            self._looks.popleft()

    def a_second(self) -> float | None:
        """Items per second; None until enough has been seen."""
        if not self._looks or self._looks[-1][0] - self._looks[0][0] < 1:
            return None
        (since, first), (now, last) = self._looks[0], self._looks[-1]
        return (last - first) / (now - since)

    def says(self, left: int) -> list[str]:
        """ "118 a minute, 6 minutes left", then shorter forms; empty until the rate is known."""
        rate = self.a_second()
        if not rate or not left:
            return []
        a_minute, time_left = rate * 60, f"{job_words.span(left / rate)} left"
        return [f"{a_minute:,.0f} a minute, {time_left}", time_left] if a_minute >= 1 else [time_left]


def bar(done: int, total: int, width: int, ascii_marks: bool) -> Content:
    """A bar with `width` cells."""
    full = width * done // total if total else width
    marks = ("#", "-") if ascii_marks else ("━", "─")
    return Content.assemble((marks[0] * full, "$text-success"), (marks[1] * (width - full), "$text-muted"))


def counts(job: Job, held_up: int, ascii_marks: bool) -> Content:
    """The results so far. `held_up`: organisations whose calls wait for the app's limit."""
    symbols = job_words.ASCII_SYMBOLS if ascii_marks else job_words.SYMBOLS
    styles = {ItemState.DONE: "$text-success", ItemState.FAILED: "$text-error"}
    doing = job_words.in_progress(job)
    parts: list[tuple[str, str]] = []
    for state, count, name in (
        (ItemState.DONE, job.count(ItemState.DONE), "done"),
        (ItemState.FAILED, job.failed, "failed"),
        *([(ItemState.SKIPPED, job.impossible, job_words.NOT_POSSIBLE)] if job.impossible else []),
        (ItemState.SKIPPED, job.count(ItemState.SKIPPED), "skipped"),
        *([(ItemState.DOING, doing, "in progress")] if doing else []),
        (ItemState.WAITING, job.left - doing, "waiting"),
    ):
        parts.append(
            (f"{symbols[state]} {count:,} {name}   ", styles.get(state, "") if count else "$text-muted")
        )
    if held_up:
        parts.append((f"{held_up:,} waiting for the limit", "$text-warning"))
    return Content.assemble(*parts)
