"""A small list to choose from: menus, teams, sort columns, saved views."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...widgets.dialogue_keys import own_key
from ...widgets.options import Options
from .dialogue import Dialogue

LINES = 2
"""How many lines most sentences need below the list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line. `key`: chooses it at once; `reason`: why it can't be chosen now."""

    id: str
    title: str
    sentence: str = ""
    key: str = ""
    reason: str | None = None


class Choose(Dialogue[str | None]):
    """Dismissed with the id of the choice, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        own_key("dialogue.close", "dismiss(None)", "Cancel", show=False),
        Binding("right", "scroll_words(3)", "Further down in the text below the list", show=False),
        Binding("left", "scroll_words(-3)", "Further up in the text below the list", show=False),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], note: str = "") -> None:
        """`note`: what else to know before choosing."""
        super().__init__()
        self._title = title
        self._note = note
        self._choices = {choice.id: choice for choice in choices}
        self._width = max((cell_len(choice.title) for choice in choices), default=10)

    def compose(self) -> ComposeResult:
        """The title and the list."""
        with Vertical(classes="dialogue"):
            yield Static(self._title, classes="question", markup=False)
            if self._note:
                yield Static(self._note, classes="note", markup=False)
            yield Options(*map(self._option, self._choices.values()), compact=True)
            with VerticalScroll(classes="says", can_focus=False):
                yield Static("", markup=False)

    def on_resize(self) -> None:
        """If sentences are cut off, the highlighted line's is shown in full below the list; → and ← scroll a long one."""
        self.call_after_refresh(self._mind_room)

    def _mind_room(self) -> None:
        room = self.query_one(OptionList).scrollable_content_region.width
        longest = max((cell_len(self._words(choice).plain) for choice in self._choices.values()), default=0)
        sentences = max((cell_len(choice.sentence) for choice in self._choices.values()), default=0)
        dialogue = self.query_one(".dialogue")
        dialogue.set_class(longest > room, "cut")
        dialogue.set_class(sentences > LINES * room, "long")

    def _option(self, choice: Choice) -> Option:
        return Option(self._words(choice), id=choice.id, disabled=choice.reason is not None)

    def _words(self, choice: Choice) -> Content:
        key = f"{choice.key:<2} " if any(c.key for c in self._choices.values()) else ""
        description = choice.reason or choice.sentence
        return Content.assemble(
            (key, "bold"),
            set_cell_size(choice.title, self._width),
            ("  " + description if description else "", "auto 70%"),
        )

    def on_mount(self) -> None:
        """Highlights the first available choice from the start, so Enter takes it."""
        options = self.query_one(OptionList)
        options.focus()
        options.action_first()

    def on_key(self, event: events.Key) -> None:
        """A choice's own key."""
        for choice in self._choices.values():
            if choice.key and event.character == choice.key:
                event.stop()
                if choice.reason:
                    self._refuse(choice)
                else:
                    self.dismiss(choice.id)
                return

    @on(events.Click)
    def say_why_not(self, event: events.Click) -> None:
        """A click on a line that can't be chosen says why, because the line may cut that."""
        index: int | None = event.style.meta.get("option")
        if index is None:
            return
        choice = list(self._choices.values())[index]
        if choice.reason:
            self._refuse(choice)

    def _refuse(self, choice: Choice) -> None:
        self.notify(f"{choice.title}: {choice.reason}", markup=False, severity="warning")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another line is highlighted."""
        says = self.query_one(".says", VerticalScroll)
        says.scroll_home(animate=False)
        says.query_one(Static).update(self._choices[event.option_id or ""].sentence)

    def action_scroll_words(self, by: int) -> None:
        """Scrolls the text below the list if it doesn't fit."""
        self.query_one(".says", VerticalScroll).scroll_relative(y=by, animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A line was chosen."""
        self.dismiss(event.option_id)
