"""The commands that do the same as the client list's actions, with the chosen clients."""

from collections.abc import Iterator, Sequence

from ...app.actions import CLIENTS, KINDS, Action, actions
from ...practice.model import Client
from ...sync.as_command import MOST_CLIENTS, client_options, client_word, command, too_many
from ..copying import offer_commands
from .clients_view import ClientsView
from .rows import today

PLACEHOLDERS = {
    "set_code": ("--code", "CODE"),
    "rename": ("--name", "NAME"),
    "set_note": ("--note", "TEXT"),
}


def offer(screen: ClientsView) -> None:
    """Shows the commands, and copies the chosen one."""
    numbers = screen.chosen()
    able = [action for action in actions(CLIENTS) if action.command and screen.why_not(action) is None]
    selected = screen.table.selection.total > 0

    note = too_many(len(numbers)) if len(numbers) > MOST_CLIENTS else ""

    def read() -> list[Client]:
        return [] if note else list(screen.store.clients.each(numbers, today()))

    def found(clients: list[Client]) -> None:
        commands = list(_commands(able, clients, screen.filter_text, selected=selected))
        offer_commands(screen.main, commands, note)

    screen.ask_after(read, found)


def _commands(
    able: Sequence[Action], clients: Sequence[Client], filter_text: str, *, selected: bool
) -> Iterator[tuple[str, str]]:
    yield "This list", command("clients", *(["--match", filter_text] if filter_text else []))
    for action in able:
        if (words := _words(action, clients, selected=selected)) is not None:
            yield action.title, command(*action.command.split(), *words)


def _words(action: Action, clients: Sequence[Client], *, selected: bool) -> list[str] | None:
    """What follows the command's name; None if the list has no such command for the chosen clients."""
    if action.name in ("export", "upload_codes"):
        return ["clients.csv"]
    kind = KINDS.get(action.name)
    if kind is not None and kind.whole_list and not selected:
        # Without a selection, it is about every client.
        return []
    if not clients:
        return None
    if action.name == "connections":
        return [client_word(clients[0])] if len(clients) == 1 else None
    if action.name in PLACEHOLDERS:
        return [*client_options(clients), *PLACEHOLDERS[action.name]] if len(clients) == 1 else None
    if action.name == "assign_team":
        return ["TEAM", *client_options(clients)]
    if kind is not None or action.name in ("remove", "claim", "release"):
        return client_options(clients)
    return None
