"""The program, set up for one accounting app, with a sandbox that simulates it."""

import asyncio
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import AsyncExitStack, ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
import tomlkit

from ..accounting.seam.software import Calls, Software
from ..config.tables import HttpTable
from ..practice.people import SignIn
from ..sandbox.config import software_tables
from ..sandbox.consent.authorise import sign_in as authorise
from ..sandbox.options import Options
from ..sandbox.personality import App, Personality
from ..sandbox.server import Running, running
from ..sandbox.world.state import State
from ..signin.attempt import Attempt
from ..signin.vault import Vault
from ..sync.jobs.session import Session
from ..workplace import Workplace, secret_name

ORGANISATIONS = 20
"""Enough for every odd name that a program might mistake for markup, a control code or nothing at all."""
PATIENCE_S = 20
FRESH_S = 60
"""For how long on the sandbox's clock tests start with the same sign-in, while its tokens are still good."""
T = TypeVar("T")


class Stand:
    """One practice with one sandbox. `person` reaches every organisation; `realm` is the id of the first.

    `lines`: how many lines each long list has. `vault`: a keyring that is already open. The program's own limits are off unless a
    test asks for them.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        organisations: int = ORGANISATIONS,
        lines: int | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.name = name
        options = Options(
            softwares=(name,),
            organisations=organisations,
            limits=False,
            lines=lines,
            hostile=True,
            poll_s=0.02,
        )
        self.box = running(options)
        self.personality: Personality = self.box.sandbox.softwares[name]
        self.person = self.box.world.people[0].email
        self.workplace = _Workplace(Workplace.open(_practice(folder, self.box)).config)
        if vault is not None:
            self.workplace.vault = vault
        self.software = self.workplace.software(name)
        self.one = self.software.organisations_per_sign_in == "one"
        self._made: _Made | None = None
        self._run: _Run | None = None
        self.use(next(iter(self.personality.apps.values())))

    def use(self, app: App, *, redirect_url: str = "") -> None:
        """Sets the program up with this app of the sandbox."""
        config = self.workplace.config
        table = config.software[self.name]._replace(client_id=app.id, redirect_url=redirect_url)
        self.workplace.config = config._replace(software={**config.software, self.name: table})
        if app.secret is not None:
            asyncio.run(self.workplace.vault.write(secret_name(self.name, app.id), app.secret))

    @property
    def realm(self) -> str:
        return self.id_of(0)

    def id_of(self, place: int) -> str:
        """The id of the organisation at a place in the sandbox's world."""
        return self.box.world.id_of(self.name, place)

    def do(
        self, work: Callable[[Session], Awaitable[T]], *, timeout_s: float = PATIENCE_S, limited: bool = False
    ) -> T:
        """Runs `work` in a new run of the program: nothing is in memory, and no call was made before."""
        self._end_run()
        self._set_up(timeout_s, limited)

        async def run() -> T:
            async with self.workplace.session() as session:
                return await work(session)

        try:
            return asyncio.run(run())
        finally:
            if limited:
                self.forget_limits()

    def go_on(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """The same in the run that an earlier test left open, for work that only reads. The run ends when work fails, and
        with the next `do`.
        """
        if self._run is None:
            self._set_up(PATIENCE_S, limited=False)
            self._run = _Run(self.workplace.session())
        try:
            return self._run.do(work)
        except BaseException:
            self._end_run()
            raise

    def _set_up(self, timeout_s: float, limited: bool) -> None:
        http = HttpTable(timeout_s=timeout_s, attempts=1, longest_wait_s=1)
        self.workplace.config = self.workplace.config._replace(http=http)
        self.workplace.limited = limited

    def _end_run(self) -> None:
        if self._run is not None:
            run, self._run = self._run, None
            run.end()
            self.forget_limits()

    def forget_limits(self) -> None:
        """Forgets every call made, and every pause the app asked for. Not during a run."""
        if self._run is not None:
            return
        for file in self.workplace.store.path.parent.glob("*.limits*"):
            file.unlink()

    async def sign_in(self, session: Session, place: int = 0, email: str | None = None) -> SignIn:
        """A sign-in as a person makes it, for the organisation at this place if it covers only one."""
        async with session.begin(self.name) as attempt:
            return await self.complete(attempt, place, email)

    async def complete(self, attempt: Attempt, place: int = 0, email: str | None = None) -> SignIn:
        """Follows the attempt's link to its end."""
        chosen = [self.id_of(place)] if self.one else None
        arriving = asyncio.create_task(
            asyncio.to_thread(authorise, attempt.link, email or self.person, chosen)
        )
        try:
            return await attempt.wait(PATIENCE_S)
        finally:
            await arriving

    def signed_in(self, place: int = 0) -> SignIn:
        """The same, as a separate run."""
        return self.do(lambda session: self.sign_in(session, place))

    def ready(self) -> SignIn:
        """A sign-in for a test about something else: a new one, or one as good as new.

        If an earlier test started with it, what the sandbox and the keyring hold is reset to what they held then.
        """
        vault, now = self.workplace.vault, self.box.sandbox.clock.now()
        if self._made is None or now - self._made.at > FRESH_S:
            sign_in = self.signed_in()
            entry = asyncio.run(vault.read(self.token_name(sign_in)))
            assert entry is not None, "the keyring holds it"
            self._made = _Made(sign_in, deepcopy(self.box.sandbox.state), entry, now)
        elif self._run is None:  # the open run has done nothing but read
            self.box.sandbox.state = deepcopy(self._made.state)
            asyncio.run(vault.write(self.token_name(self._made.sign_in), self._made.entry))
        return self._made.sign_in

    async def read(self, calls: Calls, what: str, organisation_id: str | None = None) -> Any:
        """`details`, `organisations` or one of the lists."""
        wanted = organisation_id or self.realm
        match what:
            case "details":
                return await self.software.details(calls, wanted)
            case "organisations":
                return await self.software.organisations(calls)
            case _:
                return await self.software.pull(calls, wanted, what)

    def lapse(self) -> None:
        """Ends every access token, so that the next run needs a new one. No time passes, so `ready` has a sign-in as good as
        new again.
        """
        now = self.box.sandbox.clock.now()
        for access in self.box.sandbox.state.access.values():
            access.ends_at = now

    def token_name(self, sign_in: SignIn) -> str:
        """The keyring's name for the sign-in's refresh token."""
        return f"{self.workplace.store.practice_id}/{sign_in.id}"

    def called(self, since: int = 0) -> Sequence[dict[str, Any]]:
        """The calls that the sandbox answered after that number."""
        return cast(Sequence[dict[str, Any]], self.box.sandbox.calls.summary(since)["recent"])

    @property
    def calls_made(self) -> int:
        return self.box.sandbox.calls.total

    def close(self) -> None:
        """Ends the sandbox."""
        self._end_run()
        self.workplace.close()
        self.box.stop()


@dataclass(frozen=True, slots=True)
class _Made:
    """A sign-in, and what the sandbox and the keyring held when it was made."""

    sign_in: SignIn
    state: State
    entry: str
    at: float


class _Run:
    """A run of the program that continues from one test to the next."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stack = AsyncExitStack()
        self._runner = asyncio.Runner()
        self._runner.run(self._stack.enter_async_context(session))

    def do(self, work: Callable[[Session], Awaitable[T]]) -> T:
        async def run() -> T:
            return await work(self._session)

        return self._runner.run(run())

    def end(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()


class _Workplace(Workplace):
    """`limited`: whether the program respects the app's limits, which would slow down hundreds of calls."""

    limited = False

    @cached_property
    def _unlimited(self) -> dict[str, Software]:
        # A session compares apps by identity, so each is kept.
        return {}

    def software(self, name: str) -> Software:
        software = super().software(name)
        if self.limited:
            return software
        return self._unlimited.setdefault(name, cast(Software, _Unlimited(software)))


class _Unlimited:
    def __init__(self, software: Software) -> None:
        self._software = software
        self.limits = replace(software.limits, rates=(), renewals=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._software, name)


def _practice(folder: Path, box: Running) -> Path:
    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(secrets.token_urlsafe(), "utf-8")
    tables = {
        "practice": {"name": "Conformance", "database": "practice.db"},
        "software": software_tables(box.url, box.sandbox.softwares.values()),
        "keyring": {"file": "keyring.bin", "passphrase_file": passphrase.name},
    }
    config = folder / "config.toml"
    config.write_text(tomlkit.dumps(tables), "utf-8")
    return config


@pytest.fixture(scope="session")
def stands() -> Generator[Callable[..., Stand]]:
    """Stands by the app's name and `Stand`'s other arguments, each created once. `apart`: one for this test only."""
    made: dict[object, Stand] = {}
    with ExitStack() as stack:

        def get(name: str, *, apart: bool = False, **how: int) -> Stand:
            key = object() if apart else (name, *sorted(how.items()))
            if key not in made:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-"))
                vault = next((other.workplace.vault for other in made.values()), None)
                made[key] = Stand(name, Path(folder), vault=vault, **how)
                stack.callback(made[key].close)
            return made[key]

        yield get


@pytest.fixture
def stand(stands: Callable[..., Stand], name: str) -> Generator[Stand]:
    """The app's stand. Every fault that a test sets there is removed at its end."""
    own = stands(name)
    yield own
    own.box.unscripted()
    own.forget_limits()
