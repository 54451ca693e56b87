"""The last line of every screen: the available keys, most useful first. Clicking one does the same."""

from collections.abc import Sequence
from typing import NamedTuple

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
    """How to show a key: the first of `keys`, as labelled on a keyboard."""
    *modifiers, last = keys.split(",")[0].split("+")
    if last in KEY_NAMES:
        last = KEY_NAMES[last]
    elif last in ARROWS or len(last) > 3:
        # All others are characters, which Textual names as Unicode does.
        last = format_key(last)
    return "+".join([*modifiers, last])


def key_now(keys: str, focused: Widget | None) -> str | None:
    """How to show the first of `keys` that works now. None: the focused field takes them all as text."""
    if isinstance(focused, Input):
        keys = ",".join(key for key in keys.split(",") if not _is_typed(key))
    return key_name(keys) if keys else None


def _is_typed(key: str) -> bool:
    return key == "space" or (len(key_name(key)) == 1 and key not in ARROWS)


GAP = 2
"""Blanks between two entries."""


class Entry(NamedTuple):
    """A key, its label, and what a click on it runs. `always`: it has room before all others. `last`: it is at the right end."""

    key: str
    label: str
    action: str
    always: bool = False
    last: bool = False

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return cell_len(self.key) + 1 + cell_len(self.label)


class KeyBar(Widget, can_focus=False):
    """Keys and their labels in one line. Those that don't fit are left out; `?` lists them all."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._spans: list[tuple[int, int, str]] = []
        self._clicked = ""

    def show(self, entries: Sequence[Entry]) -> None:
        """Shows these. Draws only if they changed."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.refresh()

    @property
    def actions(self) -> tuple[str, ...]:
        """What a click can do, from left to right."""
        return tuple(action for _, _, action in self._spans)

    def place_of(self, action: str) -> int | None:
        """Where to click for it; None if there was no room for it."""
        return next((start for start, _, of in self._spans if of == action), None)

    def render(self) -> Content:
        """The line, with whole entries only."""
        parts: list[tuple[str, str]] = []
        self._spans = []
        at, room = 0, self.content_size.width
        for entry in self._fitting(room):
            start = room - entry.width if entry.last else at
            parts += [
                (" " * (start - at), ""),
                (entry.key, "bold $text"),
                (f" {entry.label}", ""),
                (" " * GAP, ""),
            ]
            at = start + entry.width + GAP
            self._spans.append((start, start + entry.width, entry.action))
        return Content.assemble(*parts)

    def _fitting(self, room: int) -> list[Entry]:
        """The entries that fit, in their order."""
        fitting: set[Entry] = set()
        for entry in sorted(self._entries, key=lambda entry: not entry.always):
            if entry.width <= room:
                fitting.add(entry)
                room -= entry.width + GAP
        return sorted(fitting, key=lambda entry: (entry.last, self._entries.index(entry)))

    async def on_click(self, event: events.Click) -> None:
        """Runs the clicked action."""
        offset = event.get_content_offset(self)
        for start, end, action in self._spans:
            if offset is not None and start <= offset.x < end:
                # The first click of a double click may have put another entry in its place.
                if event.chain == 1 or self._clicked in ("", action):
                    self._clicked = action
                    await self.screen.run_action(action)
                return
