"""The palette: every action of every screen, by name. Actions of other screens open that screen first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from ..app.actions import (
    ACTIONS,
    CLIENT_SYNC,
    CLIENTS,
    CONNECTIONS,
    CONSENTS,
    EVERYWHERE,
    HISTORY,
    JOB,
    JOBS,
    ORGANISATIONS,
    PLACES,
    SELECT,
    SIGN_IN,
    Action,
)
from ..app.key_names import with_keys
from ..practice.text import searched
from .base import ActionScreen

if TYPE_CHECKING:
    from .main import Main

OPENED_AS = {
    CLIENTS: "clients",
    SELECT: "clients",
    CLIENT_SYNC: "client_sync",
    JOBS: "jobs",
    JOB: "jobs",
    HISTORY: "history",
}
"""Places that the palette can go to before it does an action there."""
REACHED_FROM = {
    CONSENTS: "It works while you give consents one by one, for apps with one organisation per sign-in.",
    SIGN_IN: "Sign in first: press {everywhere.client_sync} for Client Sync, then {client_sync.sign_in}.",
    ORGANISATIONS: "Press {everywhere.client_sync} for Client Sync first, then {client_sync.add_clients} to add, "
    "{client_sync.reconnect_all} to reconnect or {client_sync.reassign_clients} to reassign clients.",
}
"""How to get to the other places."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the palette."""

    title: str
    says: str
    do: Callable[[], object]
    here: bool


class Actions(Provider):
    """What the palette offers: first what works on this screen, then what other screens have."""

    def _offers(self) -> Iterator[Offer]:
        screen = self.screen
        if not isinstance(screen, ActionScreen):
            return
        own = screen.own_actions()
        for action in own:
            if action.name != "commands":
                reason = screen.why_not(action)
                yield Offer(
                    f"{action.title} ({screen.key_of(action)})",
                    f"Not now: {reason}" if reason else action.sentence,
                    partial(screen.call_later, screen.action_act, action.name),
                    True,
                )
        for action in ACTIONS.values():
            if action not in own and action.place != EVERYWHERE:
                yield Offer(
                    f"{PLACES[action.place]}: {action.title} ({screen.key_of(action)})",
                    action.sentence,
                    partial(_do_elsewhere, screen.main, action),
                    False,
                )

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for offer in self._offers():
            yield DiscoveryHit(Content(offer.title), offer.do, text=offer.title, help=offer.says)

    async def search(self, query: str) -> Hits:
        """What matches the words typed; this screen's own actions come first."""
        matcher = self.matcher(searched(query))
        for offer in self._offers():
            score = matcher.match(offer.title)
            # Fuzzy on a whole sentence would find nearly everything.
            if score <= 0 and all(word in searched(offer.says) for word in searched(query).split()):
                score = 0.1
            if score > 0:
                yield Hit(
                    score + offer.here, Content(offer.title), offer.do, text=offer.title, help=offer.says
                )


def _do_elsewhere(app: "Main", action: Action) -> None:
    if action.place in OPENED_AS:
        app.open(OPENED_AS[action.place], action.name)
    elif action.place == CONNECTIONS:
        # Of which client? Of the one under the cursor.
        clients = app.open("clients")
        if isinstance(clients, ActionScreen):
            clients.call_later(_do_in_connections, clients, action)
    else:
        app.notify(with_keys(REACHED_FROM[action.place], app.keys), title=action.title, markup=False)


async def _do_in_connections(clients: ActionScreen, action: Action) -> None:
    await clients.action_act("connections")
    opened = clients.main.screen
    if isinstance(opened, ActionScreen) and opened is not clients:
        opened.call_after_refresh(partial(opened.action_act, action.name))
