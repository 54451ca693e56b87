"""A checkbox that shows its state by its mark, not only by colour."""

from textual.widgets import Checkbox


class Tick(Checkbox):
    """`[X]` or `[ ]`: Textual's own shows the same mark in two colours."""

    # Textual draws a button's sides in its background colour, so brackets there would be invisible.
    BUTTON_LEFT = ""
    BUTTON_INNER = "[ ]"
    BUTTON_RIGHT = ""
    DEFAULT_CSS = """
    Tick, Tick:focus { border: none; padding: 0; background: transparent; }
    Tick:focus { text-style: reverse; }
    Tick > .toggle--button, Tick.-on > .toggle--button { color: $foreground; background: transparent; }
    Tick:focus > .toggle--label { text-style: reverse; color: $foreground; background: transparent; }
    """

    def watch_value(self) -> None:
        """Updates the mark."""
        self.BUTTON_INNER = "[X]" if self.value else "[ ]"  # pyright: ignore[reportConstantRedefinition]
        super().watch_value()
