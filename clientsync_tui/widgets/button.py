"""A button that loses no key."""

from textual import widgets


class Button(widgets.Button):
    """Takes every key. Textual's own takes none for the fifth of a second in which it looks pressed, even on a screen that was left and shown anew.

    A second click in that time is still taken for a double click.
    """

    def action_press(self) -> None:
        """Presses it."""
        self.press()
