"""The first line of the client list: the practice, who is signed in where, and the progress of running jobs."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from ...practice.people import SignIn
from ...sync.sign_in_words import by_person
from ...widgets.top_bar import TopBar
from ..main import Main
from ..titles import title

if TYPE_CHECKING:
    from ...store.jobs import Job

LOOK_S = 1.0
"""How often to check running jobs, because a job whose process was killed does not report it."""


class ListHeader(TopBar):
    """Checks jobs by itself while some are running."""

    def __init__(self) -> None:
        super().__init__("Clients")
        self._held: Sequence[SignIn] = ()
        self._jobs: Sequence[Job] = ()
        self._is_looking = False

    @property
    def main(self) -> Main:
        """The app."""
        return cast(Main, self.app)  # pyright: ignore[reportUnknownMemberType]

    def say(self, held: Sequence[SignIn], running: "Sequence[Job]" = ()) -> None:
        """Shows who holds a sign-in, and these jobs."""
        self._held, self._jobs = held, running
        workplace, ascii_marks = self.main.workplace, self.main.ascii_marks
        name, apps = workplace.config.practice.name, workplace.config.software
        now = datetime.now(UTC)
        rights = by_person(held, apps, partial(title, workplace), now, ascii_marks=ascii_marks)
        if running:
            from ...sync.jobs.job_words import progress

            words = progress(running, ascii_marks=ascii_marks)
            rights = [*(f"{words}     {right}" for right in rights), words]
            self._look_later()
        self.show(f"{name} · Clients" if name else "Clients", *rights)

    def _look_later(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            self.set_timer(LOOK_S, self._look)

    def _look(self) -> None:
        self._is_looking = False
        self.run_worker(self._read_jobs, group="jobs", exclusive=True, exit_on_error=False)

    async def _read_jobs(self) -> None:
        running = await asyncio.to_thread(self.main.workplace.store.jobs.running)
        self.say(self._held, running)
