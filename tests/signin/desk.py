"""Everything that a sign-in needs, with a sandbox, for the tests in this folder and in `accounting`."""

import asyncio
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from clientsync_tui.accounting.seam.calls import Access, HttpCalls
from clientsync_tui.accounting.seam.configured import Configured, Http
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.seam.software import Addresses
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.people import SignIn
from clientsync_tui.sandbox.config import software_tables
from clientsync_tui.sandbox.consent.authorise import sign_in
from clientsync_tui.sandbox.server import Running
from clientsync_tui.signin.attempt import Attempt, begin
from clientsync_tui.signin.tokens import Tokens
from clientsync_tui.signin.vault import Vault

from .keyrings import entries

ROOT = Path(__file__).parents[2]
PRACTICE = "practice-1"


def name_of(sign_in_id: str) -> str:
    return f"xero/{PRACTICE}/{sign_in_id}"


def configured_for(url: str, *, port: int | None = None, client_id: str = "sandbox-xero") -> Configured:
    """Xero set up to use the server at `url`, whose paths are the sandbox's."""
    table = software_tables(url)["xero"]
    addresses = Addresses(**{name: table[name] for name in Addresses.__slots__ if name in table})
    return Configured(XERO, client_id, port or table["redirect_port"], addresses, tuple(XERO.grant.scopes))


@dataclass
class Desk:
    """One person at one terminal. `used`: the calls of `on_used`. `keyring_s`: how long the keyring may take to answer."""

    configured: Configured
    folder: Path
    how: Http = field(default_factory=lambda: Http(timeout_s=5, attempts=3, longest_wait_s=5))
    used: list[tuple[str, datetime | None]] = field(default_factory=list)
    keyring_s: float = 10

    def __post_init__(self) -> None:
        self.keyring = self.folder / "keyring"
        self.keyring.mkdir(exist_ok=True)
        self.vault = Vault(self.folder / "keyring.bin", time_limit_s=self.keyring_s)
        # Each desk has its own, so that none waits for a limit that another one reached.
        self.limiter = Limiter(Path(tempfile.mkdtemp(dir=self.folder)) / "limits")
        self.tokens = self.new_tokens()

    def new_tokens(self) -> Tokens:
        """The tokens as in a new run of the program, with nothing in memory."""
        return Tokens(
            self.configured,
            self.how,
            self.vault,
            self.folder / "locks",
            name_of,
            lambda sign_in_id, ends_at: self.used.append((sign_in_id, ends_at)),
            self.limiter,
        )

    def with_configured(self, **changes: object) -> "Desk":
        return Desk(replace(self.configured, **changes), self.folder, self.how)

    @asynccontextmanager
    async def begin(self, *, pasting: bool = True) -> AsyncGenerator[Attempt]:
        limiter = Limiter(self.folder / "limits")

        def make_calls(access: Access, site: str) -> HttpCalls:
            return HttpCalls(self.configured, self.how, http, limiter, access, site=lambda: site)

        async with (
            http_client() as http,
            begin(self.configured, self.how, self.vault, self.tokens, make_calls, pasting=pasting) as attempt,
        ):
            yield attempt
        limiter.close()

    async def sign_in(self, email: str, organisations: list[str] | None = None) -> SignIn:
        async with self.begin() as attempt:
            return await completed(attempt, email, organisations)

    def calls(self, http: httpx2.AsyncClient, limiter: Limiter, sign_in_id: str) -> HttpCalls:
        return HttpCalls(
            self.configured,
            self.how,
            http,
            limiter,
            self.tokens.of(sign_in_id),
            site=lambda: self.tokens.site(sign_in_id),
        )

    def held(self) -> dict[str, str]:
        """What the keyring holds, by name."""
        return entries(self.keyring)


async def completed(attempt: Attempt, email: str, organisations: list[str] | None = None) -> SignIn:
    """Follows the attempt's link as the sandbox's accountant of that address."""
    waiting = asyncio.create_task(attempt.wait(20))
    await asyncio.to_thread(sign_in, attempt.link, email, organisations)
    return await waiting


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a keyring that the user chose."""
    folder = tmp_path / "keyring"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("TEST_KEYRING", str(folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.keyrings.Folder")
    return folder


@pytest.fixture
def desk(sandbox: Running, tmp_path: Path, keyring: Path) -> Iterator[Desk]:
    return Desk(configured_for(sandbox.url), tmp_path)


async def answered(box: Running, path: str) -> int:
    """How many calls the sandbox has answered at addresses with this ending, after all calls in progress have ended."""
    async with asyncio.timeout(5):
        while (calls := box.sandbox.calls.summary(0))["running"]:
            await asyncio.sleep(0.01)
    return len([call for call in calls["recent"] if call["path"].endswith(path)])


def first_person(box: Running) -> str:
    """The accountant who reaches everything."""
    return box.world.people[0].email


def python(
    code: str, *arguments: str, stdin: int = subprocess.DEVNULL, **environment: str
) -> subprocess.Popen[str]:
    """Another process on this host, with this environment and the given additions."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def logged(error: BaseException) -> str:
    """All that a log or a crash report could show of an exception: its text, its chain, and every frame's variables."""
    return "".join(
        traceback.TracebackException.from_exception(error, capture_locals=False).format(chain=True)
    ) + repr(error)
