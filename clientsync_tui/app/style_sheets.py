"""The app's style sheets: the first screen's at the start, the rest when a second screen is opened."""

from typing import TYPE_CHECKING, Any

from . import look

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen


class StyleSheets:
    """Reads each style sheet only when needed, and only once. The app's `CSS_PATH` is `look.FIRST_SHEETS`."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app
        self._all_read = False
        # Textual parses every sheet again when a theme is set, unless the theme is the one they were read for.
        app.stylesheet.set_variables(app.get_css_variables())
        self._theme = app.theme

    def are_for_another_theme(self) -> bool:
        """Whether the theme has changed since the last call."""
        before, self._theme = self._theme, self._app.theme
        return before != self._theme

    def ready(self, screen: "Screen[Any]") -> None:
        """Prepares a screen that is about to be opened, so that it is styled correctly from the start."""
        self.read_all()
        if not screen.is_running:
            _know_size(screen, self._app)

    def read_all(self) -> None:
        """Reads the sheets that the first screen doesn't need."""
        if not self._all_read:
            self._all_read = True
            for sheet in look.style_sheets():
                self._app.stylesheet.add_source(sheet.read_text("utf-8"), (str(sheet), ""))


def _know_size(screen: "Screen[Any]", app: "App[Any]") -> None:
    """Gives a screen the classes for the terminal's size before it composes. Textual adds them later, which styles it
    twice.
    """
    for dimension, own, of_app in (
        (app.size.width, screen.HORIZONTAL_BREAKPOINTS, app.HORIZONTAL_BREAKPOINTS),
        (app.size.height, screen.VERTICAL_BREAKPOINTS, app.VERTICAL_BREAKPOINTS),
    ):
        breakpoints = (of_app if own is None else own) or []
        if reached := max((step for step in breakpoints if step[0] <= dimension), default=None):
            screen.add_class(reached[1], update=False)
