"""Ignores mouse clicks that were aimed at something no longer there."""

import time
from typing import TYPE_CHECKING, Any, cast

from textual.errors import NoWidget
from textual.events import Event, MouseDown, MouseEvent, MouseScrollDown, MouseScrollUp, MouseUp

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.signal import Signal

AIM_S = 0.4
"""How long it takes to notice that something else is under the pointer. A double click is faster than this too."""


class Aim:
    """Knows what is under the pointer, and since when. It looks only while the mouse is used."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app
        self._at: tuple[int, int] | None = None
        self._under: object = None
        self._changed_at = self._scrolled_at = 0.0
        self._is_late = False

    def is_late(self, event: Event) -> bool:
        """Whether this is a click, or its release, that was aimed at something else."""
        if not isinstance(event, MouseEvent) or event.is_forwarded:
            return False
        self._point(event)
        if isinstance(event, (MouseScrollDown, MouseScrollUp)):
            # Scrolling always brings other things under the pointer, so it is never a mistake.
            self._scrolled_at = time.monotonic()
        if isinstance(event, MouseDown):
            self._is_late = time.monotonic() - self._changed_at < AIM_S
        late = self._is_late and isinstance(event, (MouseDown, MouseUp))
        if isinstance(event, MouseUp):
            self._is_late = False
        return late

    def _point(self, event: MouseEvent) -> None:
        if self._at is None:
            changes = cast("Signal[Screen[Any]]", self._app.screen_change_signal)  # pyright: ignore[reportUnknownMemberType]
            changes.subscribe(self._app, self._look_again)
            self._look_again(self._app.screen)
        if (at := (event.screen_offset.x, event.screen_offset.y)) != self._at:
            # Someone who moves the pointer sees what it is on.
            self._at, self._under, self._changed_at = at, self._found(at), 0.0

    def _look_again(self, screen: "Screen[Any]") -> None:
        laid_out = cast("Signal[Screen[Any]]", screen.screen_layout_refresh_signal)  # pyright: ignore[reportUnknownMemberType]
        laid_out.subscribe(self._app, self._laid_out)
        self._laid_out(screen)

    def _laid_out(self, _: "Screen[Any]") -> None:
        if self._at is not None and (under := self._found(self._at)) != self._under:
            self._under = under
            if (now := time.monotonic()) > self._scrolled_at + AIM_S:
                self._changed_at = now

    def _found(self, at: tuple[int, int]) -> object:
        try:
            return self._app.screen.get_widget_at(*at)
        except NoWidget:
            return None
