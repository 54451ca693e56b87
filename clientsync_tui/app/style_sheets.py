"""The app's style sheets: the first screen's at the start, the others' when a second screen is opened."""

from typing import Any, cast

from . import look
from .terminal_app import TerminalApp


class StyledApp(TerminalApp):
    """An app that reads no style sheet before it is needed, and none twice."""

    CSS_PATH = look.FIRST_SHEETS

    def __init__(self, theme: str, typed: bytes = b"") -> None:
        super().__init__(theme, typed)
        self._all_sheets = False
        # Textual parses every style sheet again for a theme that is set, unless it is the one that they were read for.
        self.stylesheet.set_variables(self.get_css_variables())
        self._styled_for = self.theme

    def refresh_css(self, animate: bool = True) -> None:
        """Reads the style sheets again for another theme."""
        if self.theme != self._styled_for:
            self._styled_for = self.theme
            super().refresh_css(animate)

    def get_screen(self, screen: Any, screen_class: Any = None) -> Any:
        """The screen to be opened; the sheets that the first one does without are read with the second."""
        if not self._all_sheets:
            self._all_sheets = True
            for sheet in look.style_sheets():
                self.stylesheet.add_source(sheet.read_text("utf-8"), (str(sheet), ""))
        return cast(Any, super()).get_screen(screen, screen_class)
