"""The network for the looks: no calls are made, and the results are always the same."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from clientsync_tui.practice.model import Organisation
from clientsync_tui.practice.people import Person, SignIn
from clientsync_tui.practice.status import Fault
from clientsync_tui.practice.trouble import PassingTrouble, SignInFailed, UsageError
from clientsync_tui.screens.base import ActionScreen
from clientsync_tui.signin.vault import Vault
from clientsync_tui.workplace import Workplace
from tests.looks.practice import ANN, NAMES, organisation_id
from tests.support.frozen import NOW

REACHED = tuple(
    Organisation(organisation_id(n), name, details={"country": "GB", "currency": "GBP"})
    for n, name in enumerate((*NAMES, "New & Sons", "新しい会社", "A Name That Is Much Longer Than Any Column Of The Table Has Room For Ltd"))
    if n != 5
)  # fmt: skip
"""All organisations of the clients but one, and some that are not on the client list."""
LINK = "https://login.example.com/authorize?response_type=code&client_id=0123456789ABCDEF&redirect_uri=http%3A%2F%2Flocalhost%3A8400%2Fcallback&scope=openid+offline_access&state=example"
PLACES = {
    "short_link": "http://127.0.0.1:8400/",
    "ssh_line": "ssh -L 8400:localhost:8400 ann@192.0.2.10",
    "listening": True,
    "trouble": None,
}
CONSENT = SignIn(
    f"quickbooks:ann:{organisation_id(3)}",
    "quickbooks",
    Person("ann", "Ann", ANN),
    NOW,
    None,
    organisation_id(3),
    NAMES[3],
)


class Still:
    """A session whose sign-ins wait forever, and that reaches the same organisations each time."""

    reached: Sequence[Organisation] = REACHED

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self.store = workplace.store

    @asynccontextmanager
    async def begin(self, software: str) -> AsyncGenerator[SimpleNamespace]:
        yield SimpleNamespace(way="browser", link=LINK, wait=self.wait, paste=self.paste, **PLACES)

    async def wait(self, patience_s: float) -> Any:
        await asyncio.Event().wait()

    def paste(self, text: str) -> None:
        raise UsageError("This is no address that a browser ended at: it has neither a code nor an error.")

    def keep(self, signed_in: Any) -> Any:
        return signed_in

    def software(self, name: str) -> Any:
        known = self._workplace.software(name)
        return SimpleNamespace(
            title=known.title,
            organisations_per_sign_in=known.organisations_per_sign_in,
            organisation_words=known.organisation_words,
            organisations=self.organisations,
            canonical_id=known.canonical_id,
        )

    def held(self, software: str | None = None) -> list[SignIn]:
        return self._workplace.held(software)

    def calls(self, sign_in: object) -> None: ...

    async def organisations(self, calls: None) -> Sequence[Organisation]:
        return self.reached

    async def reach(self, sign_in: SignIn) -> dict[str, Organisation]:
        return {each.id: each for each in self.reached}


async def shown() -> None:
    """No answer comes before the link is on the screen."""
    for _ in range(50):
        await asyncio.sleep(0)


class Nothing(Still):
    """Nothing is reached."""

    reached = ()


class Unavailable(Still):
    """The app does not answer."""

    async def organisations(self, calls: None) -> Sequence[Organisation]:
        raise PassingTrouble(Fault.SERVER_ERROR, "Xero did not answer (503); try again later.")


class Refused(Still):
    """The person says no in the browser."""

    async def wait(self, patience_s: float) -> Any:
        await shown()
        raise SignInFailed("Xero's page says: access was not allowed. Nothing was saved.")


class Consenting(Still):
    """A different company than the requested one comes first, and nothing after it."""

    came = 0
    again = False

    async def wait(self, patience_s: float) -> Any:
        type(self).came += 1
        if self.came > 1 and not self.again:
            await super().wait(patience_s)
        await shown()
        return CONSENT


class ConsentingAgain(Consenting):
    """The same company comes again and again."""

    again = True


def stand_still(monkeypatch: pytest.MonkeyPatch, network: type[Still]) -> None:
    """Answers the screens' calls in place of the network, and stops the clock while a sign-in waits."""

    async def ask(screen: ActionScreen, work: Callable[[Any], Awaitable[object]]) -> object:
        return await work(network(screen.main.workplace))

    monkeypatch.setattr(ActionScreen, "ask", ask)
    monkeypatch.setattr(
        "clientsync_tui.screens.client_sync.sign_in.time", SimpleNamespace(monotonic=lambda: 0.0)
    )
    monkeypatch.setattr(Vault, "name", "encrypted file keyring.bin")
    monkeypatch.setattr(Consenting, "came", 0)
