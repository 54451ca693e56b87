"""Actions that work on every screen: help, undo, quit."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen

from ..practice.trouble import Trouble
from .key_names import keys_of, with_keys

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Key

    from ..workplace import Workplace


def own_keys(app: "App[Any]", workplace: "Workplace") -> Mapping[str, str]:
    """Reads the user's own keys, by action id, and activates them."""
    if not (own := workplace.config.keys):
        return {}
    from .keymap import use

    return use(app, own)


def show_help(app: "App[Any]") -> None:
    """Shows the keys of the screen on top."""
    from ..screens.help import HelpScreen

    app.push_screen(HelpScreen(app.screen))


def act_in_dialogues(
    app: "App[Any]", key: "Key", own: Mapping[str, str], show_messages: Callable[[], None]
) -> None:
    """Makes the keys for help and messages work in dialogues, which have none of the app's keys. `own`: the user's own
    keys.
    """
    from ..screens.dialogues.ask import Lines
    from ..screens.help import HelpScreen

    screen = app.screen
    if not isinstance(screen, ModalScreen) or isinstance(screen, HelpScreen):
        return
    if key.key in keys_of("everywhere.help", own).split(","):
        # Otherwise the same key would also close the help again.
        key.prevent_default()
        show_help(app)
    elif key.key in keys_of("everywhere.messages", own).split(",") and not isinstance(screen, Lines):
        key.prevent_default()
        show_messages()


def undo(app: "App[Any]", workplace: "Workplace") -> None:
    """Undoes the last undoable change to the practice, from the ledger."""
    from ..sync.undo import undo_last

    try:
        app.notify(undo_last(workplace.store, workplace.actor, datetime.now(UTC)), markup=False)
    except Trouble as trouble:
        app.notify(str(trouble), severity="warning", markup=False)


def say_how_to_leave(app: "App[Any]", own: Mapping[str, str]) -> None:
    """ctrl+c doesn't quit, because people press it to copy. Nor does it stop a job, as it does in a command."""
    from ..screens.base import ActionScreen

    message = "Press {everywhere.quit} to leave. A running job can be resumed at the next start."
    instead = app.screen.instead_of_leaving if isinstance(app.screen, ActionScreen) else ""
    app.notify(with_keys(f"{instead} {message}".lstrip(), own))


def leave(app: "App[Any]", *, job_is_running: bool) -> None:
    """Quits. Asks first while a job is running, because the job stops with the program."""
    if not job_is_running:
        app.exit()
        return
    from ..screens.dialogues.confirm import Confirm

    question = "A job is running. Leave, and resume it at the next start?"
    app.push_screen(Confirm(question, yes="Leave", no="Stay"), lambda yes: app.exit() if yes else None)


def cover_if_too_small(app: "App[Any]") -> None:
    """Covers everything open while the terminal is too small for it."""
    from ..screens.too_small import TooSmall, fits

    if fits(app.size) == isinstance(app.screen, TooSmall):
        app.pop_screen() if fits(app.size) else app.push_screen(TooSmall())
