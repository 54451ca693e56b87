"""Display settings that can be changed while the program runs: they take effect at once and are saved in the configuration."""

import asyncio
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from ..app.look import theme_name, use_theme
from ..config.settings import DESCRIPTIONS
from ..config.tables import CHOICES, ScreenTable
from ..config.writing import set_values
from ..practice.trouble import Trouble
from ..terminal import capabilities, textual_internals
from .base import ActionScreen

TABLE = "screen"


class Choice(NamedTuple):
    """A possible new value for a setting."""

    key: str
    value: str | bool

    @property
    def title(self) -> str:
        """`theme dark`."""
        value = self.value if isinstance(self.value, str) else ("off", "on")[self.value]
        return f"{self.key.replace('_', ' ')} {value}"

    @property
    def description(self) -> str:
        """What the setting does."""
        return DESCRIPTIONS[f"{TABLE}.{self.key}"]


def choices(now: ScreenTable) -> Iterator[Choice]:
    """Every other value of every setting."""
    for key, value in now._asdict().items():
        for other in CHOICES.get((TABLE, key), (True, False)):
            if other != value:
                yield Choice(key, other)


def use(screen: ActionScreen, choice: Choice) -> None:
    """Saves it in the configuration, and applies it."""
    screen.run_worker(_use(screen, choice), group="setting", exit_on_error=False)


async def _use(screen: ActionScreen, choice: Choice) -> None:
    workplace = screen.main.workplace
    path = workplace.config.path
    try:
        await asyncio.to_thread(set_values, path, (TABLE,), {choice.key: choice.value})
    except Trouble as trouble:
        screen.say(trouble)
        return
    changed = workplace.config.screen._replace(**{choice.key: choice.value})
    workplace.config = workplace.config._replace(screen=changed)
    _make_true(screen, choice.key, changed)
    screen.notify(f"Set {choice.title} in {path}.", markup=False)


def _make_true(screen: ActionScreen, key: str, settings: ScreenTable) -> None:
    app = cast(Any, screen.app)  # pyright: ignore[reportUnknownMemberType]
    match key:
        case "theme":
            light = None if app.theme.startswith("clientsync") else app.theme.endswith("light")
            use_theme(app, theme_name(settings.theme, light))
            screen.main.redraw()
        case "mouse":
            textual_internals.send_mouse(app, on=capabilities.wants_mouse(settings.mouse))
        case "ascii":
            screen.main.ascii_marks = capabilities.ascii_only(settings.ascii)
            for opened in screen.main.screen_stack:
                for widget in opened.query("*"):
                    if hasattr(widget, "ascii_marks"):
                        widget.ascii_marks = screen.main.ascii_marks  # pyright: ignore[reportAttributeAccessIssue]
            screen.practice_changed()
        case _:
            # All others are read when they are needed.
            pass
