"""What the screens with one table and a line of search words share."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on

from ..actions import SELECT, Action, named
from ..widgets.search_line import SearchLine
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen


class Searching(ActionScreen):
    """A subclass has one `SearchLine` and one `SelectTable`, and a method `search`."""

    extra: ClassVar[Sequence[Action]] = named(SELECT, "filter")

    def search(self, words: str) -> None:
        """Shows what the words leave; all where there are none."""
        raise NotImplementedError

    def do_filter(self) -> None:
        """Opens the line."""
        self.query_one(SearchLine).open()

    def do_back(self) -> None:
        """Clears the search, else goes back."""
        line = self.query_one(SearchLine)
        if line.is_open:
            line.close()
            self.query_one(SelectTable).focus()
        else:
            super().do_back()

    @on(SearchLine.Changed)
    def _searched(self, event: SearchLine.Changed) -> None:
        self.search(event.words)

    @on(SearchLine.Left)
    def _left(self) -> None:
        self.query_one(SelectTable).focus()
