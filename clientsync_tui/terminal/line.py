"""The app's connection to its terminal: keys typed early, notifications, the clipboard, and the end of the connection."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..host.on_posix import SIGNALS
from . import capabilities, clipboard, textual_internals

if TYPE_CHECKING:
    from textual.app import App

    from .changed_cells import ChangedCells


class Line:
    """Everything the app does for its terminal, whatever is on the screen."""

    def __init__(self, app: "App[Any]", cells: "ChangedCells", typed: bytes = b"") -> None:
        """`cells`: what the terminal shows. `typed`: keys that arrived before the app could read them."""
        self._app = app
        self._cells = cells
        self._typed = typed
        textual_internals.keep_pastes_whole()

    def start(self) -> None:
        """Passes on the early keys, and watches for the end of the connection. Call it in the app's event loop."""
        app: Any = self._app
        # We don't know what others have written to the terminal meanwhile.
        app.app_resume_signal.subscribe(app, self._draw_again)
        if not app.is_headless:
            self._end_on_signals()
        if app.is_web:
            server = os.getppid()
            app.set_interval(1, lambda: self._end_with(server))
        for key in textual_internals.keys_in(self._typed):
            app.post_message(key)

    def _draw_again(self, _: object) -> None:
        self._cells.forget()
        # Textual itself only lays out again, and draws nothing if the size is unchanged.
        self._app.refresh(layout=True)

    def _end_on_signals(self) -> None:
        """Ends the app as `q` does, with the terminal restored. Textual ignores a hang-up and would use a whole core once its terminal
        is gone; the other signals would end the program where it is.
        """
        loop = asyncio.get_running_loop()
        # The loop on Windows doesn't support this.
        with suppress(NotImplementedError):
            for number in SIGNALS:
                loop.add_signal_handler(number, self._hang_up)

    def _hang_up(self) -> None:
        if capabilities.is_gone():
            textual_internals.stop_writing(self._app)
        self._app.exit()

    def _end_with(self, server: int) -> None:
        # Nor does Textual notice when the server that shows it in a browser is gone.
        if os.getppid() != server:
            self._app.exit()

    def copy(self, text: str, write: Callable[[str], None]) -> bool:
        """Sends `text` to the clipboard of the user's own terminal, through tmux if necessary. There is no way to know
        whether it arrives.

        False if this version of Textual doesn't allow it: then copy as Textual does.
        """
        if not textual_internals.remember_copied(self._app, text):
            return False
        write(clipboard.sequence(text))
        self._app.run_worker(clipboard.to_tmux(text), group="clipboard", exit_on_error=False)
        return True
