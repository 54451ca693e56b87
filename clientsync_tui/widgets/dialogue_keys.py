"""The keys of dialogues and of lists that are not tables. The ids let the user's keymap change them."""

from textual.binding import Binding

from .select_table.keys import MOVING, SELECTING

DIALOGUES = {
    "dialogue.yes": ("Yes", "y"),
    "dialogue.no": ("No", "n"),
    "dialogue.close": ("Close", "q"),
    "dialogue.copy": ("Copy", "Y,y"),
    "dialogue.command": ("Copy as a command", "Y"),
    "dialogue.plain": ("Show link as plain text", "P,p"),
    "columns.move_up": ("Move the column up", "K,shift+up"),
    "columns.move_down": ("Move the column down", "J,shift+down"),
    "columns.wider": ("Wider", "plus,equals_sign"),
    "columns.narrower": ("Narrower", "minus"),
    "columns.usual": ("Reset", "0"),
    "sort.also": ("Sort also by this", "plus,space"),
}
"""(title, keys) of each, by its id. `escape` also leaves every dialogue, and can't be changed."""
PLACES = {"dialogue": "Dialogues", "columns": "Columns", "sort": "Sort by"}
USUAL = {
    **{str(binding.id): (binding.description, binding.key) for binding in (*MOVING, *SELECTING)},
    **DIALOGUES,
}
"""(title, keys) of everything with an id that is not in the table of actions."""


def own_key(id: str, action: str, title: str = "", *, show: bool = True) -> Binding:
    """Binds a screen's own `action` to the keys that `id` has everywhere."""
    usual_title, keys = USUAL[id]
    return Binding(keys, action, title or usual_title, show=show, id=id)


ANSWERING = (
    own_key("dialogue.yes", "answer(True)"),
    own_key("dialogue.no", "answer(False)"),
    Binding("escape", "answer(False)", "No", show=False),
    own_key("dialogue.close", "answer(False)", "No", show=False),
    Binding("left", "app.focus_previous", "Previous button", show=False),
    Binding("right", "app.focus_next", "Next button", show=False),
)
"""The keys of a question, which calls `action_answer`."""
