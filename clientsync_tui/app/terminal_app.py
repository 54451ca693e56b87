"""What the app does for the terminal that it is in, whatever it shows there: colours, size, clipboard, help, hang-up, the unexpected."""

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.css.query import NoMatches
from textual.events import DescendantFocus, Key
from textual.screen import ModalScreen

from ..host.on_posix import SIGHUP
from ..terminal import capabilities, clipboard
from . import look
from .key_names import keys_of
from .type_ahead import TypeAheadApp


class TerminalApp(TypeAheadApp):
    """An app that behaves in a terminal."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012  (Textual declares it so)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (64, "-wide")]  # noqa: RUF012  (Textual declares it so)

    def __init__(self, theme: str, typed: bytes = b"") -> None:
        """`typed`: what came from the terminal before the app could read it."""
        super().__init__()
        self._typed = typed
        self.keys: Mapping[str, str] = {}
        self.register_theme(look.DARK)
        self.register_theme(look.LIGHT)
        self.theme = theme
        if self.no_color:
            # Textual turns colours into greys, or into codes for no colour.
            self._filters = [look.NoColours()]

    def get_css_variables(self) -> dict[str, str]:
        """Those of the theme, of which Textual takes only some."""
        return {**super().get_css_variables(), **self.current_theme.variables}

    def on_mount(self) -> None:
        """Signals, and what was typed too early."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._unheard)
        if not self.is_headless and SIGHUP is not None:
            # Textual ignores a hang-up and would burn a core for ever once its terminal is gone.
            loop.add_signal_handler(SIGHUP, self._hung_up)
        if self.is_web:
            self.set_interval(1, partial(self._end_with, os.getppid()))
        self._take_typed()
        self.call_later(self.mind_size)

    def _hung_up(self) -> None:
        if capabilities.is_gone():
            # The thread that writes has ended with it, and whoever gives that more than a little waits for ever.
            driver: Any = self._driver
            driver.write = lambda data: None  # pyright: ignore[reportUnknownLambdaType]
            driver._writer_thread = None
        self.exit()

    def _end_with(self, server: int) -> None:
        # Nor does it notice that whoever serves it to a browser is gone.
        if os.getppid() != server:
            self.exit()

    def _take_typed(self) -> None:
        from textual._xterm_parser import XTermParser  # pyright: ignore[reportPrivateImportUsage]

        for event in XTermParser().feed(self._typed.decode(errors="ignore")):
            if isinstance(event, Key):
                self.post_message(event)

    def write(self, sequence: str) -> None:
        """Writes what is no part of the screen to the terminal: a notice, or the clipboard."""
        if self._driver is not None and sequence:
            self._driver.write(sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Sends `text` to the clipboard of the person's own terminal, also through tmux; whether it arrives cannot be known."""
        self._clipboard = text
        self.write(clipboard.sequence(text))
        self.run_worker(clipboard.to_tmux(text), group="clipboard", exit_on_error=False)

    def on_resize(self) -> None:
        """The size matters to what is shown."""
        self.call_later(self.mind_size)

    def mind_size(self) -> None:
        """Covers what is open in a terminal that is too small for it, until there is room."""
        from ..screens.too_small import TooSmall, fits

        if fits(self.size) == isinstance(self.screen, TooSmall):
            self.pop_screen() if fits(self.size) else self.push_screen(TooSmall())

    def on_key(self, event: Key) -> None:
        """`?` works in dialogues too, which know no key of the app."""
        from ..screens.help import HelpScreen

        if (
            event.key in keys_of("everywhere.help", self.keys).split(",")
            and isinstance(self.screen, ModalScreen)
            and not isinstance(self.screen, HelpScreen)
        ):
            # Else the help that opens would be closed by the same key.
            event.prevent_default()
            self.action_help()

    def action_help(self) -> None:
        """The keys of what is open."""
        from ..screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """No cursor blinks: each blink would be drawn over the line, for as long as a field has the keys."""
        if hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False  # pyright: ignore[reportAttributeAccessIssue]

    # What nobody expected

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, NoMatches) and (self._exit or not self._running):
            # A screen was still being made when the app was left: what it looks for is gone already.
            return
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        from .. import logbook

        if self.is_headless or self._exception is None:
            super()._fatal_error()
            return
        self._exit_renderables.append(f"clientsync: {logbook.says(self._exception)}")
        self._close_messages_no_wait()

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        from .. import logbook

        # Whatever it is of, nobody waits for it; asyncio would print it over the screen.
        if isinstance(error := context.get("exception"), BaseException):
            logbook.write(error)
