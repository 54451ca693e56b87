"""What screens around one list share: its filter and its sort."""

from collections.abc import Mapping

from textual import on

from ..widgets.key_bar import Entry
from ..widgets.select_list import SelectList
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen
from .dialogues.choose import Choice, Choose
from .main import Asker


class ListScreen(ActionScreen):
    """A screen with one list, or with a stage that has one."""

    @property
    def shown_list(self) -> SelectList:
        """The list."""
        return self.query_one(SelectList)

    @property
    def has_list(self) -> bool:
        """Whether the list is shown."""
        return True

    @property
    def way_back(self) -> str:
        """A filter is cleared first."""
        return "Clear" if self.has_list and self.shown_list.is_filtered else super().way_back

    def table_keys(self, entries: Mapping[str, Entry]) -> list[Entry]:
        """On lists where rows can be selected, adds the keys that select."""
        if not self.has_list or not self.shown_list.table.check_action("toggle_row", ()):
            return []
        own = [
            self.table_entry("{table.toggle}", "Select", "toggle_row"),
            self.table_entry("{table.all}", "All", "select_all"),
        ]
        if self.shown_list.table.selection.total:
            own.append(self.table_entry("{table.none}", "None", "select_none"))
        return own

    @on(SelectTable.SelectionChanged)
    def _selection_changed(self) -> None:
        self.refresh_keys()

    async def action_table(self, name: str) -> None:
        """A key of the table, clicked in the last line."""
        await self.shown_list.table.run_action(name)

    def do_filter(self) -> None:
        """Opens the filter."""
        self.shown_list.open_filter()

    def do_sort(self) -> None:
        """Asks which column to sort by."""
        choose_sort(self, self.shown_list)

    def do_back(self) -> None:
        """Clears the filter, or goes back."""
        if not self.clear_filter():
            super().do_back()

    def clear_filter(self) -> bool:
        """Clears the filter; False if there is none."""
        return self.has_list and self.shown_list.back()


def choose_sort(screen: Asker, shown: SelectList) -> None:
    """Asks which column to sort by. Choosing the current one reverses the order."""
    present = dict(shown.table.sort)

    def choice(key: str, title: str) -> Choice:
        return Choice(key, title, "reverses the order" if key in present else "")

    def chosen(key: str | None) -> None:
        if key is not None:
            shown.sort_by(key)
        shown.table.focus()

    columns = [choice(column.key, column.title) for column in shown.columns if column.sortable]
    screen.main.push_screen(Choose("Sort by", columns), chosen)
