"""A practice on a sandbox for tests of screens, with its own folders and keyring, signed in over loopback HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
import tomlkit
from textual.pilot import Pilot

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.people import SignIn
from clientsync_tui.sandbox.config import software_tables
from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from clientsync_tui.store.jobs import Job
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace, secret_name
from tests.support import added, empty, plans
from tests.support.pilot import PATIENCE_S, PatientPilot

ELSEWHERE = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "DISPLAY", "WAYLAND_DISPLAY")
"""What this machine's environment says about where the user sits."""
T = TypeVar("T")


def cheap_keyring(folder: Path) -> dict[str, str]:
    """The environment for a keyring in `folder` that opens quickly; an encrypted file takes a quarter of a second on
    purpose.
    """
    return {"PYTHON_KEYRING_BACKEND": "tests.signin.keyrings.Folder", "TEST_KEYRING": str(folder)}


@dataclass
class Practice:
    """A practice set up for `sandbox`, with its files in `folder`."""

    sandbox: Running
    folder: Path
    _opened: list[Workplace] = field(default_factory=list[Workplace], repr=False)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def workplace(self) -> Workplace:
        """The workplace of a new run of the program. It is closed at the end of the test, unless the test closes it."""
        self._opened.append(Workplace.open(self.config))
        return self._opened[-1]

    def close(self) -> None:
        """Closes all open workplaces."""
        for workplace in self._opened:
            workplace.close()

    def app(self) -> ClientSyncApp:
        return ClientSyncApp(self.workplace())

    @property
    def people(self) -> list[str]:
        """The accountants' e-mail addresses; the first one reaches every organisation."""
        return [person.email for person in self.sandbox.world.people]

    def do(self, work: Callable[[Workplace, Session], Awaitable[T]]) -> T:
        """Does something in a separate session, like another run of the program."""
        workplace = self.workplace()

        async def run() -> T:
            async with workplace.session() as session:
                return await work(workplace, session)

        try:
            # On a thread, because a test's own event loop may be running in this one.
            with ThreadPoolExecutor(1) as thread:
                return thread.submit(asyncio.run, run()).result()
        finally:
            workplace.close()

    def sign_in(
        self, email: str, organisations: Collection[str] | None = None, software: str = "xero"
    ) -> SignIn:
        """Signs a person in without a screen."""

        async def work(_: Workplace, session: Session) -> SignIn:
            return await signed_in(session, email, organisations, software)

        return self.do(work)

    def keep_secrets(self) -> None:
        """Saves the secrets of the sandbox's apps that need one."""

        async def keep(workplace: Workplace, _: Session) -> None:
            for name, table in workplace.config.software.items():
                secret = self.sandbox.sandbox.softwares[name].apps[table.client_id].secret
                if secret is not None:
                    await workplace.vault.write(secret_name(name, table.client_id), secret)

        self.do(keep)

    def add(self, email: str, organisations: Collection[str] | None = None, software: str = "xero") -> Job:
        """Signs a person in and adds clients from these organisations (None: from all they reach)."""

        box, database = self.sandbox.sandbox, self.folder / "practice.db"
        key = added.key(box, database, email, organisations, software)
        if key is not None and (copied := added.copy(key, box, self.config)) is not None:
            return copied

        async def work(workplace: Workplace, session: Session) -> Job:
            sign_in = await signed_in(session, email, organisations, software)
            reach = await session.reach(sign_in)
            chosen = list(reach if organisations is None else organisations)
            plan = plans.add(workplace.store, software, sign_in, reach, chosen)
            return await Runner(session, workplace.store.jobs.create(plan, sign_in.person.email)).run()

        job = self.do(work)
        if key is not None:
            added.remember(key, job, box, self.config)
        return job


def set_up(box: Running, folder: Path) -> Practice:
    """A new practice in `folder`, set up for this sandbox."""
    tables = {
        "practice": {"name": "Tester & Co", "database": "practice.db"},
        # Nothing is retried: retries are tested with the calls themselves, and every pause would cost time.
        "http": {"timeout_s": 5, "attempts": 1},
        "software": software_tables(box.url, box.sandbox.softwares.values()),
    }
    (folder / "config.toml").write_text(tomlkit.dumps(tables))
    empty.put(folder / "practice.db")
    return Practice(box, folder)


async def signed_in(
    session: Session, email: str, organisations: Collection[str] | None = None, software: str = "xero"
) -> SignIn:
    """A sign-in of this person, made without a screen."""
    async with session.begin(software) as attempt:
        chosen = None if organisations is None else list(organisations)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(asyncio.to_thread(authorise, attempt.link, email, chosen))
                arriving = both.create_task(attempt.wait(PATIENCE_S))
        except ExceptionGroup as failed:
            # A browser that was refused ends the wait.
            raise failed.exceptions[0] from None
        return session.keep(arriving.result())


@pytest.fixture
def practices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Practice]]:
    """Creates practices on sandboxes with the options that a test needs. All are deleted at its end."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ELSEWHERE:
        monkeypatch.delenv(name, raising=False)
    keyring = tmp_path / "keyring"
    keyring.mkdir()
    for name, value in cheap_keyring(keyring).items():
        monkeypatch.setenv(name, value)
    made: list[Practice] = []

    def make(options: Options | None = None) -> Practice:
        box = running(options or Options(organisations=12, limits=False, softwares=("xero",), hostile=True))
        folder = tmp_path / f"practice{len(made) + 1}"
        folder.mkdir()
        made.append(set_up(box, folder))
        return made[-1]

    yield make
    for practice in made:
        practice.close()
        practice.sandbox.stop()


@pytest.fixture
def practice(practices: Callable[..., Practice]) -> Practice:
    """A practice on a sandbox with twelve organisations, whose consent covers all of them."""
    return practices()


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Waits until `condition` holds. Fails with the screen's text if it doesn't come true in time."""
    assert isinstance(pilot, PatientPilot)
    if not await pilot.until(condition):
        raise AssertionError(f"it did not come true; the screen is {pilot.app.screen!r}:\n{shown(pilot)}")


def shown(pilot: Pilot[None]) -> str:
    """The text on the screen, as the terminal shows it."""
    assert isinstance(pilot, PatientPilot)
    return pilot.frames.text
