"""The user's browser for tests of screens: follows the sign-in screen's link as one of the sandbox's accountants."""

import asyncio
from collections.abc import Collection

from textual.pilot import Pilot

from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.screens.client_sync.sign_in import SignInScreen
from tests.support.practice import until


async def link_shown(pilot: Pilot[None]) -> SignInScreen:
    """The sign-in screen, once it shows its link."""
    await until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen) and pilot.app.screen.link)
    screen = pilot.app.screen
    assert isinstance(screen, SignInScreen)
    return screen


async def come_back_as(pilot: Pilot[None], email: str, organisations: Collection[str] | None = None) -> None:
    """Signs this person in (and connects these organisations), then waits until the sign-in screen is gone."""
    screen = await link_shown(pilot)
    chosen = None if organisations is None else list(organisations)
    await asyncio.to_thread(authorise, screen.link, email, chosen)
    await until(pilot, lambda: pilot.app.screen is not screen)
