"""What can be done with a job, from its own screen and from the list of jobs."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ...accounting.seam.software import Software
from ...app.actions import JOB, Action, named
from ...practice.people import SignIn
from ...practice.trouble import Trouble
from ...store.jobs import Job
from ...store.work.job_items import JobItems
from ...sync import plan_words
from ...sync.jobs import job_words
from ..main import Asker, Main

if TYPE_CHECKING:
    from ..copying import Copyable


JOB_ACTIONS = named(JOB, "resume_job", "retry_job", "cancel_job")


class ShowsJob(Asker, Protocol):
    """A screen that shows a job, or a list with one under the cursor."""

    def chosen_job(self) -> Job | None:
        """The job that a key refers to."""
        ...

    def job_touched(self, job: Job, *, started: bool) -> None:
        """Something was done with the job, so it must be read again. `started`: it will run in a moment."""
        ...

    def why_not(self, action: Action) -> str | None:
        """Why an action can't be used now."""
        ...


def _waiting(job: Job, count: int) -> str:
    """`2 integrations wait`"""
    return f"{job_words.things(job.kind, count)} {'waits' if count == 1 else 'wait'}"


class JobActions:
    """Resume, retry and cancel the job that a screen names."""

    def __init__(self, screen: ShowsJob) -> None:
        self._screen = screen

    @property
    def main(self) -> Main:
        """The app."""
        return self._screen.main

    def doing(self, name: str) -> Callable[[], object] | None:
        """The method that performs the action with that name."""
        return {"resume_job": self.resume, "retry_job": self.retry, "cancel_job": self.cancel}.get(name)

    def copyable(self) -> "Sequence[Copyable]":
        """The job's id and its result."""
        from ..copying import Copyable

        if (job := self._screen.chosen_job()) is None:
            return ()
        summary = f"{job_words.title(job)}: {job_words.state(job)}"
        return [Copyable("Job", job.id, "i"), Copyable("Summary", summary, "s")]

    def commands(self) -> "Sequence[tuple[str, str]]":
        """The commands for all jobs, and for this one."""
        from ...sync.as_command import command

        found = [("Jobs", command("jobs"))]
        if (job := self._screen.chosen_job()) is not None:
            found += [
                (action.title, command(*action.command.split(), job.id))
                for action in JOB_ACTIONS
                if self._screen.why_not(action) is None
            ]
        return found

    def is_going(self, job: Job) -> bool:
        """Whether it is running, or about to."""
        return job.is_running or job.id in self.main.engine.running

    def unavailable(self, action: Action) -> str | None:
        """Why one of `JOB_ACTIONS` can't be used now."""
        job = self._screen.chosen_job()
        if job is None:
            return "There is no job."
        if action.name == "cancel_job":
            return None if job.left else "It has ended."
        if self.is_going(job):
            where = "here" if job.id in self.main.engine.running else "in another window"
            return f"It is running {where}. You can retry what fails when it has ended."
        if action.name == "resume_job":
            return None if job.left else "Nothing is left to do."
        return None if self._items(job).retriable() else "No failed or cancelled items can be retried."

    def _items(self, job: Job) -> JobItems:
        return self.main.workplace.store.job_items(job.id)

    def resume(self) -> None:
        """Resumes it; signs in first if that is what it paused for."""
        job = self._screen.chosen_job()
        if job is not None:
            self._ask(job, job.left, partial(self._resume, job))

    def _ask(self, job: Job, count: int, go_on: Callable[[], object]) -> None:
        """If a job will end something, says what and asks; otherwise calls `go_on` at once."""
        if not job_words.ends_something(job):
            go_on()
            return
        from ..dialogues.confirm import Confirm

        lines = [f"Job {job.id} by {job.by}. {job_words.to_do(job, count)}."]
        confirm = Confirm(job_words.question(job, count), lines, yes=job_words.title(job), dangerous=True)
        self.main.push_screen(confirm, lambda yes: go_on() if yes else None)

    def _resume(self, job: Job) -> None:
        why, needs_sign_in = job_words.why_paused(job)
        waiting = self.main.workplace.store.jobs.waiting(job.id)
        if not (needs_sign_in and waiting):
            self._start(job)
            return
        softwares = {name: self.main.workplace.any_software(name) for name in waiting}

        def chosen(name: str | None) -> None:
            if name is not None:
                self._sign_in(job, softwares[name], why)

        if len(softwares) == 1:
            chosen(next(iter(softwares)))
            return
        from ..dialogues.choose import Choice, Choose

        choices = [
            Choice(name, software.title, _waiting(job, waiting[name])) for name, software in softwares.items()
        ]
        self.main.push_screen(Choose("Sign in to", choices), chosen)

    def _sign_in(self, job: Job, software: Software, why: str) -> None:
        """Signs in for what a job waits for: once, or once per organisation."""
        if software.organisations_per_sign_in == "one":
            from ..client_sync.consents import consents_of

            run = consents_of(self._screen, job.id, software.name)
            self.main.push_screen(run, lambda _: self._screen.job_touched(job, started=False))
            return
        from ..client_sync.sign_in import SignInScreen

        self.main.push_screen(SignInScreen(software.name, why), lambda sign_in: self._signed_in(job, sign_in))

    def _signed_in(self, job: Job, sign_in: SignIn | None) -> None:
        if sign_in is None:
            return
        if job.sign_in not in (None, sign_in.id):
            wanted = self.main.workplace.store.sign_ins.one(str(job.sign_in))
            name = wanted.person.email if wanted else "someone else"
            self._screen.say(
                f"This job runs as {name}, but you signed in as {sign_in.person.email}, so it stays paused."
            )
            return
        self._start(job)

    def _start(self, job: Job) -> None:
        self.main.engine.run_job(job.id)
        self._screen.job_touched(job, started=True)

    def retry(self) -> None:
        """Retries what failed or was cancelled: everything, or what has one reason."""
        job = self._screen.chosen_job()
        if job is None:
            return
        reasons = self._items(job).retriable()
        if len(reasons) == 1:
            self._retry(job, None)
            return
        from ..dialogues.choose import Choice, Choose

        def chosen(reason: str | None) -> None:
            if reason is not None:
                self._retry(job, [reason] if reason else None)

        everything = Choice("", f"All {job_words.things(job.kind, sum(count for _, count, _ in reasons))}")
        choices = [
            Choice(r, f"{count:,} × {plan_words.short(job.kind, r)}", job_words.sentence(r, sentence))
            for r, count, sentence in reasons
        ]
        self.main.push_screen(Choose("Retry failed and cancelled", [everything, *choices]), chosen)

    def _retry(self, job: Job, reasons: list[str] | None) -> None:
        count = sum(
            count for reason, count, _ in self._items(job).retriable() if reasons is None or reason in reasons
        )
        self._ask(job, job.left + count, partial(self._retry_now, job, reasons))

    def _retry_now(self, job: Job, reasons: list[str] | None) -> None:
        self._change(
            partial(self.main.workplace.store.jobs.retry, job.id, reasons), partial(self._start, job)
        )

    def cancel(self) -> None:
        """Asks, then cancels what has not started."""
        from ..dialogues.confirm import Confirm

        job = self._screen.chosen_job()
        if job is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._cancel(job)

        ended = job.total - job.left
        lines = [
            f"{job_words.things(job.kind, ended)} {'has' if ended == 1 else 'have'} ended. What is done stays done."
            if ended
            else "Nothing has been done yet.",
            "Items in progress are finished. The rest is cancelled, and you can retry it.",
        ]
        question = f"Cancel {job_words.things(job.kind, job.left)} of this job?"
        # Not dangerous, because cancelled items can be retried.
        self.main.push_screen(Confirm(question, lines, yes="Cancel the job", no="Keep running"), answered)

    def _cancel(self, job: Job) -> None:
        jobs = self.main.workplace.store.jobs

        def done() -> None:
            self._screen.say(job_words.cancelled(job, jobs.one(job.id)), "information")
            self._screen.job_touched(job, started=False)

        self._change(partial(jobs.cancel, job.id), done)

    def _change(self, write: Callable[[], object], then: Callable[[], object]) -> None:
        """Writes on a thread, because another process may hold the lock for seconds; then calls `then` here."""

        async def run() -> None:
            try:
                await asyncio.to_thread(write)
            except Trouble as trouble:
                self._screen.say(trouble)
            else:
                then()

        self._screen.run_worker(run, exit_on_error=False)
