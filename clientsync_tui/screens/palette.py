"""The palette: every action of every screen, by name; those of other screens open that screen first."""

from collections.abc import Iterator
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from ..actions import ACTIONS, EVERYWHERE, PLACES, Action
from ..widgets.key_bar import key_name
from .base import ActionScreen

OPENED_FROM = {"clients": "clients", "client_sync": "client_sync", "jobs": "jobs", "history": "history"}
"""Places that the palette can go to before it does an action there."""


class Actions(Provider):
    """What the palette offers: first what works on this screen, then what other screens have."""

    def _offered(self) -> Iterator[tuple[Action, bool, str]]:
        screen = self.screen
        here = screen.own_actions() if isinstance(screen, ActionScreen) else ()
        for action in here:
            reason = cast(ActionScreen, screen).unavailable(action)
            if action.name != "commands":
                yield action, True, f"not now: {reason}" if reason else action.sentence
        for action in ACTIONS.values():
            if action not in here and action.place in OPENED_FROM and action.place != EVERYWHERE:
                yield action, False, f"In {PLACES[action.place]}. {action.sentence}"

    def _do(self, action: Action, here: bool) -> None:
        screen = self.screen
        if not isinstance(screen, ActionScreen):
            return
        if here:
            screen.call_later(screen.action_act, action.name)
        else:
            screen.main.open(OPENED_FROM[action.place], action.name)

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for action, here, says in self._offered():
            title = f"{action.title}  [{key_name(action.keys)}]".replace("[", "(").replace("]", ")")
            yield DiscoveryHit(title, lambda a=action, h=here: self._do(a, h), help=says)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for action, here, says in self._offered():
            title = f"{action.title}  ({key_name(action.keys)})"
            if (score := matcher.match(f"{title} {says}")) > 0:
                yield Hit(score + here, title, lambda a=action, h=here: self._do(a, h), help=says)
