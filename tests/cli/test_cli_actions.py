"""Everything that the screens do is a command too."""

from clientsync_tui.app.actions import ACTIONS, Action
from clientsync_tui.cli.main import root
from tests.support.command import every_command

MOVE_ABOUT = {
    "everywhere": {
        "help",
        "commands",
        "back",
        "suspend",
        "redraw",
        "quit",
        "copy",
        "copy_command",
        "messages",
        "morning",
        "home",
    },
    "clients": {
        "actions_menu",
        "next_status",
        "status_before",
        "next_group",
        "group_before",
        "preview",
        "preview_wider",
        "preview_narrower",
    },
    "select": {"sort", "columns", "continue"},
    "morning": {"morning_first"},
    "job": {"failures_only"},
    "sign_in": {"copy_link", "print_link", "open_link", "paste"},
    "consents": {"skip_consent"},
    "organisations": {"try_again", "toggle_link", "integrated_by"},
}
"""Actions that change only what is on the screen, or choose what another action then does."""


def test_every_action_has_a_command() -> None:
    def moves_about(action: Action) -> bool:
        return action.name in MOVE_ABOUT.get(action.place, set())

    commands = {" ".join(words) for words, _ in every_command(root)}
    assert [a.id for a in ACTIONS.values() if moves_about(a) != (a.command == "")] == []
    assert [a.id for a in ACTIONS.values() if a.command not in commands | {""}] == []
