"""What the screens around one list have in common: its filter and its sort."""

from ..widgets.select_list import SelectList
from .base import ActionScreen
from .dialogues.choose import Choice, Choose
from .main import Asker


class ListScreen(ActionScreen):
    """A screen with one list, or a stage with one."""

    @property
    def shown_list(self) -> SelectList:
        """The list."""
        return self.query_one(SelectList)

    @property
    def has_list(self) -> bool:
        """Whether the list is shown."""
        return True

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
        """Clears the filter; False where there is none."""
        return self.has_list and self.shown_list.back()


def choose_sort(screen: Asker, shown: SelectList) -> None:
    """Asks which column to sort by; the current one reverses the order."""
    present = dict(shown.table.sort)

    def choice(key: str, title: str) -> Choice:
        return Choice(key, title, "reverses the order" if key in present else "")

    def chosen(key: str | None) -> None:
        if key is not None:
            shown.sort_by(key)
        shown.table.focus()

    columns = [choice(column.key, column.title) for column in shown.columns if column.sortable]
    screen.main.push_screen(Choose("Sort by", columns), chosen)
