"""Above the client list: a tab for each status with its count, and under some tabs the fixes for its clients."""

from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ...practice.status import Status
from ...sync.fix_words import FixLine
from ...sync.locale_words import number
from ...sync.tabs import TABS
from ...sync.words import ASCII_SYMBOLS, SYMBOLS
from ...widgets.share_bar import Share, share_bar

STYLES = {"all": "", "connected": "$text-success", "expiring": "$text-warning", "expired": "$text-error"} | {
    "broken": "$text-error",
    "none": "$text-muted",
}


FILLS = {"connected": "█", "expiring": "▓", "expired": "▒", "broken": "░", "none": "·"}
ASCII_FILLS = {"connected": "#", "expiring": "~", "expired": "x", "broken": "!", "none": "-"}
BAR, LEAST_BAR = 26, 14
"""The width of the health bar beside the tabs, and the minimum worth showing."""
SYMBOL_OF = {tab.key: tab.statuses[0] for tab in TABS[1:]}
AROUND = 8
"""Screen rows that are neither fixes nor clients."""
LOW, HIGH = 16, 30
"""Below the first number of screen rows there is room for one fix; from the second on, for more than three."""


class TriageTabs(Widget, can_focus=False):
    """The tabs in one line. On a narrow screen, tabs that aren't chosen shrink to a symbol and a count."""

    DEFAULT_CSS = """
    TriageTabs { height: 1; padding: 0 1; }
    """
    chosen: reactive[int] = reactive(0)
    ascii_marks: reactive[bool] = reactive(False)

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, int] = {}
        self._spans: list[tuple[int, int, int]] = []

    def show(self, counts: Counter[Status | None]) -> None:
        """Shows these counts; redraws only if they have changed."""
        new = {tab.key: sum(counts[status] for status in tab.statuses) for tab in TABS}
        if new != self._counts:
            self._counts = new
            self.refresh()

    def count(self, index: int) -> int:
        """How many clients are under a tab."""
        return self._counts.get(TABS[index].key, 0)

    def render(self) -> Content:
        """The line, in the longest form that fits."""
        width = self.content_size.width
        for gap, short in ((3, False), (2, False), (2, True), (1, True)):
            labels = [self._label(index, short) for index in range(len(TABS))]
            if sum(map(cell_len, labels)) + gap * (len(labels) - 1) <= width:
                break
        parts: list[tuple[str, str]] = []
        self._spans = []
        at = 0
        for index, label in enumerate(labels):
            style = STYLES[TABS[index].key] if self.count(index) else "$text-muted"
            parts.append((label, f"{style} bold reverse" if index == self.chosen else style))
            parts.append((" " * gap, ""))
            self._spans.append((at, at + cell_len(label), index))
            at += cell_len(label) + gap
        return Content.assemble(*parts, *self._health(width - at))

    def _health(self, room: int) -> list[tuple[str, str]]:
        """The practice's health at a glance, at the right end."""
        if room < LEAST_BAR:
            return []
        fills = ASCII_FILLS if self.ascii_marks else FILLS
        shares = [Share(self._counts.get(key, 0), fill, STYLES[key]) for key, fill in fills.items()]
        bar = share_bar(shares, min(room, BAR), ascii_marks=self.ascii_marks)
        return [(" " * (room - min(room, BAR)), ""), *bar] if bar else []

    def _label(self, index: int, short: bool) -> str:
        tab = TABS[index]
        count = number(self.count(index)) if self._counts else "…"
        if short and index != self.chosen and tab.key in SYMBOL_OF:
            status = SYMBOL_OF[tab.key] or Status.DISCONNECTED
            return f"{(ASCII_SYMBOLS if self.ascii_marks else SYMBOLS)[status]}{count}"
        return f"{tab.title} {count}"

    def on_click(self, event: events.Click) -> None:
        """Chooses the clicked tab."""
        for start, end, index in self._spans:
            if start <= event.x - self.styles.padding.left < end:
                self.post_message(self.Chosen(index))


class FixList(Widget, can_focus=False):
    """The fixes for the tab's clients, one per line; `←` `→` or a click chooses one."""

    DEFAULT_CSS = """
    FixList { height: auto; padding: 0 1; display: none; }
    """
    chosen: reactive[int | None] = reactive(None)
    """Which fix the list is narrowed to; None: the whole tab."""

    class Chosen(Message):
        """A fix was clicked; None: the whole tab."""

        def __init__(self, index: int | None) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[FixLine, ...] = ()
        self._clients = 0
        # The first line that is shown.
        self._top = 0

    def show(self, lines: Sequence[FixLine], clients: int | None = None) -> None:
        """Shows these fixes, or none; redraws only if they have changed. `clients`: how many the list below has; None:
        unchanged.
        """
        before = self._lines, self._clients
        self._lines, self._clients = tuple(lines), self._clients if clients is None or not lines else clients
        if (self._lines, self._clients) != before:
            self.display = bool(lines)
            self.refresh(layout=True)

    @property
    def _most(self) -> int:
        """How many lines the screen has room for."""
        height = self.screen.size.height
        if height < LOW:
            return 1
        # Space that the clients below don't need goes to fixes, up to half the height.
        return 3 if height < HIGH else max(height // 6, min(height // 2, height - AROUND - self._clients))

    @property
    def _window(self) -> range:
        start = max(0, min(self._top, len(self._lines) - self._most))
        return range(start, min(start + self._most, len(self._lines)))

    def render(self) -> Content:
        """As many lines as fit, including the chosen one, with how many are hidden above and below."""
        window = self._window
        lines = [self._line(index) for index in window]
        above, below = window.start, len(self._lines) - window.stop
        hidden = [
            f"{number(count)} more {where}" for count, where in ((above, "above"), (below, "below")) if count
        ]
        if hidden:
            lines.append(Content.styled(f"  {', '.join(hidden)}", "$text-muted"))
        return Content("\n").join(lines)

    def _line(self, index: int) -> Content:
        """If it is too long, the cause is shortened; what it is about and what to do stay."""
        line, chosen = self._lines[index], index == self.chosen
        mark = "> " if chosen else "  "
        cause, whole = line.cause, self.content_size.width - cell_len(mark + line.start + line.end)
        longer, shorter = (f" · {words}" if words else "" for words in (line.reach, line.reach_short))
        reach = longer if cell_len(cause + longer) <= whole else shorter
        room = whole - cell_len(reach)
        if cell_len(cause) > room:
            cause = set_cell_size(cause, max(0, room - 1)) + "…"
        style = "bold reverse" if chosen else ""
        return Content.assemble((f"{mark}{line.start}{cause}{reach}", style), (line.end, style or "bold"))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line per shown fix, and one for the rest."""
        return len(self._window) + (len(self._lines) > len(self._window))

    def watch_chosen(self) -> None:
        """The chosen one is in sight."""
        chosen = self.chosen or 0
        self._top = max(chosen - self._most + 1, min(self._top, chosen)) if self.is_attached else 0
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Shows those below."""
        self._scroll(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Shows those above."""
        self._scroll(event, -1)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        self._top = max(0, min(self._window.start + by, len(self._lines) - self._most))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Chooses the clicked fix. The chosen one again shows all; the last line scrolls to the next hidden one."""
        offset, window = event.get_content_offset(self), self._window
        if offset is None:
            return
        if offset.y < len(window):
            index = window[offset.y]
            self.post_message(self.Chosen(None if index == self.chosen else index))
        else:
            self.post_message(self.Chosen(window.stop if window.stop < len(self._lines) else 0))
