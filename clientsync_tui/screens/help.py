"""What `?` shows: the keys that work on a screen or in a dialogue, in groups, one line each. The most used come first, and
a search finds any.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, zip_longest
from textwrap import wrap
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Input, OptionList, Static

from ..app.actions import ACTIONS, PLACES, Action
from ..app.key_names import keys_of
from ..practice.filter import FIELDS
from ..practice.text import searched
from ..sync.locale_words import counted
from ..widgets.dialogue_keys import own_key
from ..widgets.fields.search_line import SearchLine
from ..widgets.key_bar import key_name
from ..widgets.select_table.keys import MOVING, SELECTING
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen
from .clients.filter import FilterBar, FilterInput
from .dialogues.dialogue import Dialogue, own_bindings


class Line(NamedTuple):
    """Keys and what they do. `reason`: why not now; empty if they work. `do`: does the same when the line is clicked."""

    keys: str
    sentence: str
    reason: str = ""
    do: Callable[[], object] | None = None


TABLE_KEYS = (
    ("Move one row", "up", "down"),
    ("Move one page", "page_up", "page_down"),
    ("First row, last row", "first", "last"),
    ("Open, or confirm", "open"),
)
SELECT_KEYS = (
    ("Select or unselect the row", "toggle"),
    ("Start a range: moving extends it, the same key ends it", "range"),
    ("Extend a range", "extend_up", "extend_down"),
    ("Select everything the filter shows", "all"),
    ("Select nothing", "none"),
    ("Invert the selection among what is shown", "invert"),
)
FIELD_KEYS = (("tab", "The next field or button"), ("enter", "Continue"), ("ctrl+u", "Clear the field"))
TERMS = (
    ("words", "name, code, organisation, team or person (in quotes: as one phrase)"),
    ("-", "before any term negates it"),
    *((f"{field}:", title) for field, title in FIELDS.items()),
)
FILTER_KEYS = (
    *TERMS,
    ("tab", "Complete with the first suggestion"),
    ("↑ ↓", "Earlier filters"),
    ("enter", "Go to the list and keep the filter"),
)
IN_THE_FILTER = ("In the filter", [Line(keys, title) for keys, title in FILTER_KEYS])
IN_THE_SEARCH = (
    "In the search",
    [Line(keys, title) for keys, title in (*TERMS, ("enter", "Go to the entries and keep the search"))],
)
TABLE_ACTIONS = {str(binding.id): binding.action for binding in (*MOVING, *SELECTING)}
LIST_KEYS = (("Move one line", "up", "down"), ("First line, last line", "first", "last"))


MOST_USED = 8
"""How many of a screen's keys are listed as most used."""


