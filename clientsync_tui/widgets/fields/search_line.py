"""A line to type words into, shown while it is in use, with the number of matches on its right."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from .field import Field

TERMS = "words, or by: software: team: code: status: reason: since:  (- negates)"
"""What can be searched for in the ledger."""


class _Words(Field):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,down", "leave", show=False)]

    def action_leave(self) -> None:
        self.post_message(SearchLine.Left())


class SearchLine(Widget, can_focus=False):
    """Hidden until `open`. Posts what is typed."""

    DEFAULT_CSS = """
    SearchLine { height: 1; layout: horizontal; display: none; }
    SearchLine.shown { display: block; }
    SearchLine Input { width: 1fr; }
    SearchLine Static { width: auto; padding: 0 1; color: $text-muted; }
    """

    class Changed(Message):
        """The words have changed."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """The user moves on to the matches."""

    def __init__(self, placeholder: str = TERMS) -> None:
        super().__init__()
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """The words, and how many match."""
        yield _Words(placeholder=self._placeholder)
        yield Static(markup=False)

    @property
    def words(self) -> str:
        """The words to search for."""
        return self.query_one(Input).value.strip()

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("shown")

    def open(self) -> None:
        """Shows and focuses it."""
        self.add_class("shown")
        self.query_one(Input).focus()

    def close(self) -> None:
        """Hides and clears it."""
        self.remove_class("shown")
        self.query_one(Input).value = ""

    def say(self, found: str) -> None:
        """Shows how many match."""
        self.query_one(Static).update(found)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.words))
