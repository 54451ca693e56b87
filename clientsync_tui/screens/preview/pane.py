"""The preview: the client under the cursor beside the list, or over it if the terminal has no room for both."""

import asyncio
import time
from functools import partial
from typing import cast

from textual import events
from textual.timer import Timer

from ...app.key_names import with_keys
from ...practice.trouble import Trouble
from ...store.files.sqlite_errors import SqliteError
from ...sync.client_columns import Viewer
from ...widgets.details_pane import DetailsPane
from ..main import Main

WIDE = 140
"""The terminal width from which it is beside the list."""
REST_S = 0.15
"""How long after the last movement of the cursor it follows, so that a key held down never waits for it."""
AT_ONCE_S = 0.01
"""The delay if no key was pressed: just after the frame that shows the pane."""
STEP = 4
"""How many cells a key widens it by."""
NARROWEST, LEFT_FOR_LIST = 36, 64
SHOWN, WIDTH = "preview", "preview_width"
"""The preferences for whether it is beside the list, and how wide."""


class PreviewPane(DetailsPane):
    """Follows the cursor with a delay: its content is read on a thread, once no more keys come."""

    DEFAULT_CSS = """
    PreviewPane { display: none; border-left: solid $panel; padding: 0 1; }
    PreviewPane.shown { display: block; }
    PreviewPane.over { layer: above; width: 100%; border-left: none; background: $background; }
    PreviewPane:nocolor { border-left: ascii $foreground; }
    PreviewPane.over:nocolor { border-left: none; }
    """

    def __init__(self) -> None:
        super().__init__(id="preview")
        self._client: int | None = None
        self._viewer: Viewer | None = None
        self._due = 0.0
        self._resting: Timer | None = None
        self._over = False
        self._pulled = False

    @property
    def main(self) -> Main:
        """The app."""
        return cast(Main, self.app)  # pyright: ignore[reportUnknownMemberType]

    # Whether it is visible

    def on_mount(self) -> None:
        """Restores its last state."""
        self.fit()

    @property
    def is_over(self) -> bool:
        """Whether it covers the list."""
        return self._over and not self._has_room

    @property
    def is_seen(self) -> bool:
        """Whether there is anything to keep up to date."""
        return self.has_class("shown")

    @property
    def _has_room(self) -> bool:
        return self.main.size.width >= WIDE

    def toggle(self) -> None:
        """Shows or hides it, as fits this width; beside the list, also for the next start."""
        if self._has_room:
            preferences = self.main.workplace.preferences
            preferences.save(SHOWN, not preferences.get(SHOWN, True))
        else:
            self._over = not self._over
        self.fit()

    def close(self) -> None:
        """Uncovers the list."""
        self._over = False
        self.fit()

    def widen(self, by: int) -> None:
        """Makes it wider or narrower, also for the next start."""
        self._keep_width(self._width() + by * STEP)

    def _keep_width(self, width: int) -> None:
        most = max(NARROWEST, self.main.size.width - LEFT_FOR_LIST)
        self.main.workplace.preferences.save(WIDTH, max(NARROWEST, min(width, most)))
        self.fit()

    def _width(self) -> int:
        screen = self.main.size.width
        chosen = self.main.workplace.preferences.get(WIDTH, 0)
        return min(chosen or max(46, min(screen // 3, 80)), screen - LEFT_FOR_LIST)

    def fit(self) -> None:
        """Takes the place that the terminal has for it."""
        beside = self._has_room and self.main.workplace.preferences.get(SHOWN, True)
        if beside:
            self.styles.width = self._width()
        elif self._over:
            self.styles.width = "100%"
        self.set_class(beside or self.is_over, "shown")
        self.set_class(self.is_over, "over")
        self._begin(AT_ONCE_S)

    # What it shows

    def follow(self, client: int | None, viewer: Viewer | None) -> None:
        """The cursor is on this client. Must be nearly free, because it happens between a key and its frame."""
        self._client, self._viewer = client, viewer
        if self.is_seen:
            self._begin(REST_S)

    def _begin(self, rest_s: float) -> None:
        self._due = time.monotonic() + rest_s
        if self._resting is None and self.is_seen:
            self._resting = self.set_timer(rest_s, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if (left := self._due - time.monotonic()) > AT_ONCE_S / 2:
            # More keys came meanwhile: one timer for all of them, instead of one each.
            self._resting = self.set_timer(left, self._rested)
        elif self.is_seen:
            self.run_worker(self._read(), group="preview", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        # Created with the first shown client; the first frame does without it.
        from .words import lines, read

        client, viewer = self._client, self._viewer
        if client is None or viewer is None:
            self.show(())
            return
        try:
            known = await asyncio.to_thread(partial(read, self.main.workplace.store, client, viewer.now))
        except (Trouble, SqliteError):
            # The list itself says why the practice can't be read.
            return
        if client == self._client:
            keyed = partial(with_keys, own=self.main.keys)
            self.show(tuple(lines(known, viewer, keyed)) if known else ())

    # The mouse drags its left edge

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Starts dragging."""
        if event.x == 0 and not self.is_over:
            self._pulled = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drags."""
        if self._pulled and event.x:
            self._keep_width(self.outer_size.width - event.x)

    def on_mouse_up(self) -> None:
        """Stops dragging."""
        if self._pulled:
            self._pulled = False
            self.release_mouse()
