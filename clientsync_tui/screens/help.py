"""What `?` shows: the keys that work on a screen or in a dialogue, in groups, one line each."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static

from ..actions import PLACES, Action
from ..widgets.key_bar import key_name
from ..widgets.select_table.keys import MOVING, SELECTING
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen

if TYPE_CHECKING:
    from ..app import ClientSyncApp

Line = tuple[str, str, str]
"""Keys, what they do, and why not now (empty: they work)."""
TABLE_KEYS = (
    ("Move one row", "up", "down"),
    ("Move one page", "page_up", "page_down"),
    ("First row, last row", "first", "last"),
    ("Open, or confirm", "open"),
)
SELECT_KEYS = (
    ("Select the row, or take it out", "toggle"),
    ("Begin a range; moving extends it; again ends it", "range"),
    ("Extend a range", "extend_up", "extend_down"),
    ("Select everything that the filter shows", "all"),
    ("Select nothing", "none"),
    ("Invert the selection among what is shown", "invert"),
)
FIELD_KEYS = (("tab", "The next field or button"), ("enter", "Go on"), ("ctrl+u", "Empty the field"))
LIST_KEYS = (("↑ ↓", "Move one line"), ("enter", "Choose"))


class KeyLines(Static):
    """The groups; what a line has to say goes on below itself, beside the keys."""

    def __init__(self, groups: Sequence[tuple[str, Sequence[Line]]]) -> None:
        super().__init__(markup=False)
        self._groups = groups
        self._laid_out = 0

    def on_resize(self) -> None:
        """Breaks the lines anew."""
        width = self.content_size.width
        if width != self._laid_out:
            self._laid_out = width
            self.update(Content.assemble(*self._parts(width)))

    def _parts(self, width: int) -> Iterator[tuple[str, str]]:
        for title, lines in self._groups:
            column = max((len(keys) for keys, _, _ in lines), default=0) + 2
            yield f"{title}\n", "bold underline"
            for keys, says, reason in lines:
                yield keys.ljust(column), "bold"
                yield beside(says, column, width), ""
                if reason:
                    yield "\n" + " " * column + beside(f"Not now: {reason}", column, width), "$text-muted"
                yield "\n", ""
            yield "\n", ""
        yield "esc closes this", "$text-muted"


def beside(text: str, column: int, width: int) -> str:
    """`text` broken into lines that begin at `column`, none longer than `width`; never narrower than 20 cells."""
    return ("\n" + " " * column).join(wrap(text, max(width - column, 20)))


class HelpScreen(ModalScreen[None]):
    """The keys of the screen or the dialogue that it was opened from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "Close"),
        Binding("j", "scroll('down')", "Down", show=False),
        Binding("k", "scroll('up')", "Up", show=False),
    ]

    def __init__(self, of: Screen[Any]) -> None:
        super().__init__()
        self._of = of

    def compose(self) -> ComposeResult:
        """A group for each place."""
        with VerticalScroll(classes="dialogue help"):
            yield KeyLines(list(self.groups()))

    def groups(self) -> Iterator[tuple[str, list[Line]]]:
        """Each group's title and lines."""
        if isinstance(self._of, ActionScreen):
            yield from self._of_actions(self._of)
        else:
            yield "In this dialogue", self._own()
        if tables := self._of.query(SelectTable):
            selecting = any(table.check_action("toggle_row", ()) for table in tables)
            yield "In the table", list(self._of_table(selecting=selecting))
        if self._of.query(OptionList):
            yield "In the list", [(keys, says, "") for keys, says in LIST_KEYS]
        if self._of.query(Input):
            yield "In a field", [(keys, says, "") for keys, says in FIELD_KEYS]

    def _of_actions(self, screen: ActionScreen) -> Iterator[tuple[str, list[Line]]]:
        groups: dict[str, list[Action]] = {}
        for action in screen.own_actions():
            groups.setdefault(PLACES[action.place], []).append(action)
        own = self._own()
        for title, group in groups.items():
            lines = [
                (screen.key_of(a), f"{a.title}: {a.sentence}", screen.unavailable(a) or "") for a in group
            ]
            yield title, lines + own
            own = []

    def _own(self) -> list[Line]:
        """The keys of the screen's own class that say what they do and that no keymap changes."""
        bindings = [
            binding
            for kind in type(self._of).__mro__
            if _is_ours(kind)
            for binding in cast(list[Binding], kind.__dict__.get("BINDINGS", ()))
        ]
        return [
            (" ".join(map(key_name, binding.key.split(","))), binding.description, "")
            for binding in bindings
            if binding.description and binding.id is None
        ]

    def _of_table(self, *, selecting: bool) -> Iterator[Line]:
        keys = cast("ClientSyncApp", self.app).keys  # pyright: ignore[reportUnknownMemberType]
        usual = {str(binding.id): binding.key for binding in (*MOVING, *SELECTING)}
        for says, *names in (*TABLE_KEYS, *(SELECT_KEYS if selecting else ())):
            shown = [keys.get(f"table.{name}", usual[f"table.{name}"]).split(",") for name in names]
            # ↑ ↓ before j k, as pairs.
            both = [key_name(key) for pair in zip_longest(*shown) for key in pair if key]
            yield " ".join(both), says, ""

    def action_scroll(self, where: str) -> None:
        """j and k move, as everywhere."""
        view = self.query_one(VerticalScroll)
        view.scroll_down() if where == "down" else view.scroll_up()


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith(__package__ or "")
