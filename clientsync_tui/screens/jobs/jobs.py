"""The list of the practice's bulk jobs, newest first."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult

from ...app.actions import JOBS, Action
from ...practice.entries import moment
from ...store.jobs import ItemState, Job, JobState
from ...sync.jobs import job_words
from ...sync.locale_words import counted, moment_words, number
from ...widgets.beside import Beside
from ...widgets.details_pane import DetailsPane
from ...widgets.select_table.list_rows import ListRows
from ...widgets.select_table.rows import Cell, Column, Row
from ...widgets.select_table.table import SelectTable
from ..base import NOTHING_TO_COPY, ActionScreen, KeyBar, TopBar
from .job_actions import JOB_ACTIONS, JobActions
from .job_details import of_job

if TYPE_CHECKING:
    from ..copying import Copyable

COLUMNS = (
    Column("when", "Started", 12, keep=5, sortable=False),
    Column("kind", "Job", 11, flex=1, keep=9, sortable=False, most=24),
    Column("state", "State", 9, keep=8, sortable=False),
    Column("software", "App", 11, keep=2, sortable=False, most=20),
    Column("done", "Done", 6, keep=7, align="right", sortable=False),
    Column("failed", "Failed", 6, keep=6, align="right", sortable=False),
    Column("impossible", "Not possible", 12, keep=0, align="right", sortable=False),
    Column("skipped", "Skipped", 7, keep=1, align="right", sortable=False),
    Column("left", "Waiting", 7, keep=4, align="right", sortable=False),
    Column("by", "By", 14, flex=1, keep=3, sortable=False, most=40),
)
STYLES = {JobState.DONE: "ok", JobState.PAUSED: "warning", JobState.CANCELLED: "muted"}


class JobsScreen(ActionScreen):
    """All jobs; Enter opens one."""

    place: ClassVar[str] = JOBS
    extra: ClassVar = JOB_ACTIONS

    def __init__(self) -> None:
        super().__init__()
        self.job_actions = JobActions(self)
        self._jobs: dict[str, Job] = {}

    def compose(self) -> ComposeResult:
        """The jobs, and the one under the cursor."""
        yield TopBar("Jobs")
        with Beside():
            yield SelectTable(COLUMNS, selecting=False, id="jobs")
            yield DetailsPane()
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads them."""
        table = self.query_one(SelectTable)
        table.ascii_marks = self.main.ascii_marks
        table.empty_text = self.keyed(
            "No bulk jobs have run here. Press {everywhere.client_sync} to open Client Sync and start one."
        )
        table.focus()
        self._read()

    def _read(self) -> None:
        jobs = {job.id: job for job in self.main.workplace.store.jobs.all()}
        if jobs != self._jobs:
            self._jobs = jobs
            now = datetime.now(UTC)
            self.query_one(SelectTable).show(
                ListRows(COLUMNS, [self._row(job, now) for job in jobs.values()])
            )
            left = sum(bool(job.left) and not self.job_actions.is_going(job) for job in jobs.values())
            self.query_one(TopBar).show("Jobs", f"{counted(left, 'job')} to resume" if left else "")
            self._show_details()
        self.refresh_keys()

    def _row(self, job: Job, now: datetime) -> Row:
        started = moment(job.started_at)
        cells = (
            moment_words(started, now) if started else "",
            job_words.title(job),
            Cell(job_words.state(job), "warning" if job.cut_off else STYLES.get(job.state, "")),
            self._apps(job),
            number(job.count(ItemState.DONE)),
            Cell(number(job.failed), "error" if job.failed else "muted"),
            number(job.impossible),
            number(job.count(ItemState.SKIPPED)),
            number(job.left),
            job.by,
        )
        return Row(job.id, cells)

    def _apps(self, job: Job) -> str:
        workplace = self.main.workplace
        return ", ".join(workplace.any_software(name).title for name in workplace.store.jobs.softwares(job))

    def chosen_job(self) -> Job | None:
        """The one under the cursor."""
        id = self.query_one(SelectTable).cursor_id if self.is_mounted else None
        return self._jobs.get(str(id))

    def job_touched(self, job: Job, *, started: bool) -> None:
        """Shows a resumed job."""
        if started:
            self.main.open("job", job=job.id)
        else:
            self._read()

    @on(SelectTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._show_details()
        self.refresh_keys()

    def _show_details(self) -> None:
        self.run_worker(self._read_details(), group="details", exclusive=True, exit_on_error=False)

    async def _read_details(self) -> None:
        job, pane = self.chosen_job(), self.query_one(DetailsPane)
        if job is None:
            pane.show(())
            return
        workplace = self.main.workplace
        app = self._apps(job)
        found = await asyncio.to_thread(
            lambda: tuple(
                of_job(workplace.store, job, app, datetime.now(UTC), ascii_marks=self.main.ascii_marks)
            )
        )
        if job is self.chosen_job():
            pane.show(found)

    @on(SelectTable.Opened)
    def _opened(self, event: SelectTable.Opened) -> None:
        self.main.open("job", job=str(event.id))

    def practice_changed(self) -> None:
        """A job advanced, here or in another window."""
        if self.is_there:
            self._read()

    def job_ended(self, job: str) -> None:
        """A job ended or paused."""
        self.practice_changed()

    # Acting

    def unavailable(self, action: Action) -> str | None:
        """Why an action can't be used now."""
        if action.name == "copy" and self.chosen_job() is None:
            return NOTHING_TO_COPY
        return self.job_actions.unavailable(action) if action in JOB_ACTIONS else super().unavailable(action)

    def doing(self, name: str) -> Callable[[], object] | None:
        """The method that performs the action with that name."""
        return self.job_actions.doing(name) or super().doing(name)

    def copyable(self) -> "Sequence[Copyable]":
        """The job under the cursor."""
        return self.job_actions.copyable()

    def commands(self) -> Sequence[tuple[str, str]]:
        """What can be done with the job under the cursor."""
        return self.job_actions.commands()
