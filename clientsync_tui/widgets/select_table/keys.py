"""The keys of a select table. The ids let the user's keymap change them."""

from textual.binding import Binding

MOVING = [
    Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
    Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
    Binding("pageup", "page(-1)", "Page up", show=False, id="table.page_up"),
    Binding("pagedown", "page(1)", "Page down", show=False, id="table.page_down"),
    Binding("home,g", "first", "First", show=False, id="table.first"),
    Binding("end,G", "last", "Last", show=False, id="table.last"),
    Binding("enter", "open", "Open", show=False, id="table.open"),
]
SELECTING = [
    Binding("space", "toggle_row", "Select", id="table.toggle"),
    Binding("v", "range", "Range", show=False, id="table.range"),
    Binding("escape", "end_range", "End the range", show=False, id="table.end_range"),
    Binding("shift+up", "extend(-1)", "Extend up", show=False, id="table.extend_up"),
    Binding("shift+down", "extend(1)", "Extend down", show=False, id="table.extend_down"),
    Binding("A,ctrl+a", "select_all", "Select all shown", show=False, id="table.all"),
    Binding("N,ctrl+d", "select_none", "Select none", show=False, id="table.none"),
    Binding("i", "invert", "Invert", show=False, id="table.invert"),
]
SELECTING_ACTIONS = frozenset(
    ("toggle_row", "range", "extend", "select_all", "select_none", "invert", "undo_selection")
)
