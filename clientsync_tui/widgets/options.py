"""Textual's option list with the keys of tables."""

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList

from .dialogue_keys import own_key


class Options(OptionList):
    """A short list to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        own_key("table.up", "cursor_up", show=False),
        own_key("table.down", "cursor_down", show=False),
        own_key("table.page_up", "page_up", show=False),
        own_key("table.page_down", "page_down", show=False),
        own_key("table.first", "first", show=False),
        own_key("table.last", "last", show=False),
    ]
