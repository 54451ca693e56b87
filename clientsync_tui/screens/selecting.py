"""Choosing the column that a list is sorted by."""

from ..widgets.select_list import SelectList
from .base import ActionScreen
from .dialogues.choose import Choice, Choose


def choose_sort(screen: ActionScreen, shown: SelectList) -> None:
    """Asks for a column; the one that the list is sorted by already turns the order round."""
    present = dict(shown.table.sort)

    def choice(key: str, title: str) -> Choice:
        says = "" if key not in present else "turns the order round"
        return Choice(key, title, says)

    def chosen(key: str | None) -> None:
        if key is not None:
            shown.sort_by(key)
        shown.table.focus()

    columns = [choice(column.key, column.title) for column in shown.columns if column.sortable]
    screen.main.push_screen(Choose("Sort by", columns), chosen)
