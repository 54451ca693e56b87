"""A button that never loses a key."""

from textual import widgets


class Button(widgets.Button):
    """Accepts every key. Textual's own button ignores keys for the fifth of a second in which it looks pressed, even after
    leaving the screen and returning.

    A second click within that time still counts as a double click.
    """

    def action_press(self) -> None:
        """Presses it."""
        self.press()
