"""Adding clients with keys alone, from the panel to the job, against the sandbox."""

import asyncio

from textual.pilot import Pilot

from clientsync_tui.sandbox.authorise import sign_in as authorise
from clientsync_tui.screens.sign_in import SignInScreen
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


async def sign_in_by_browser(pilot: Pilot[None], email: str, organisations: list[str] | None = None) -> None:
    """Waits for the link, and follows it as a browser would."""
    await until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen) and pilot.app.screen.link)
    screen = pilot.app.screen
    await asyncio.to_thread(authorise, screen.link, email, organisations)
    await until(pilot, lambda: pilot.app.screen is not screen)


async def test_from_the_panel_to_the_clients(practice: Practice) -> None:
    app = practice.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "not signed in" in shown(pilot))
        await pilot.press("1")
        await sign_in_by_browser(pilot, practice.people[0])
        await until(pilot, lambda: "Continue with the 12 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "12 new" in shown(pilot))
        print(shown(pilot))
        await pilot.press("A", "enter")
        await until(pilot, lambda: "Create 12 accounts" in shown(pilot))
        print(shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: app.workplace.store.clients.total() == 12)
        print(shown(pilot))
    app.workplace.close()
