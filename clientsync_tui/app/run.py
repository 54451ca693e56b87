"""Runs the app in the terminal."""

from ..terminal import capabilities
from ..terminal.screen_alone import screen_alone
from ..workplace import Workplace
from .app import ClientSyncApp


def run(workplace: Workplace, asked: capabilities.AskedBackground) -> int:
    """Runs the app until it is left or its terminal is gone. Returns the exit status."""
    app = ClientSyncApp(workplace, light=asked.is_light(), typed=asked.typed)
    with screen_alone():
        app.run(mouse=capabilities.wants_mouse(workplace.config.screen.mouse))
    return app.return_code or 0
