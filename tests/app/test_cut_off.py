"""A job when the connection drops or something breaks: the program ends or continues, says what happened, and the job can
be resumed.
"""

import sqlite3
from collections.abc import Callable

import pytest
from textual.worker import WorkerState

from clientsync_tui.sandbox.options import Options
from clientsync_tui.store.jobs import JobState
from clientsync_tui.sync.jobs import runner
from tests.support.command import Command
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, until
from tests.support.terminal import Terminal

__all__ = ["practice", "practices"]
COUNT = 60


def test_dropped_line_ends_it_and_its_job_is_resumed_later(
    practices: Callable[..., Practice], monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = practices(Options(organisations=COUNT, limits=False))
    practice.add(practice.people[0])
    practice.sandbox.fault("slow", seconds=0.5)
    with Terminal("--config", str(practice.config)) as terminal:
        terminal.until(f"All {COUNT}")
        terminal.press("A")
        terminal.until(f"{COUNT} selected")
        terminal.press("f")
        terminal.until("(y)")
        terminal.press("y")
        terminal.until(f" of {COUNT}")
        terminal.hang_up()
        terminal.end(within_s=20)
    practice.sandbox.fault("clear")
    command = Command(practice.config)
    job = command.inside("jobs", "--json").json[0]
    assert job["waiting"] > 0 and job["ended_at"] is None
    assert command.inside("jobs", "resume", job["id"]).code == 0
    job = command.inside("jobs", "--json").json[0]
    assert (job["waiting"], job["failed"], job["done"]) == (0, 0, COUNT)


async def test_job_that_breaks_says_so_and_can_be_resumed(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.add(practice.people[0])
    app = practice.app()

    async def broken(self: runner.Runner) -> None:
        raise sqlite3.ProgrammingError("the secret is abc")

    async with run_app(app, size=(80, 24)) as pilot:
        with monkeypatch.context() as patched:
            patched.setattr(runner.Runner, "run", broken)
            await pilot.press("A", "f")
            await until(pilot, lambda: type(app.screen).__name__ == "PlanScreen")
            await pilot.press("y")
            await until(pilot, lambda: any("ProgrammingError" in n.message for n in app.notices.log))
            assert not any("abc" in n.message for n in app.notices.log)
        await until(pilot, lambda: type(app.screen).__name__ == "JobScreen")
        await pilot.press("r")
        jobs = app.workplace.store.jobs
        await until(pilot, lambda: jobs.all()[0].state is JobState.DONE)
    app.workplace.close()


async def test_work_of_a_screen_that_breaks_is_reported(practice: Practice) -> None:
    app = practice.app()

    async def broken() -> None:
        raise KeyError("the secret is abc")

    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: type(app.screen).__name__ == "ClientsScreen")
        worker = app.screen.run_worker(broken(), exit_on_error=False)
        await until(pilot, lambda: worker.state is WorkerState.ERROR and app.notices.log)
        said = " ".join(notice.message for notice in app.notices.log)
        assert "Unexpected error (KeyError)." in said and "abc" not in said
    app.workplace.close()
