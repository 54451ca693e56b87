"""The last line of every screen: the keys that work now, most useful first. A click does the same."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.keys import format_key
from textual.widget import Widget
from textual.widgets import Input

KEY_NAMES = {
    "escape": "esc",
    "space": "space",
    "enter": "enter",
    "tab": "tab",
    "backspace": "backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "insert": "Ins",
}
ARROWS = ("up", "down", "left", "right")


def key_name(keys: str) -> str:
    """How a key is shown: the first of `keys`, named as on a keyboard."""
    *modifiers, last = keys.split(",")[0].split("+")
    if last in KEY_NAMES:
        last = KEY_NAMES[last]
    elif last in ARROWS or len(last) > 3:
        # The rest are characters that Textual names as Unicode does.
        last = format_key(last)
    return "+".join([*modifiers, last])


def key_now(keys: str, focused: Widget | None) -> str | None:
    """How the first of `keys` that works is shown. None: the focused field takes them all as text."""
    if isinstance(focused, Input):
        keys = ",".join(key for key in keys.split(",") if not _is_typed(key))
    return key_name(keys) if keys else None


def _is_typed(key: str) -> bool:
    return key == "space" or (len(key_name(key)) == 1 and key not in ARROWS)


class KeyBar(Widget, can_focus=False):
    """Keys and their labels in one line. Those that do not fit are left out; `?` lists them all."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[tuple[str, str, str], ...] = ()
        self._spans: list[tuple[int, int, str]] = []

    def show(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Shows (key, label, action to run). Draws only if they changed."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def render(self) -> Content:
        """The line, cut to whole entries."""
        parts: list[tuple[str, str]] = []
        self._spans = []
        at = 0
        for key, label, action in self._keys:
            width = cell_len(key) + 1 + cell_len(label)
            if at + width > self.content_size.width:
                continue
            parts += [(key, "bold $text"), (f" {label}", ""), ("  ", "")]
            self._spans.append((at, at + width, action))
            at += width + 2
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        """Does what was clicked."""
        offset = event.get_content_offset(self)
        for start, end, action in self._spans:
            if offset is not None and start <= offset.x < end:
                await self.screen.run_action(action)
                return