class KeyLines(Static):
    """The groups, or only those lines that match the search. A long sentence wraps beside its keys."""

    class Clicked(Message):
        """A line was clicked."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    def __init__(self, groups: Sequence[tuple[str, Sequence[Line]]]) -> None:
        super().__init__(markup=False)
        self._groups = groups
        self._shown = groups
        self._laid_out = 0

    def find(self, words: str) -> int:
        """Shows the lines with all these words. Returns how many. None: all lines."""
        wanted = searched(words).split()

        def has_all(title: str, line: Line) -> bool:
            text = searched(f"{title} {line.keys} {line.sentence}")
            return all(word in text for word in wanted)

        groups = [(title, [line for line in lines if has_all(title, line)]) for title, lines in self._groups]
        self._shown = [(title, lines) for title, lines in groups if lines]
        self.update(Content.assemble(*self._parts(self._laid_out)))
        return sum(len(lines) for _, lines in self._shown)

    def on_resize(self) -> None:
        """Wraps the lines again."""
        width = self.content_size.width
        if width != self._laid_out:
            self._laid_out = width
            self.update(Content.assemble(*self._parts(width)))

    def on_click(self, event: events.Click) -> None:
        """Tells which line it was."""
        number: int | None = event.style.meta.get("line")
        if number is not None:
            self.post_message(self.Clicked([line for _, lines in self._shown for line in lines][number]))

    def _parts(self, width: int) -> Iterator[tuple[str, str | Style]]:
        numbers = count()
        for title, lines in self._shown:
            column = max((len(line.keys) for line in lines), default=0) + 2
            yield f"{title}\n", "bold underline"
            for line in lines:
                clicked = Style.from_meta({"line": next(numbers)})
                yield line.keys.ljust(column), Style(bold=True) + clicked
                yield beside(line.sentence, column, width), clicked
                if line.reason:
                    reason = beside(f"Not now: {line.reason}", column, width)
                    yield "\n" + " " * column + reason, "$text-muted"
                yield "\n", ""
            yield "\n", ""


def beside(text: str, column: int, width: int) -> str:
    """Wraps `text` into lines that start at `column` and are at most `width` long, but never narrower than 20 cells."""
    return ("\n" + " " * column).join(wrap(text, max(width - column, 20)))


class HelpScreen(Dialogue[None]):
    """The keys of the screen or dialogue that it was opened from. Clicking a line does what its key does, if that works now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close"),
        Binding("question_mark,f1,enter", "dismiss", "Close", show=False),
        Binding("slash", "search", "Search", id="select.filter"),
        own_key("dialogue.close", "dismiss", show=False),
        own_key("table.down", "scroll(1)", show=False),
        own_key("table.up", "scroll(-1)", show=False),
    ]

    def __init__(self, of: Screen[Any]) -> None:
        super().__init__()
        self._of = of

    def compose(self) -> ComposeResult:
        """One group per place."""
        with VerticalScroll(classes="dialogue help"):
            yield SearchLine("words of what you want to do, or a key")
            yield KeyLines(list(self.groups()))

    def on_mount(self) -> None:
        """The lines can be scrolled at once."""
        self.query_one(VerticalScroll).focus()

    # Searching

    def action_search(self) -> None:
        """Opens the search line."""
        self.query_one(SearchLine).open()

    def action_back(self) -> None:
        """Clears the search, or closes."""
        line = self.query_one(SearchLine)
        if line.is_open:
            line.close()
            self.query_one(VerticalScroll).focus()
        else:
            self.dismiss()

    @on(SearchLine.Left)
    def _to_lines(self) -> None:
        self.query_one(VerticalScroll).focus()

    @on(SearchLine.Changed)
    def _searched(self, event: SearchLine.Changed) -> None:
        matches = self.query_one(KeyLines).find(event.words)
        self.query_one(SearchLine).say(counted(matches, "key") if matches else "No key matches.")
        self.query_one(VerticalScroll).scroll_home(animate=False)

    # The content

    def groups(self) -> Iterator[tuple[str, list[Line]]]:
        """Each group's title and lines."""
        typed = isinstance(self._of.focused, FilterInput)
        if typed:
            yield IN_THE_FILTER
        if isinstance(self._of, ActionScreen):
            yield from self._of_actions(self._of)
        elif own := self._own():
            yield "In this dialogue", own
        if tables := self._of.query(SelectTable):
            selecting = any(table.check_action("toggle_row", ()) for table in tables)
            yield "In the table", self._named((*TABLE_KEYS, *(SELECT_KEYS if selecting else ())))
        if self._of.query(OptionList):
            yield "In the list", [*self._named(LIST_KEYS), Line("enter", "Choose")]
        if self._of.query(FilterBar):
            if not typed:
                yield IN_THE_FILTER
        elif self._of.query(SearchLine):
            yield IN_THE_SEARCH
        elif fields := self._of.query(Input):
            tab = (("tab", "Complete the name of the file"),) if fields.filter("PathInput") else ()
            yield "In a field", [Line(keys, title) for keys, title in (*tab, *FIELD_KEYS[len(tab) :])]

    def _of_actions(self, screen: ActionScreen) -> Iterator[tuple[str, list[Line]]]:
        most_used = screen.most_used()[:MOST_USED]
        groups: dict[str, list[Action]] = {"Most used": most_used}
        for action in screen.own_actions():
            if action not in most_used:
                groups.setdefault(PLACES[action.place], []).append(action)
        own = self._own()
        for title, group in groups.items():
            lines: list[Line] = []
            for action in group:
                reason = screen.why_not(action) or ""
                do = None if reason else partial(screen.action_act, action.name)
                lines.append(Line(screen.key_of(action), f"{action.title}: {action.sentence}", reason, do))
            yield title, lines + own
            own = []

    def _own(self) -> list[Line]:
        """The described keys of the screen's own class; those with the same description share a line."""
        found: dict[str, Line] = {}
        for binding in own_bindings(type(self._of)):
            # In a table these keys are the table's.
            is_of_table = isinstance(self._of.focused, SelectTable) and (binding.id or "").startswith(
                "table."
            )
            if binding.description and binding.id not in ACTIONS and not is_of_table:
                title, keys = (
                    binding.description,
                    self.main.keys.get(binding.id or "", binding.key).split(","),
                )
                first = found.setdefault(
                    title, Line("", title, do=partial(self._of.run_action, binding.action))
                )
                names = " ".join(map(key_name, keys))
                found[title] = first._replace(keys=f"{first.keys} {names}".strip())
        return list(found.values())

    def _named(self, lines: Sequence[tuple[str, ...]]) -> list[Line]:
        """Lines for (description, ids ...), where the ids are those of the tables' keys."""
        found: list[Line] = []
        tables = self._of.query(SelectTable)
        for title, *names in lines:
            shown = [keys_of(f"table.{name}", self.main.keys).split(",") for name in names]
            # ↑ ↓ before j k, as pairs.
            names_of_keys = [key_name(key) for pair in zip_longest(*shown) for key in pair if key]
            # Of two opposite keys, no one knows which was meant.
            do = (
                partial(tables.last().run_action, TABLE_ACTIONS[f"table.{names[0]}"])
                if tables and len(names) == 1
                else None
            )
            found.append(Line(" ".join(names_of_keys), title, do=do))
        return found

    @on(KeyLines.Clicked)
    def _clicked(self, event: KeyLines.Clicked) -> None:
        if event.line.do is not None:
            self.dismiss()
            self._of.call_later(event.line.do)

    def action_scroll(self, by: int) -> None:
        """j and k move, as everywhere."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
