"""The keys of dialogues, and of whatever moves without being a table; the ids let a person's keymap change them."""

from textual.binding import Binding

from .select_table.keys import MOVING, SELECTING

DIALOGUES = {
    "dialogue.yes": ("Yes", "y"),
    "dialogue.no": ("No", "n"),
    "dialogue.close": ("Close", "q"),
    "dialogue.copy": ("Copy", "Y,y"),
    "dialogue.plain": ("Show link as plain text", "P,p"),
    "columns.move_up": ("Move the column up", "K,shift+up"),
    "columns.move_down": ("Move the column down", "J,shift+down"),
    "columns.wider": ("Wider", "plus,equals_sign"),
    "columns.narrower": ("Narrower", "minus"),
    "columns.usual": ("As at first", "0"),
    "sort.also": ("Sort also by this", "plus,space"),
}
"""(title, keys) of each, by its id; `escape` leaves every dialogue besides, and is nobody's to change."""
PLACES = {"dialogue": "Dialogues", "columns": "Columns", "sort": "Sort by"}
USUAL = {
    **{str(binding.id): (binding.description, binding.key) for binding in (*MOVING, *SELECTING)},
    **DIALOGUES,
}
"""(title, keys) of all that has an id without being in the table of actions."""


def own_key(id: str, action: str, says: str = "", *, show: bool = True) -> Binding:
    """The binding of a screen's own `action` to the keys that `id` has everywhere."""
    title, keys = USUAL[id]
    return Binding(keys, action, says or title, show=show, id=id)
