"""What `?` shows: the keys that work on a screen, in groups, one line each."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..actions import PLACES, Action
from ..widgets.key_bar import key_name
from .base import ActionScreen

TABLE_KEYS = (
    ("↑ ↓ j k", "Move one row"),
    ("PgUp PgDn", "Move one page"),
    ("Home End g G", "First row, last row"),
    ("enter", "Open, or confirm"),
    ("space", "Select the row, or take it out"),
    ("v", "Begin a range; moving extends it; v again ends it (also shift+↑ shift+↓)"),
    ("A", "Select everything that the filter shows (also ctrl+a)"),
    ("N", "Select nothing (also ctrl+d)"),
    ("i", "Invert the selection among what is shown"),
)


class HelpScreen(ModalScreen[None]):
    """The keys of the screen it was opened from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
        Binding("j", "scroll('down')", show=False),
        Binding("k", "scroll('up')", show=False),
    ]

    def __init__(self, screen: ActionScreen) -> None:
        super().__init__()
        self._of = screen

    def compose(self) -> ComposeResult:
        """A group for each place."""
        with VerticalScroll(classes="dialogue help"):
            yield Static(Content.assemble(*self._parts()))

    def _parts(self) -> Iterable[tuple[str, str]]:
        from ..widgets.select_table.table import SelectTable

        groups: dict[str, list[Action]] = {}
        for action in self._of.own_actions():
            groups.setdefault(PLACES[action.place], []).append(action)
        for title, group in groups.items():
            yield f"{title}\n", "bold underline"
            for action in group:
                reason = self._of.unavailable(action)
                yield f"  {key_name(action.keys):<14}", "bold"
                yield f"{action.title}: {action.sentence}", ""
                yield (f" (not now: {reason})" if reason else "") + "\n", "$text-muted"
            yield "\n", ""
        if self._of.query(SelectTable):
            yield "In every table\n", "bold underline"
            for key, says in TABLE_KEYS:
                yield f"  {key:<14}", "bold"
                yield f"{says}\n", ""

    def action_scroll(self, where: str) -> None:
        """j and k move, as everywhere."""
        view = self.query_one(VerticalScroll)
        view.scroll_down() if where == "down" else view.scroll_up()
