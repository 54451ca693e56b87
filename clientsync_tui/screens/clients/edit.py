"""Team, practice code, name, note and removal of clients, from the client list."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...practice import longest
from ...practice.model import Client
from ...sync import client_edits, plan_words
from ...sync.home import claim_words
from ...sync.locale_words import counted, number
from ..dialogues.ask import Ask
from ..dialogues.choose_team import choose_team
from ..dialogues.confirm import Confirm
from .clients_view import ClientsView
from .rows import today

if TYPE_CHECKING:
    from ...store.store import Store

NAMES_SHOWN = 50
"""How many names a confirmation lists."""


def ask_code(screen: ClientsView, client: Client) -> None:
    """Asks for a client's practice code."""
    _ask_one(
        screen,
        client,
        f"Practice code of {client.name}",
        client.practice_code or "",
        client_edits.set_code,
        longest.CODE,
        "An empty field removes it.",
    )


def ask_name(screen: ClientsView, client: Client) -> None:
    """Asks for a client's name on the practice's list."""
    question = "Name on the practice's list"
    _ask_one(screen, client, question, client.name, client_edits.rename, longest.NAME)


def ask_note(screen: ClientsView, client: Client) -> None:
    """Asks for a note for colleagues."""
    question = f"Note about {client.name}"
    _ask_one(
        screen,
        client,
        question,
        client.note,
        client_edits.set_note,
        longest.NOTE,
    )


def _ask_one(
    screen: ClientsView,
    client: Client,
    question: str,
    now: str,
    change: Callable[["Store", str, Client, str], bool],
    longest: int,
    hint: str = "",
) -> None:
    is_changed = False

    async def attempt(written: str) -> bool:
        nonlocal is_changed
        is_changed = await asyncio.to_thread(change, screen.store, screen.actor, client, written)
        return True

    def answered(written: str | None) -> None:
        if written is None:
            return
        if is_changed:
            screen.change(lambda: f"Saved for {client.name}. {undoes(screen)}")
        else:
            screen.say(f"You entered nothing new for {client.name}. Nothing was changed.", "information")

    if claimed := claims(screen, [client]):
        hint = "\n".join(filter(None, [*claimed, hint]))
    dialogue = Ask(question, now, attempt=attempt, hint=hint, longest=longest)
    screen.main.push_screen(dialogue, answered)


def claims(screen: ClientsView, clients: Sequence[Client]) -> list[str]:
    """Who else has claimed the clients that are about to be changed."""
    return claim_words.about_clients(clients, screen.actor, today())


def undoes(screen: ClientsView) -> str:
    """How to undo a change, with the user's own key."""
    return screen.keyed("Press {everywhere.undo} to undo.")


def ask_team(screen: ClientsView) -> None:
    """Asks for a team, says what assigning it will do, and assigns it."""
    numbers, hidden = screen.chosen(), screen.hidden_chosen

    def chosen(team: str | None) -> None:
        screen.ask_after(
            lambda: list(screen.store.clients.each(numbers, today())), lambda found: confirm(found, team)
        )

    def confirm(clients: list[Client], team: str | None) -> None:
        moving = [client for client in clients if client.team != team]
        where = f"team {team}" if team else "no team"

        def work() -> str:
            count = client_edits.assign_team(screen.store, screen.actor, moving, team)
            claimed = claims(screen, moving) if len(clients) == 1 else []
            return " ".join([f"{counted(count, 'client')} assigned to {where}.", *claimed, undoes(screen)])

        if not moving:
            screen.say(f"{'It is' if len(clients) == 1 else 'They are'} already in {where}.", "information")
        elif len(clients) == 1:
            screen.change(work)
        else:
            lines = (
                []
                if len(moving) == len(clients)
                else [f"{counted(len(clients) - len(moving), 'client is', 'clients are')} already in it."]
            )
            question = Confirm(
                f"Assign {counted(len(moving), 'client')} to {where}?",
                [*lines, *claims(screen, moving), *plan_words.hidden(hidden), *names(moving)],
                yes="Assign",
            )
            screen.main.push_screen(question, lambda yes: screen.change(work) if yes else None)

    choose_team(
        screen,
        chosen,
        rename=lambda team: _rename_team(screen, team),
        delete=lambda team: _delete_team(screen, team),
    )


def _rename_team(screen: ClientsView, team: str) -> None:
    async def attempt(written: str) -> bool:
        client_edits.renamed_team(screen.store, team, written)
        return True

    def named(written: str | None) -> None:
        if written is None:
            return

        def work() -> str:
            name = client_edits.renamed_team(screen.store, team, written)
            if name == team:
                return f"Team {team} already has that name. Nothing was changed."
            count = client_edits.rename_team(screen.store, screen.actor, team, name)
            return f"Renamed team {team} to {name}: {counted(count, 'client')}. {undoes(screen)}"

        screen.change(work)

    question = Ask(f"New name of team {team}", team, attempt=attempt, yes="Rename", longest=longest.NAME)
    screen.main.push_screen(question, named)


def _delete_team(screen: ClientsView, team: str) -> None:
    def work() -> str:
        count = client_edits.delete_team(screen.store, screen.actor, team)
        return f"Deleted team {team}: {counted(count, 'client now has', 'clients now have')} no team. {undoes(screen)}"

    def ask(count: int) -> None:
        lines = [f"{counted(count, 'client')} will have no team."]
        question = Confirm(f"Delete team {team}?", lines, yes="Delete")
        screen.main.push_screen(question, lambda yes: screen.change(work) if yes else None)

    screen.ask_after(lambda: len(screen.store.clients.in_team(team)), ask)


def ask_remove(screen: ClientsView) -> None:
    """Says which of the chosen clients can be removed, and removes them."""
    numbers, hidden = screen.chosen(), screen.hidden_chosen

    def confirm(clients: list[Client]) -> None:
        going = [client for client in clients if client_edits.can_be_removed(client)]
        staying = len(clients) - len(going)
        stays = f"{counted(staying, 'client still has', 'clients still have')} an active integration: disconnect first."

        def work() -> str:
            count = client_edits.remove(screen.store, screen.actor, going)
            return f"{counted(count, 'client')} taken off the list. {undoes(screen)}"

        def answered(yes: bool | None) -> None:
            if yes:
                screen.table.selection.remove([client.n for client in going])
                screen.change(work)

        if not going:
            screen.say(f"Nothing can be removed. {stays}", "warning")
            return
        question = Confirm(
            f"Take {counted(len(going), 'client')} off the list?",
            [
                *([stays] if staying else []),
                *claims(screen, going),
                *plan_words.hidden(hidden),
                *names(going),
            ],
            yes="Remove",
        )
        screen.main.push_screen(question, answered)

    screen.ask_after(lambda: list(screen.store.clients.each(numbers, today())), confirm)


def names(clients: list[Client]) -> list[str]:
    """The first few names, and how many more there are."""
    shown = [f"  {client.name}" for client in clients[:NAMES_SHOWN]]
    more = len(clients) - NAMES_SHOWN
    return [*shown, f"  and {number(more)} more"] if more > 0 else shown
