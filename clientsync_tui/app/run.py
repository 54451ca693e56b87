"""Runs the app in the terminal."""

from ..terminal import capabilities
from ..terminal.last_frame import Shown
from ..terminal.screen_alone import screen_alone
from ..workplace import Workplace
from .app import ClientSyncApp
from .kept_frame import Start


def run(workplace: Workplace, asked: capabilities.AskedBackground, frame: Shown | None = None) -> int:
    """Runs the app until the user quits or the terminal is gone. Returns the exit status. `frame`: the last frame, if it
    may be saved.
    """
    light = asked.is_light()
    app = ClientSyncApp(workplace, Start(light, asked.typed, frame))
    with screen_alone():
        app.run(mouse=capabilities.wants_mouse(workplace.config.screen.mouse))
    if frame is not None:
        frame.taken_over()
    app.kept_frame.save()
    return app.return_code or 0
