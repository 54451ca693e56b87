"""Offers at the start to resume what an earlier run left undone; nothing is done twice."""

from collections.abc import Sequence

from ...store.jobs import Job
from ...sync.jobs import job_words
from ...sync.kinds.seam.kind import Unit
from ...sync.kinds.seam.registry import kinds
from ...sync.plan_words import things
from ..clients.clients_view import ClientsView
from ..dialogues.confirm import Confirm

LOOK_EVERY_S = 1.0


class ResumeOffer(Confirm):
    """Asks whether to resume these jobs. Closes when a colleague resumes or ends them first."""

    def __init__(self, clients: ClientsView, jobs: Sequence[Job]) -> None:
        units = {kind.unit for job in jobs if (kind := kinds().get(job.kind))}
        unit = next(iter(units)) if len(units) == 1 else Unit.INTEGRATION
        left = things(unit, sum(job.left for job in jobs))
        if len(jobs) == 1:
            question = f"{job_words.title(jobs[0])} was interrupted with {left} left. Resume it?"
            super().__init__(
                question,
                [job_words.why_paused(jobs[0])[0]],
                yes="Resume",
                no="Not now",
                dangerous=job_words.ends_something(jobs[0]),
            )
        else:
            super().__init__(
                f"{len(jobs)} jobs were interrupted with {left} left. See them?", yes="See them", no="Not now"
            )
        self._clients = clients
        self._offered = {job.id for job in jobs}

    def on_mount(self) -> None:
        """Keeps checking."""
        self.set_interval(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        left = {job.id for job in self._clients.store.jobs.unfinished()}
        if not self._offered <= left and self.is_current:
            self.dismiss(False)
            self._clients.offer_jobs()


def offer(clients: ClientsView, jobs: Sequence[Job]) -> None:
    """Asks if there is a job to resume and the user is still at the client list."""
    main = clients.main
    if not jobs or not clients.is_on_top:
        return

    def answered(yes: bool | None) -> None:
        if yes and len(jobs) == 1:
            main.run_job(jobs[0].id)
        elif yes:
            main.open("jobs")

    main.push_screen(ResumeOffer(clients, jobs), answered)
