"""Views: filters saved under a name."""

from ...practice import longest
from ...practice.text import clean
from ...practice.trouble import UsageError
from ..dialogues.ask import Ask
from ..dialogues.choose import Choice, Choose
from .clients_view import ClientsView

SAVE, FORGET, VIEW = "save", "forget", "view:"


def open_views(screen: ClientsView) -> None:
    """Opens a saved view, saves the current filter, or deletes a view."""
    preferences = screen.main.workplace.preferences
    views = preferences.views
    text = screen.filter_text
    nothing = None if text else "no filter is set"
    choices = [
        *(Choice(VIEW + name, name, filtered) for name, filtered in views.items()),
        Choice(SAVE, "Save this filter…", text, "s", nothing),
        Choice(FORGET, "Delete a view…", "", "d", None if views else "there are no saved views"),
    ]

    def chosen(id: str | None) -> None:
        if id == SAVE:
            screen.main.push_screen(
                Ask("Save this filter as", attempt=save, hint=text, longest=longest.NAME), saved
            )
        elif id == FORGET:
            which = [Choice(VIEW + name, name, filtered) for name, filtered in views.items()]
            screen.main.push_screen(Choose("Delete which view?", which), forget)
        elif id is not None:
            screen.show_filter(views[id.removeprefix(VIEW)])

    async def save(written: str) -> bool:
        if not (name := clean(written).strip()):
            raise UsageError("Enter a name for the view.")
        longest.refuse_longer("The view's name", name, longest.NAME)
        preferences.save_view(name, text)
        return True

    def saved(written: str | None) -> None:
        if written is not None:
            opens = screen.keyed("Press {clients.views} to open it.")
            screen.notify(f"Saved as “{clean(written).strip()}”. {opens}", markup=False)

    def forget(id: str | None) -> None:
        if id is not None:
            name = id.removeprefix(VIEW)
            preferences.delete_view(name)
            screen.notify(f"“{name}” was deleted.", markup=False)

    screen.main.push_screen(Choose("Views", choices), chosen)
