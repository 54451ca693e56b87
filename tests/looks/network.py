"""The network as the looks have it: nobody is called, and what comes of it is always the same."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from clientsync_tui.practice.model import Organisation
from clientsync_tui.screens.base import ActionScreen
from clientsync_tui.signin.vault import Vault
from tests.looks.practice import NAMES, organisation_id

REACHED = tuple(
    Organisation(organisation_id(n), name, details={"country": "GB", "currency": "GBP"})
    for n, name in enumerate((*NAMES, "New & Sons", "新しい会社", "A Name That Is Much Longer Than Any Column Of The Table Has Room For Ltd"))
    if n != 5
)  # fmt: skip
"""All but one of those that clients are integrated with, and some that are on no client list."""
LINK = "https://login.example.com/authorize?response_type=code&client_id=0123456789ABCDEF&redirect_uri=http%3A%2F%2Flocalhost%3A8400%2Fcallback&scope=openid+offline_access&state=example"
ATTEMPT = SimpleNamespace(
    link=LINK,
    short_link="http://127.0.0.1:8400/",
    ssh_line="ssh -L 8400:localhost:8400 ann@192.0.2.10",
    listening=True,
    trouble=None,
)


class Still:
    """A session whose sign-ins wait for ever, and that reaches the same organisations each time."""

    @asynccontextmanager
    async def begin(self, software: str) -> AsyncGenerator[SimpleNamespace]:
        yield SimpleNamespace(**vars(ATTEMPT), wait=self._for_ever)

    async def _for_ever(self, patience_s: float) -> None:
        await asyncio.Event().wait()

    def software(self, name: str) -> "Still":
        return self

    def calls(self, sign_in: object) -> None: ...

    async def organisations(self, calls: None) -> tuple[Organisation, ...]:
        return REACHED


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a screen asks of the network is answered by `Still`, and no second goes by while a sign-in waits."""

    async def ask(screen: ActionScreen, work: Callable[[Any], Awaitable[object]]) -> object:
        return await work(Still())

    monkeypatch.setattr(ActionScreen, "ask", ask)
    monkeypatch.setattr("clientsync_tui.screens.sign_in.time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr(Vault, "name", "encrypted file keyring.bin")
