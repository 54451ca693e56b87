"""The rule that the buttons of every screen and dialogue follow: the action first, Cancel last, and the focus on the action
unless it can't be undone.
"""

from textual.screen import Screen
from textual.widgets import Button

from clientsync_tui.widgets.answers import Answers

WALKED = {
    "add_clients": ("select",),
    "ask": ("export", "note"),
    "columns": ("columns", "sort"),
    "confirm": ("cancel", "change-confirm", "remove", "resume", "sign-out", "team-confirm"),
    "open_app": ("open-software",),
    "passphrase": ("passphrase", "passphrase-asked"),
    "plan": ("check", "disconnect", "every-software", "plan"),
    "reach": ("add", "add-error", "add-nothing"),
    "reassign": ("reassign",),
    "kind": ("reconnect", "reconnect-nothing"),
    "set_up": ("set-up",),
    "settings": ("settings",),
    "sign_in": ("sign-in", "sign-in-refused", "consents"),
    "app_panel": ("client-sync", "client-sync-empty"),
}
"""The scenes that show each file's row of buttons."""
LEAVES = ("Cancel", "Close", "Keep running", "Not now", "Stay", "Stay signed in")
"""The texts of buttons that leave."""
CANNOT_BE_UNDONE = {"disconnect", "sign-out", "change-confirm"}
"""Scenes of dialogues whose action can't be undone."""
NAMES = [name for names in WALKED.values() for name in names]


def words(button: Button) -> str:
    """A button's text, without its key."""
    return str(button.label).partition(" (")[0]


def rows(screen: Screen[object]) -> list[Answers]:
    """The visible rows of buttons."""
    return [row for row in screen.query(Answers) if row.region.area and row.usable]


def check(row: Answers, focused: object, *, dangerous: bool) -> None:
    """One row."""
    here = [button for button in row.query(Button) if button.display]
    if row.leave is None:
        return
    assert here[-1] is row.leave
    assert [words(each) for each in here if words(each) in LEAVES] == [words(row.leave)]
    if any("Cancel" in words(action) for action in here[:-1]):
        assert words(row.leave) != "Cancel", "there is only one Cancel"
    assert row.dangerous is dangerous
    if isinstance(focused, Button):
        assert focused is row.first
        assert (focused is row.leave) is (dangerous or row.usable == [row.leave])


def check_answers(scene: str, screen: Screen[object]) -> None:
    """All visible rows of a scene."""
    assert rows(screen), f"{scene} shows no buttons"
    for row in rows(screen):
        check(row, screen.focused, dangerous=scene in CANNOT_BE_UNDONE)
