"""The last line of every screen: the available keys, most useful first. Clicking one does the same."""

from collections.abc import Collection, Sequence

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


class KeyBar(Widget, can_focus=False):
    """Keys and their labels in one line. Those that don't fit are left out; `?` lists them all."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[tuple[str, str, str], ...] = ()
        self._always: frozenset[str] = frozenset()
        self._last = ""
        self._spans: list[tuple[int, int, str]] = []
        self._clicked = ""

    def show(
        self, keys: Sequence[tuple[str, str, str]], always: Collection[str] = (), last: str = ""
    ) -> None:
        """Shows (key, label, action to run). `always`: actions that have room before all others. `last`: the action that stands at the
        right end. Draws only if the keys changed."""
        if tuple(keys) != self._keys:
            self._keys, self._always, self._last = tuple(keys), frozenset(always), last
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
        for key, label, action in self._fitting(room):
            width = _width(key, label)
            start = room - width if action == self._last else at
            parts += [(" " * (start - at), ""), (key, "bold $text"), (f" {label}", ""), (" " * GAP, "")]
            self._spans.append((start, start + width, action))
            at = start + width + GAP
        return Content.assemble(*parts)

    def _fitting(self, room: int) -> list[tuple[str, str, str]]:
        """The entries that fit, in their order: first those always shown, then the others."""
        fitting: set[tuple[str, str, str]] = set()
        for entry in sorted(self._keys, key=lambda entry: entry[2] not in self._always):
            width = _width(*entry[:2])
            if width <= room:
                fitting.add(entry)
                room -= width + GAP
        return sorted(fitting, key=lambda entry: (entry[2] == self._last, self._keys.index(entry)))

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


def _width(key: str, label: str) -> int:
    return cell_len(key) + 1 + cell_len(label)
