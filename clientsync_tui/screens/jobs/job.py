"""A bulk job: its progress, what failed and why, and its items. It keeps running when you leave the screen."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ...app.actions import JOB, Action
from ...store.jobs import ItemState, Job
from ...sync import plan_words
from ...sync.jobs import job_words
from ...sync.locale_words import number
from ...widgets.beside import Beside
from ...widgets.details_pane import DetailsPane
from ...widgets.select_table.table import SelectTable
from ..base import ActionScreen, KeyBar, TopBar
from .job_actions import JOB_ACTIONS, JobActions
from .job_details import of_item
from .job_progress import Pace, bar, counts
from .job_rows import COLUMNS, JobRows

if TYPE_CHECKING:
    from ..copying import Copyable

POLL_S = 0.25


class JobScreen(ActionScreen):
    """A job run by this process or another one."""

    place: ClassVar[str] = JOB

    def __init__(self, job: str, *, lead: bool = False) -> None:
        """`lead`: the user has just started it and is taken to the consents it needs."""
        super().__init__()
        self.job_actions = JobActions(self)
        self._job_id = job
        self._pace = Pace()
        self._job: Job | None = None
        self._failed = -1
        self._failures_only = False
        self._to_lead = lead

    def compose(self) -> ComposeResult:
        """The progress, what failed, and the items."""
        yield TopBar("Job")
        yield Static(id="progress", markup=False)
        yield Static(id="counts", markup=False)
        yield Static(id="paused", markup=False)
        with VerticalScroll(id="reasons", can_focus=False):
            yield Static(id="reasons_text", markup=False)
        with Beside():
            yield SelectTable(COLUMNS, selecting=False, id="items")
            yield DetailsPane()
        yield Static(id="says", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Shows it, and refreshes while it runs."""
        self._read = self.main.workplace.store.job_items(self._job_id)
        table = self.query_one(SelectTable)
        table.ascii_marks = self.main.ascii_marks
        table.focus()
        self._timer = self.set_interval(POLL_S, self.practice_changed)
        self._look()

    @property
    def job(self) -> Job:
        """The job as last read."""
        if self._job is None:
            self._job = self.main.workplace.store.jobs.one(self._job_id)
        return self._job

    # Refreshing

    def _look(self) -> None:
        job = self._job = self.main.workplace.store.jobs.one(self._job_id)
        if job.is_running:
            self._pace.look(time.monotonic(), job.total - job.left)
        going = self.job_actions.is_going(job)
        self._timer.resume() if going else self._timer.pause()
        if self._to_lead and not going:
            self._lead(job)
        self._show_progress(job)
        self._show_items(job)
        self.refresh_keys()

    def _lead(self, job: Job) -> None:
        """If the job waits for consents, one per organisation, takes the user to the first one automatically, once."""
        one_each = any(
            self.main.workplace.any_software(name).organisations_per_sign_in == "one"
            for name in self.main.workplace.store.jobs.waiting(job.id)
        )
        # If the job was read before it ended, or another screen covers this one, the next refresh leads there.
        if one_each and job_words.why_paused(job)[1] and self.is_on_top:
            self._to_lead = False
            self.call_later(self.job_actions.resume)

    def _show_progress(self, job: Job) -> None:
        by = f"{self.main.workplace.any_software(job.software).title} · " if job.software else ""
        title = f"{job_words.title(job)} · {by}{job_words.state(job)}"
        self.query_one(TopBar).show(title, f"job {job.id} by {job.by}")
        ended = job.total - job.left
        progress = f"  {number(ended)} of {job_words.things(job.kind, job.total)}"
        if not job.left and (added := job_words.added(self.main.workplace.store.jobs, job)):
            progress += f": {added}"
        if job.is_running:
            # The shorter text if the longer one doesn't fit beside the bar.
            progress += next(
                (
                    f", {p}"
                    for p in self._pace.says(job.left)
                    if len(progress) + len(p) + 14 < self.size.width
                ),
                "",
            )
        width = max(8, min(40, self.size.width - len(progress) - 4))
        marks = self.main.ascii_marks
        _say(self.query_one("#progress", Static), bar(ended, job.total, width, marks) + Content(progress))
        _say(self.query_one("#counts", Static), counts(job, self._held_up(job), marks))
        paused = self.query_one("#paused", Static)
        is_paused = bool(job.left) and not self.job_actions.is_going(job)
        paused.set_class(is_paused, "shown")
        if is_paused:
            why, sign_in = job_words.why_paused(job)
            how = (
                "Press {job.resume_job} to sign in and resume."
                if sign_in
                else "Press {job.resume_job} to resume."
            )
            _say(paused, Content(f"{why} {self.keyed(how)}"))

    def _held_up(self, job: Job) -> int:
        if job.id not in self.main.engine.running:
            return 0
        softwares = [job.software] if job.software else [s.name for s in self.main.workplace.softwares()]
        return sum(map(self.main.engine.held_up, softwares))

    def _show_items(self, job: Job) -> None:
        table = self.query_one(SelectTable)
        failed = job.count(ItemState.FAILED)
        if failed != self._failed or (not self._failures_only and table.row_count != job.total):
            self._failed = failed
            at_top = table.row_count == 0 or table.cursor_id == self._rows.order()[0]
            self._rows = JobRows(self._read, job, self.main.ascii_marks, failures_only=self._failures_only)
            table.empty_text = "Nothing has failed so far." if self._failures_only else ""
            table.show(self._rows)
            if at_top:
                # Failures come first, unless the user has moved the cursor.
                table.move_cursor(0)
            self._show_reasons(job)
        elif changed := self._rows.changed():
            table.refresh_rows(changed)
        self._show_says()

    def _show_reasons(self, job: Job) -> None:
        failed = self.main.workplace.store.jobs.failures(self._job_id)
        counted = [
            f"{number(count)} × {'' if tried else 'not possible: '}{plan_words.short(job.kind, reason)}"
            for tried, reason, count in failed
        ]
        sentences = {reason: sentence for reason, _, sentence in self._read.retriable()}
        if self.has_class("low"):
            reasons = ", ".join(counted)
        else:
            reasons = "\n".join(
                f"{count}: {job_words.sentence(reason, sentences.get(reason))}"
                for count, (_, reason, _) in zip(counted, failed, strict=True)
            )
        self.query_one("#reasons").set_class(bool(reasons), "shown")
        style = "$text-error" if any(tried for tried, _, _ in failed) else "$text-muted"
        _say(self.query_one("#reasons_text", Static), Content.styled(reasons, style))

    def _show_says(self) -> None:
        id = self.query_one(SelectTable).cursor_id
        items = self._read.fetch([int(id)]) if id is not None else []
        software = self.main.workplace.any_software
        details = of_item(items[0], software(items[0].software).title) if items else ()
        self.query_one(DetailsPane).show(tuple(details))
        message = f"{items[0].name}: {items[0].says or job_words.item_state(items[0])}" if items else ""
        says = self.query_one("#says", Static)
        # The pane shows it too.
        says.display = not self.query_one(Beside).has_details
        _say(says, Content(message))

    @on(SelectTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._show_says()

    @on(SelectTable.Opened)
    def _opened(self, event: SelectTable.Opened) -> None:
        items = self._read.fetch([int(event.id)])
        if items and self.main.workplace.store.clients.by_id([items[0].client], datetime.now(UTC)):
            self.main.open("connections", client=items[0].client)
        else:
            self.say("This client is not on the list.", "warning")

    def on_resize(self, event: events.Resize) -> None:
        """On a low screen, the items keep the space."""
        self.set_class(event.size.height < 16, "low")
        if self._job is not None:
            self._show_progress(self._job)
            self._show_reasons(self._job)
            self.call_after_refresh(self._show_says)

    def practice_changed(self) -> None:
        """A colleague may have cancelled or resumed it."""
        if self.is_there:
            self._look()

    def job_ended(self, job: str) -> None:
        """The job ended or paused."""
        if job == self._job_id:
            # A short job can end before its screen is there, which then shows the result.
            self.practice_changed()

    def copyable(self) -> "Sequence[Copyable]":
        """The item under the cursor, then the job."""
        from ..copying import Copyable

        id = self.query_one(SelectTable).cursor_id
        items = self._read.fetch([int(id)]) if id is not None else []
        found: list[Copyable] = []
        for item in items:
            found.append(Copyable("Client", item.name, "n"))
            if item.says:
                found.append(Copyable("What happened", f"{item.name}: {item.says}", "e"))
        return [*found, *self.job_actions.copyable()]

    # Acting

    def unavailable(self, action: Action) -> str | None:
        """Why an action can't be used now."""
        if (
            action.name == "failures_only"
            and not self._failures_only
            and not self.job.count(ItemState.FAILED)
        ):
            return "Nothing failed."
        return self.job_actions.unavailable(action) if action in JOB_ACTIONS else super().unavailable(action)

    def doing(self, name: str) -> Callable[[], object] | None:
        """The method that performs the action with that name."""
        return self.job_actions.doing(name) or super().doing(name)

    def commands(self) -> Sequence[tuple[str, str]]:
        """What can be done with the job."""
        return self.job_actions.commands()

    def label_of(self, action: Action) -> str:
        """Once only failures are shown, the same key shows all items again."""
        shows_all = action.name == "failures_only" and self._failures_only
        return "All items" if shows_all else super().label_of(action)

    def do_failures_only(self) -> None:
        """Shows only failures, or all items again."""
        self._failures_only = not self._failures_only
        # The order has to be read again.
        self._failed = -1
        self._show_items(self.job)

    @property
    def instead_of_leaving(self) -> str:
        """A command's job would be stopped by ctrl+c."""
        return "Press {job.cancel_job} to cancel this job." if self.job.left else ""

    def chosen_job(self) -> Job | None:
        """The shown job."""
        return self.job

    def job_touched(self, job: Job, *, started: bool) -> None:
        """Refreshes."""
        if started:
            self._pace = Pace()
        self._look()


def _say(widget: Static, content: Content) -> None:
    """Redraws only what has changed."""
    if widget.content != content:
        widget.update(content)
