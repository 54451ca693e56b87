"""The palette: finds every available action by name, clients, saved views and display settings. What belongs to another
screen opens that first.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from ..app.actions import (
    ACTIONS,
    CLIENT_SYNC,
    CLIENTS,
    CONNECTIONS,
    EVERYWHERE,
    HISTORY,
    JOB,
    JOBS,
    MORNING,
    PLACES,
    SELECT,
    Action,
)
from ..practice.counted import counted
from ..practice.filter import Term
from ..practice.model import Client
from ..practice.text import searched
from .base import ActionScreen
from .clients.clients import NEEDS_A_CLIENT, ClientsScreen
from .screen_settings import choices, use
from .titles import of_client

OPENED_AS = {
    CLIENTS: "clients",
    SELECT: "clients",
    CLIENT_SYNC: "client_sync",
    JOBS: "jobs",
    JOB: "jobs",
    HISTORY: "history",
    MORNING: "morning",
}
"""Places that the palette can open before performing an action there. All others are steps of something started elsewhere."""
MOST_CLIENTS = 8
TYPING_S = 0.08
"""How long the search for clients waits for the next letter."""
BEGINS_SO = 1.5
"""A client whose name or code starts with the typed text ranks above actions that merely contain its letters."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the palette. `here`: it works on the screen that the palette was opened from."""

    title: str
    says: str
    do: Callable[[], object]
    here: bool = False


class Actions(Provider):
    """What the palette offers: first what works on this screen, then other screens' actions, views and settings; clients
    once something is typed.
    """

    async def discover(self) -> Hits:
        """Everything except clients, before anything is typed."""
        for offer in self._offers():
            yield DiscoveryHit(Content(offer.title), offer.do, text=offer.title, help=offer.says)

    async def search(self, query: str) -> Hits:
        """What matches the typed words; this screen's own actions come first."""
        matcher = self.matcher(searched(query))
        for offer in self._offers():
            score = matcher.match(offer.title)
            # Fuzzy search over whole sentences would find nearly everything.
            if score <= 0 and all(word in searched(offer.says) for word in searched(query).split()):
                score = 0.1
            if score > 0:
                yield Hit(
                    score + offer.here, Content(offer.title), offer.do, text=offer.title, help=offer.says
                )
        screen = self.screen
        if isinstance(screen, ActionScreen):
            await asyncio.sleep(TYPING_S)
            for client in await asyncio.to_thread(_clients, screen, query):
                name = of_client(client)
                begins = any(searched(text).startswith(searched(query)) for text in (name, client.name))
                yield Hit(
                    BEGINS_SO if begins else 0.9,
                    Content(name),
                    partial(screen.main.open, "connections", client=client.id),
                    text=name,
                    help="Client: open its connections.",
                )

    def _offers(self) -> Iterator[Offer]:
        screen = self.screen
        if isinstance(screen, ActionScreen):
            yield from _here(screen)
            yield from _elsewhere(screen)
            yield from _views(screen)
            yield from _settings(screen)


def _here(screen: ActionScreen) -> Iterator[Offer]:
    for action in screen.own_actions():
        if action.name != "commands" and screen.why_not(action) is None:
            yield Offer(
                f"{action.title} ({screen.key_of(action)})",
                action.sentence,
                partial(screen.call_later, screen.action_act, action.name),
                here=True,
            )


def _elsewhere(screen: ActionScreen) -> Iterator[Offer]:
    own = screen.own_actions()
    for action in ACTIONS.values():
        if action not in own and action.place != EVERYWHERE and _leads_somewhere(screen, action):
            home = _home(screen)
            whom = f"{_whom(home)}: " if home is not None and _is_about_clients(action) else ""
            yield Offer(
                f"{PLACES[action.place]}: {action.title} ({screen.key_of(action)})",
                f"{whom}{action.sentence}",
                partial(_do_elsewhere, screen, action),
            )


def _leads_somewhere(screen: ActionScreen, action: Action) -> bool:
    """Whether its screen can be opened and has what it needs, as far as that is known without opening it."""
    home = _home(screen)
    if home is not None and _is_about_clients(action) and not _is_about_the_same(screen, home):
        return False
    if action.place == CONNECTIONS:
        return home is not None and home.why_not(ACTIONS[f"{CLIENTS}.connections"]) is None
    if action.place in (CLIENTS, SELECT):
        return home is not None and action in home.own_actions() and home.why_not(action) is None
    if action.place == JOB:
        return bool(screen.main.workplace.store.jobs.all(1))
    return action.place in OPENED_AS


def _is_about_clients(action: Action) -> bool:
    return action.place == CONNECTIONS or (action.place == CLIENTS and action.name in NEEDS_A_CLIENT)


def _is_about_the_same(screen: ActionScreen, home: ClientsScreen) -> bool:
    """Whether the list would act on the client the user is looking at; its cursor or selection may be on others."""
    opened = reversed([s for s in screen.main.screen_stack if isinstance(s, ActionScreen)])
    client = next((s.about_client for s in opened if s.about_client is not None), None)
    here = home.client_here()
    return client is None or (not home.table.selection.total and here is not None and here.id == client)


def _whom(home: ClientsScreen) -> str:
    """The clients the list acts on: the selected ones, or the name of the one under the cursor."""
    if selected := home.table.selection.total:
        return counted(selected, "selected client")
    here = home.client_here()
    return here.name if here is not None else ""


def _home(screen: ActionScreen) -> ClientsScreen | None:
    return next((opened for opened in screen.main.screen_stack if isinstance(opened, ClientsScreen)), None)


def _views(screen: ActionScreen) -> Iterator[Offer]:
    for name, text in screen.main.workplace.preferences.views.items():
        yield Offer(f"View: {name}", escape(text), partial(_open_view, screen, text))


def _settings(screen: ActionScreen) -> Iterator[Offer]:
    for choice in choices(screen.main.workplace.config.screen):
        yield Offer(f"Setting: {choice.title}", choice.description, partial(use, screen, choice))


def _clients(screen: ActionScreen, query: str) -> list[Client]:
    """The first clients with all the words. Runs on a thread."""
    words = [Term(None, word) for word in searched(query).split()]
    if not words:
        return []
    clients, now = screen.main.workplace.store.clients, datetime.now(UTC)
    return clients.by_number(clients.first_matching(words, now, MOST_CLIENTS), now)


def _open_view(screen: ActionScreen, text: str) -> None:
    home = screen.main.open("clients")
    if isinstance(home, ClientsScreen):
        home.call_later(home.show_filter, text)


def _do_elsewhere(screen: ActionScreen, action: Action) -> None:
    if action.place != CONNECTIONS:
        screen.main.open(OPENED_AS[action.place], action.name)
        return
    # Which client? The one under the cursor.
    clients = screen.main.open("clients")
    if isinstance(clients, ActionScreen):
        clients.call_later(_do_in_connections, clients, action)


async def _do_in_connections(clients: ActionScreen, action: Action) -> None:
    await clients.action_act("connections")
    opened = clients.main.screen
    if isinstance(opened, ActionScreen) and opened is not clients:
        opened.call_after_refresh(partial(opened.action_act, action.name))
