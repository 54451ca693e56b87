"""Tells the open screens what is new: someone changed the practice, or a job ended."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..practice.trouble import Trouble
from ..sync.home.people_words import others_here
from ..widgets.banner import show_banner
from ..widgets.top_bar import show_others

if TYPE_CHECKING:
    from textual.app import App

    from ..store.home import Surroundings
    from ..store.store import Store
    from ..workplace import Workplace

NEWS_EVERY_S = 0.4
"""How often to ask the database whether someone changed the practice. SQLite answers from memory."""
OTHERS_EVERY_S = 2.0
"""How often to search the folder for other people's windows. A server announces them by itself."""
ACTIVITY_EVERY_S = 20.0
"""How often to record that someone is working here, so that their claims don't expire."""


class News:
    """Tells each open screen what is new."""

    def __init__(self, app: "App[Any]", workplace: "Workplace", at_work: Callable[[], bool | int]) -> None:
        """`at_work`: returns True while a job runs here, else a number that changes when someone is working."""
        self._app = app
        self._workplace = workplace
        self._at_work = at_work
        self._work: bool | int = 0
        self._seen = (0, 0)
        self._next_end: datetime | None = None

    @property
    def _store(self) -> "Store":
        return self._workplace.store

    @property
    def _around(self) -> "Surroundings":
        return self._store.surroundings

    def start(self) -> None:
        """Starts looking for changes."""
        self._seen = self._store.changes()
        self._next_end = self._store.claims.next_end(datetime.now(UTC))
        self._around.start()
        self._look_around()
        self._app.set_interval(NEWS_EVERY_S, self.look)
        self._app.set_interval(OTHERS_EVERY_S, self._look_around)
        self._app.set_interval(ACTIVITY_EVERY_S, self._note_activity)

    def stop(self) -> None:
        """Stops following the practice's server."""
        self._around.stop()

    def look(self) -> None:
        """Looks for changes now."""
        if not self._app.is_running:
            return
        show_banner(self._app.screen, self._around.says)
        show_others(self._app.screen, others_here(self._around.others, self._workplace.actor))
        seen, now = self._store.changes(), datetime.now(UTC)
        # A claim expires without anyone changing anything.
        if seen != self._seen or (self._next_end is not None and self._next_end <= now):
            self._seen = seen
            self._next_end = self._store.claims.next_end(now)
            self.announce("practice_changed")

    def _look_around(self) -> None:
        self._app.run_worker(
            asyncio.to_thread(self._around.refresh), group="others", exclusive=True, exit_on_error=False
        )

    def _note_activity(self) -> None:
        work = self._at_work()
        if work is True or work != self._work:
            self._work = work
            self._app.run_worker(self._renew_claims(), group="claims", exclusive=True, exit_on_error=False)

    async def _renew_claims(self) -> None:
        workplace = self._workplace
        with suppress(Trouble):
            await asyncio.to_thread(workplace.store.claims.note_activity, workplace.actor, datetime.now(UTC))

    def announce(self, what: str, *arguments: Any) -> None:
        """Calls the method `what` of every open screen."""
        from ..screens.base import ActionScreen

        for screen in self._app.screen_stack:
            # Screens below the top one reload when they come back, and a screen still being created has not
            # loaded yet.
            if isinstance(screen, ActionScreen) and (screen.is_there or what != "practice_changed"):
                getattr(screen, what)(*arguments)
