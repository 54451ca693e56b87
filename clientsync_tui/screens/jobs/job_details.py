"""What the jobs list shows beside it about the job under the cursor, and a job about its item under the cursor."""

from collections.abc import Iterator
from datetime import datetime

from ...practice.entries import moment
from ...store.store import Store
from ...store.work.rows import Item, ItemState, Job
from ...sync import plan_words
from ...sync.jobs import job_words
from ...sync.locale_words import moment_words
from ...sync.words import REASONS, SHORT
from ...widgets.details_pane import Line, line

FAILED = 50
"""How many failed items are named."""
TITLE = 17
"""The width of the titles."""


def of_job(store: Store, job: Job, app: str, now: datetime, *, ascii_marks: bool) -> Iterator[Line]:
    """Its progress, its result, and what failed."""
    heading = " · ".join(filter(None, (job_words.title(job), app)))
    yield line(heading, "heading", right=f"job {job.id}")
    yield Line(((f"{job_words.state(job)}, by {job.by}", "muted"),))
    yield Line()
    yield line(job_words.recap_with_added(store.jobs, job))
    for title, at in (("Started", job.started_at), ("Ended", job.ended_at)):
        if found := moment(at):
            yield _titled(title, moment_words(found, now))
    if job.left and not job.is_running:
        says, _ = job_words.why_paused(job)
        yield Line()
        yield line(says, "warning")
    failed = store.jobs.failures(job.id)
    if failed:
        yield Line()
        yield line("What failed", "heading")
    for was_tried, reason, count in failed:
        style = "error" if was_tried else "muted"
        words = plan_words.short(job.kind, reason) or "failed"
        yield Line(((f"{count:,} × {words}", style), (f"  {REASONS.get(reason, '')}", "")), 2)
    symbols = job_words.ASCII_SYMBOLS if ascii_marks else job_words.SYMBOLS
    for item in store.jobs.items(job.id, ItemState.FAILED, most=FAILED) if failed else ():
        yield Line(
            (
                (f"{symbols[item.state]} {item.name}", ""),
                (f"  {plan_words.short(job.kind, item.reason)}", "muted"),
            ),
            2,
        )


def of_item(item: Item, app: str) -> Iterator[Line]:
    """What happened to it, in full."""
    style = {ItemState.DONE: "ok", ItemState.FAILED: "error"}.get(item.state, "muted")
    yield line(item.name, "heading")
    yield line(job_words.item_state(item), style)
    if item.reason:
        yield Line()
        yield line(item.says or REASONS.get(item.reason, SHORT.get(item.reason, item.reason)))
    yield Line()
    yield _titled("App", app)
    if item.organisation_name:
        yield _titled("Organisation", item.organisation_name)
    yield _titled("Organisation id", item.organisation_id)


def _titled(title: str, text: str) -> Line:
    return Line(((title.ljust(TITLE), "muted"), (text, "")), TITLE)
