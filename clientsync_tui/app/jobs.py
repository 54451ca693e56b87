"""Starts this program's jobs on the network's thread. When one ends, shows a message and the terminal's own notification."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..practice.trouble import SignInNeeded, Trouble
from ..terminal import notifications

if TYPE_CHECKING:
    from textual.app import App

    from ..store.jobs import Job
    from ..sync.jobs.engine import Engine
    from ..workplace import Workplace
    from .news import News

SHOW_IT_THEMSELVES = ("JobScreen", "ConsentsScreen")
"""Screens that already show a job's end and what it needs from the user."""


class Jobs:
    """The engine, and what happens when a job ends."""

    def __init__(
        self, app: "App[Any]", workplace: "Workplace", news: "News", write: Callable[[str], None]
    ) -> None:
        """`write` sends a sequence to the terminal."""
        self._app = app
        self._workplace = workplace
        self._news = news
        self._write = write
        self._engine: Engine | None = None

    @property
    def engine(self) -> "Engine":
        """The engine with the network's thread, which starts with the first call."""
        if self._engine is None:
            from ..sync.jobs.engine import Engine

            self._engine = Engine(self._workplace.session, self._workplace.store.jobs.one, self._ended)
        return self._engine

    @property
    def are_running(self) -> bool:
        """Whether quitting now would interrupt a job."""
        return self._engine is not None and bool(self._engine.running)

    def close(self) -> None:
        """Stops following a server, and the jobs. Unfinished ones can be resumed at the next start."""
        self._news.stop()
        if self._engine is not None:
            self._engine.close()

    def _ended(self, job: "Job", trouble: Trouble | None) -> None:
        if self._app.is_running:
            self._app.call_later(self._announce_end, job, trouble)

    def _announce_end(self, job: "Job", trouble: Trouble | None) -> None:
        from ..sync.jobs.job_words import recap_with_added, title

        app = self._app
        self._news.announce("job_ended", job.id)
        heading, message = (
            f"{title(job)}: {'paused' if trouble else 'ended'}",
            str(trouble or recap_with_added(self._workplace.store.jobs, job)),
        )
        is_shown = type(app.screen).__name__ in SHOW_IT_THEMSELVES
        if not is_shown or (trouble and not isinstance(trouble, SignInNeeded)):
            severity = "error" if trouble else "information"
            app.notify(message, title=heading, severity=severity, markup=False, timeout=15)
        if not (is_shown and app.app_focus):
            self._write(notifications.sequence(heading, message, self._workplace.config.screen.notices))
