"""News for the open screens: someone changed the practice, or a job ended."""

from typing import TYPE_CHECKING, Any

from ..widgets.banner import show_banner

if TYPE_CHECKING:
    from textual.app import App

    from ..store.postgres.follower import Follower
    from ..store.store import Store

NEWS_EVERY_S = 1.0
"""How often the database is asked whether someone changed the practice. SQLite answers from memory."""


class News:
    """Tells each open screen what is new."""

    def __init__(self, app: "App[Any]", store: "Store") -> None:
        self._app = app
        self._store = store
        self._seen = (0, 0)
        self._follower: Follower | None = None

    def start(self) -> None:
        """Looks for changes from now on."""
        self._seen = self._store.changes()
        if (follower := self._store.follower()) is not None:
            self._follower = follower
            follower.start()
        self._app.set_interval(NEWS_EVERY_S, self.look)

    def stop(self) -> None:
        """Follows the practice's server no more."""
        if self._follower is not None:
            self._follower.stop()

    def look(self) -> None:
        """Looks for changes now."""
        if not self._app.is_running:
            return
        if self._follower is not None:
            show_banner(self._app.screen, self._follower.says)
        seen = self._store.changes()
        if seen != self._seen:
            self._seen = seen
            self.announce("practice_changed")

    def announce(self, what: str, *arguments: Any) -> None:
        """Calls the method `what` of every open screen."""
        from ..screens.base import ActionScreen

        for screen in self._app.screen_stack:
            # A screen below the top one reads again when it comes back, and one that is still being made has not read yet.
            if isinstance(screen, ActionScreen) and (screen.is_there or what != "practice_changed"):
                getattr(screen, what)(*arguments)
