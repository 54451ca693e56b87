"""The screens that can be opened by name. Each is imported when opened."""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App
    from textual.command import Provider

    from ..screens.base import ActionScreen
    from ..sync.kinds.seam.kind import BulkKind

_SCREENS = {
    "clients": ("clients.clients", "ClientsScreen"),
    "client_sync": ("client_sync.client_sync", "ClientSyncScreen"),
    "jobs": ("jobs.jobs", "JobsScreen"),
    "job": ("jobs.job", "JobScreen"),
    "history": ("history", "HistoryScreen"),
    "morning": ("morning", "MorningScreen"),
    "connections": ("connections.connections", "ConnectionsScreen"),
    "add_clients": ("client_sync.add_clients", "AddClientsScreen"),
    "reassign": ("client_sync.reassign", "ReassignScreen"),
    "reconnect": ("client_sync.reconnect", "ReconnectScreen"),
    "kind": ("client_sync.kind", "KindScreen"),
    "first_start": ("first_start", "FirstStartScreen"),
}
"""Each screen's module and class, by the name that `ClientSyncApp.open` takes."""


def is_screen(name: str) -> bool:
    """Whether there is a screen of that name."""
    return name in _SCREENS


def screen_class(name: str) -> "type[ActionScreen]":
    """The screen's class. Raises KeyError for an unknown name."""
    module, kind = _SCREENS[name]
    return getattr(import_module(f"..screens.{module}", __package__), kind)


def open_screen(app: "App[Any]", name: str, action: str | None, wanted: Mapping[str, Any]) -> "ActionScreen":
    """Opens a screen and performs `action` there. Goes back to the screen if it is already open and nothing is `wanted`."""
    kind = screen_class(name)
    screen = next((s for s in app.screen_stack if type(s) is kind and not wanted), None)
    if screen is None:
        screen = kind(**wanted)
        app.push_screen(screen)
    else:
        while app.screen is not screen:
            app.pop_screen()
    if action is not None:
        app.call_after_refresh(partial(screen.action_act, action))
    return screen


def open_kind(app: "App[Any]", kind: "BulkKind", wanted: Mapping[str, Any]) -> "ActionScreen":
    """Opens the screen for choosing a sign-in for a kind of work: its own, else the general one."""
    if is_screen(kind.name):
        return open_screen(app, kind.name, None, wanted)
    return open_screen(app, "kind", None, {"kind": kind, **wanted})


def palette() -> "type[Provider]":
    """The palette's provider, imported when the palette is opened."""
    from ..screens.palette import Actions

    return Actions
