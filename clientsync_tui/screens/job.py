"""One bulk job: how far it is, what failed and why, and its items. It runs on when the screen is left."""

import time
from datetime import UTC, datetime
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ..actions import JOB, Action
from ..practice.people import SignIn
from ..practice.trouble import Trouble
from ..store.job_items import JobItems
from ..store.jobs import ItemState, Job, JobState
from ..sync import job_words, words
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen, KeyBar, TopBar
from .job_progress import Pace, bar, counts
from .job_rows import COLUMNS, JobRows

POLL_S = 0.25


class JobScreen(ActionScreen):
    """A job of this process or of another one on this host."""

    place: ClassVar[str] = JOB

    def __init__(self, job: str) -> None:
        super().__init__()
        self._id = job
        self._pace = Pace()
        self._job: Job | None = None
        self._failed = -1
        self._starting = False

    def compose(self) -> ComposeResult:
        """Progress, what failed, the items."""
        yield TopBar("Job")
        yield Static(id="progress", markup=False)
        yield Static(id="counts", markup=False)
        yield Static(id="paused", markup=False)
        with VerticalScroll(id="reasons", can_focus=False):
            yield Static(id="reasons_text", markup=False)
        yield SelectTable(COLUMNS, selecting=False, id="items")
        yield Static(id="says", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Shows it, and looks at it again while it runs."""
        super().on_mount()
        self._items = JobItems(self.main.workplace.store.database, self._id)
        table = self.query_one(SelectTable)
        table.ascii_marks = self.main.ascii_marks
        table.focus()
        self._starting = self._id in self.main.engine.running
        self._timer = self.set_interval(POLL_S, self._look)
        self._look()

    @property
    def job(self) -> Job:
        """The job as it was last read."""
        if self._job is None:
            self._job = self.main.workplace.store.jobs.one(self._id)
        return self._job

    @property
    def _goes(self) -> bool:
        """Whether some process is at it."""
        return self.job.state is JobState.RUNNING and not self.job.cut_off

    # Looking

    def _look(self) -> None:
        job = self._job = self.main.workplace.store.jobs.one(self._id)
        if self._goes:
            self._starting = False
            self._pace.look(time.monotonic(), job.total - job.left)
        going = self._goes or self._starting or job.state is JobState.WAITING
        self._timer.resume() if going else self._timer.pause()
        self._show_progress(job)
        self._show_items(job)
        self.refresh_keys()

    def _show_progress(self, job: Job) -> None:
        by = f"{self.main.workplace.software(job.software).title} · " if job.software else ""
        title = f"{job_words.title(job)} · {by}{job_words.state(job)}"
        self.query_one(TopBar).show(title, f"job {job.id} by {job.by}")
        ended = job.total - job.left
        said = f"  {ended:,} of {job.total:,}"
        if self._goes and (pace := self._pace.says(job.left)):
            said += f", {pace}"
        width = max(8, min(40, self.size.width - len(said) - 4))
        marks = self.main.ascii_marks
        _say(self.query_one("#progress", Static), bar(ended, job.total, width, marks) + Content(said))
        _say(self.query_one("#counts", Static), counts(job, 0, marks))
        paused = self.query_one("#paused", Static)
        is_paused = bool(job.left) and not (self._goes or self._starting)
        paused.set_class(is_paused, "shown")
        if is_paused and job.state is not JobState.WAITING:
            says, sign_in = job_words.why_paused(job)
            _say(
                paused,
                Content(says + (" Press r to sign in and resume." if sign_in else " Press r to resume.")),
            )

    def _show_items(self, job: Job) -> None:
        table = self.query_one(SelectTable)
        failed = job.count(ItemState.FAILED)
        if failed != self._failed or table.row_count != job.total:
            self._failed = failed
            self._rows = JobRows(self._items, self.main.ascii_marks)
            table.show(self._rows)
            self._show_reasons()
        elif changed := self._rows.changed():
            table.refresh_rows(changed)
        self._show_says()

    def _show_reasons(self) -> None:
        reasons = [(reason, count) for state, reason, count in self._reasons() if state == ItemState.FAILED]
        lines = [
            f"{count:,} × {job_words.reason(reason)}: {words.REASONS.get(reason, '')}"
            for reason, count in reasons
        ]
        self.query_one("#reasons").set_class(bool(lines), "shown")
        _say(self.query_one("#reasons_text", Static), Content.styled("\n".join(lines), "$text-error"))

    def _reasons(self) -> list[tuple[str, str, int]]:
        return self.main.workplace.store.jobs.reasons(self._id)

    def _show_says(self) -> None:
        id = self.query_one(SelectTable).cursor_id
        items = self._items.fetch([int(id)]) if id is not None else []
        said = f"{items[0].name}: {items[0].says or items[0].state}" if items else ""
        _say(self.query_one("#says", Static), Content(said))

    @on(SelectTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._show_says()

    @on(SelectTable.Opened)
    def _opened(self, event: SelectTable.Opened) -> None:
        items = self._items.fetch([int(event.id)])
        if items and self.main.workplace.store.clients.by_id([items[0].client], datetime.now(UTC)):
            self.main.open("connections", client=items[0].client)
        else:
            self.say("This client is not on the list.", "warning")

    def on_resize(self, event: events.Resize) -> None:
        """On a low screen the items keep the room."""
        self.set_class(event.size.height < 16, "low")
        if self._job is not None:
            self._show_progress(self._job)

    def practice_changed(self) -> None:
        """Somebody else may have cancelled or resumed it."""
        if self.is_mounted:
            self._look()

    def job_ended(self, job: str) -> None:
        """It ended or paused."""
        if job == self._id:
            self._starting = False
            self._look()

    # Acting

    def unavailable(self, action: Action) -> str | None:
        """Why an action cannot be done now."""
        job = self.job
        here = "here" if self._id in self.main.engine.running else "in another window"
        match action.name:
            case "resume_job":
                if self._goes or self._starting:
                    return f"It is running {here}."
                return None if job.left else "Nothing is left to be done."
            case "retry_job":
                if self._goes or self._starting:
                    return "It is still running; what failed can be retried when it has ended."
                return None if self._items.retriable() else "Nothing failed that could be tried again."
            case "cancel_job":
                return None if job.left else "It has ended."
            case _:
                return super().unavailable(action)

    def do_resume_job(self) -> None:
        """Goes on; signs in first where that is what it paused for."""
        _, needs_sign_in = job_words.why_paused(self.job)
        if needs_sign_in and self.job.software:
            from .sign_in import SignInScreen

            self.main.push_screen(SignInScreen(self.job.software), self._signed_in)
        else:
            self._start()

    def _signed_in(self, sign_in: SignIn | None) -> None:
        if sign_in is None:
            return
        if self.job.sign_in not in (None, sign_in.id):
            wanted = self.main.workplace.store.sign_ins.one(str(self.job.sign_in))
            name = wanted.person.email if wanted else "somebody else"
            self.say(
                f"This job was begun as {name}, and you signed in as {sign_in.person.email}: it stays paused."
            )
            return
        self._start()

    def _start(self) -> None:
        self._starting = True
        self._pace = Pace()
        self.main.engine.run_job(self._id)
        self._look()

    def do_retry_job(self) -> None:
        """Tries again what failed: all, or what failed for one reason."""
        reasons = self._items.retriable()
        if len(reasons) == 1:
            self._retry(None)
            return
        from .choose import Choice, Choose

        everything = Choice("", f"All {sum(count for _, count in reasons):,}")
        choices = [
            Choice(r, f"{count:,} × {job_words.reason(r)}", words.REASONS.get(r, "")) for r, count in reasons
        ]
        self.main.push_screen(Choose("Try again what failed", [everything, *choices]), self._retry_chosen)

    def _retry_chosen(self, reason: str | None) -> None:
        if reason is not None:
            self._retry([reason] if reason else None)

    def _retry(self, reasons: list[str] | None) -> None:
        try:
            self.main.workplace.store.jobs.retry(self._id, reasons)
        except Trouble as trouble:
            self.say(trouble)
            return
        self._start()

    def do_cancel_job(self) -> None:
        """Asks, then leaves undone what is not begun."""
        from .confirm import Confirm

        job = self.job
        lines = [
            f"{job.total - job.left:,} that have ended stay as they are.",
            "What is being done is finished; what waits is left undone, and can be retried.",
        ]
        question = f"Cancel the {job.left:,} that are left?"
        self.main.push_screen(Confirm(question, lines, yes="Cancel the job", dangerous=True), self._cancel)

    def _cancel(self, yes: bool | None) -> None:
        if not yes:
            return
        try:
            self.main.workplace.store.jobs.cancel(self._id)
        except Trouble as trouble:
            self.say(trouble)
        self._look()


def _say(widget: Static, content: Content) -> None:
    """Draws only what is new."""
    if widget.content != content:
        widget.update(content)
