"""The network's thread: every failure there reaches the caller that waits."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest

from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.trouble import SignInNeeded, Trouble, UsageError
from clientsync_tui.store.jobs import Job
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.engine import Engine
from tests.support import empty


class Session:
    """A session that can be entered, or can't."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.store = SimpleNamespace()

    async def __aenter__(self) -> "Session":
        if self.error is not None:
            raise self.error
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def recognise(self) -> None:
        pass


@pytest.fixture(autouse=True)
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def no_job(job: str) -> Job:
    raise KeyError(job)


def engine(session: Any) -> Engine:
    return Engine(lambda: session, no_job, lambda job, trouble: None)


@pytest.fixture
def working() -> Iterator[Engine]:
    made = engine(Session())
    yield made
    made.close()


@pytest.mark.parametrize("error", [ValueError("secret"), ImportError("x"), OSError(5, "x")])
def test_session_that_cannot_begin_is_reported_to_everyone_who_asks(error: Exception) -> None:
    made = engine(Session(error))
    for _ in range(2):
        with pytest.raises(Trouble) as raised:
            made.submit(lambda session: asyncio.sleep(0)).result(5)
        assert "secret" not in str(raised.value)


def test_factory_that_fails_is_reported_too() -> None:
    def broken() -> Any:
        raise RuntimeError("no")

    with pytest.raises(Trouble, match="RuntimeError"):
        Engine(broken, no_job, lambda job, trouble: None).submit(lambda session: asyncio.sleep(0)).result(5)


def test_job_ends_with_words_when_no_session_can_be_made(tmp_path: Path) -> None:
    def broken() -> Any:
        raise UsageError("config.toml can't be read.")

    empty.put(tmp_path / "practice.db")
    store = Store(tmp_path / "practice.db")
    job = store.jobs.create(Plan("check", None, None, (PlanItem(Will.DO, "c", "C", "xero", "o"),)), "ann")
    ended: Queue[tuple[Job, Trouble | None]] = Queue()
    made = Engine(broken, store.jobs.one, lambda job, trouble: ended.put((job, trouble)))
    made.run_job(job)
    found, trouble = ended.get(timeout=5)
    assert (found.id, found.left, str(trouble)) == (job, 1, "config.toml can't be read.")
    assert not made.running
    store.close()


def test_unexpected_failure_is_trouble_for_the_waiting_caller(working: Engine) -> None:
    async def fails(session: object) -> None:
        raise KeyError("a secret")

    with pytest.raises(Trouble, match="KeyError") as raised:
        working.submit(fails).result(5)
    assert "a secret" not in str(raised.value)


def test_trouble_is_passed_on_unchanged(working: Engine) -> None:
    async def fails(session: object) -> None:
        raise SignInNeeded("Sign in.")

    with pytest.raises(SignInNeeded, match="Sign in"):
        working.submit(fails).result(5)


def test_callers_get_an_error_after_the_engine_is_closed(working: Engine) -> None:
    working.submit(lambda session: asyncio.sleep(0)).result(5)
    working.close()
    with pytest.raises(Trouble, match="closing"):
        working.submit(lambda session: asyncio.sleep(0)).result(5)
