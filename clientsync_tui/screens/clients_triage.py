"""Triage above the client list: a tab for each status with its count, and within a status the groups that one act would mend."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ..practice.status import Reason, Status
from ..store.clients import Group
from ..sync.tabs import TABS
from ..sync.words import ASCII_SYMBOLS, SHORT, SYMBOLS
from .locale_words import number

STYLES = {"all": "", "connected": "$text-success", "expiring": "$text-warning", "expired": "$text-error"} | {
    "broken": "$text-error",
    "none": "$text-muted",
}


SYMBOL_OF = {tab.key: tab.statuses[0] for tab in TABS[1:]}


class TriageTabs(Widget, can_focus=False):
    """The tabs in one line. On a narrow screen the ones not chosen are a symbol and a count."""

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
        """Shows these counts; draws only when they changed."""
        new = {tab.key: sum(counts[each] for each in tab.statuses) for tab in TABS}
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
        return Content.assemble(*parts)

    def _label(self, index: int, short: bool) -> str:
        tab = TABS[index]
        count = number(self.count(index)) if self._counts else "…"
        if short and index != self.chosen and tab.key in SYMBOL_OF:
            status = SYMBOL_OF[tab.key] or Status.DISCONNECTED
            return f"{(ASCII_SYMBOLS if self.ascii_marks else SYMBOLS)[status]}{count}"
        return f"{tab.title} {count}"

    def on_click(self, event: events.Click) -> None:
        """Chooses what was clicked."""
        for start, end, index in self._spans:
            if start <= event.x - self.styles.padding.left < end:
                self.post_message(self.Chosen(index))


def group_words(group: Group, now: datetime, you: bool) -> str:
    """`25 signed in by Ann Lee, who has not used it for 61 days`."""
    person = group.person.name or group.person.email
    days = (now - group.used_at).days
    unused = "today" if days <= 0 else f"for {days} day{'' if days == 1 else 's'}"
    count = number(group.count)
    match group.standing.reason:
        case Reason.SIGN_IN_LAPSED | Reason.SIGN_IN_ENDING:
            who = "you, who have" if you else f"{person}, who has"
            return f"{count} signed in by {who} not used it {unused}"
        case Reason.SIGN_IN_REFUSED:
            return f"{count} signed in by {'you' if you else person}: the sign-in is refused"
        case reason:
            return f"{count} {SHORT.get(reason or '', '')}, signed in by {'you' if you else person}"


def group_filter(group: Group) -> str:
    """The filter text that shows exactly a group."""
    return f"reason:{group.standing.reason} by:{group.person.email}"


class TriageGroups(Widget, can_focus=False):
    """The groups of the chosen tab, a line each; `←` `→` or a click chooses one."""

    DEFAULT_CSS = """
    TriageGroups { height: auto; max-height: 5; padding: 0 1; display: none; }
    """
    chosen: reactive[int | None] = reactive(None)
    """Which group the list is filtered to; None: all of them."""

    class Chosen(Message):
        """A group was clicked; None: all of them."""

        def __init__(self, index: int | None) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[str, ...] = ()
        self.most = 4

    def show(self, lines: Sequence[str]) -> None:
        """Shows these groups, or nothing; draws only when they changed."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.display = bool(lines)
            self.refresh(layout=True)

    @property
    def _window(self) -> range:
        start = max(0, min((self.chosen or 0) - self.most + 1, len(self._lines) - self.most))
        return range(start, min(start + self.most, len(self._lines)))

    def render(self) -> Content:
        """As many lines as there is room for, the chosen one among them."""
        parts: list[tuple[str, str]] = []
        for index in self._window:
            mark = "> " if index == self.chosen else "  "
            more = len(self._lines) - self._window.stop if index == self._window[-1] else 0
            said = f"  (→ {more} more)" if more else ""
            room = self.content_size.width - 2 - cell_len(said)
            line = self._lines[index]
            line = line if cell_len(line) <= room else set_cell_size(line, max(0, room - 1)) + "…"
            parts.append((f"{mark}{line}", "bold reverse" if index == self.chosen else ""))
            parts.append((f"{said}\n" if index != self._window[-1] else said, "$text-muted"))
        return Content.assemble(*parts)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """A line for each group that is shown."""
        return len(self._window)

    def watch_chosen(self) -> None:
        """The window may have moved."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Chooses what was clicked; the chosen one again shows all."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._window):
            index = self._window[offset.y]
            self.post_message(self.Chosen(None if index == self.chosen else index))
