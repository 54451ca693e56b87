"""Chooses a team, or creates one on the spot."""

from collections.abc import Callable

from ...practice import longest
from ...practice.text import clean
from ...practice.trouble import UsageError
from ..main import Asker
from .ask import Ask
from .choose import Choice, Choose

NONE, MAKE, RENAME, DELETE, TEAM = "none", "make", "rename", "delete", "team:"


def choose_team(
    screen: Asker,
    chosen: Callable[[str | None], None],
    *,
    rename: Callable[[str], object] | None = None,
    delete: Callable[[str], object] | None = None,
) -> None:
    """Asks for a team. `chosen` is called with its name, or None for no team; not at all if the user cancels.

    A new team is created with the first client assigned to it. `rename`, `delete`: called with the team to rename or delete, if
    that is offered.
    """
    teams = screen.main.workplace.store.clients.teams()
    choices = [Choice(TEAM + team, team) for team in teams]
    choices += [Choice(MAKE, "New team…", key="n"), Choice(NONE, "No team", key="0")]

    none = None if teams else "there are no teams yet"
    if rename is not None and delete is not None:
        choices += [
            Choice(RENAME, "Rename a team…", key="r", reason=none),
            Choice(DELETE, "Delete a team…", key="d", reason=none),
        ]

    def which(title: str, then: Callable[[str], object]) -> None:
        of = [Choice(team, team) for team in teams]
        screen.main.push_screen(Choose(title, of), lambda team: then(team) if team is not None else None)

    async def attempt(written: str) -> bool:
        if not _name(written):
            raise UsageError("Enter a name for the team.")
        return True

    def decided(id: str | None) -> None:
        if id == MAKE:
            question = Ask("Name of the new team", attempt=attempt, yes="Continue", longest=longest.NAME)
            screen.main.push_screen(question, lambda made: chosen(_name(made)) if made else None)
        elif id == RENAME and rename is not None:
            which("Rename which team?", rename)
        elif id == DELETE and delete is not None:
            which("Delete which team?", delete)
        elif id is not None:
            chosen(None if id == NONE else id.removeprefix(TEAM))

    screen.main.push_screen(Choose("Team", choices), decided)


def _name(written: str) -> str:
    return " ".join(clean(written).split())
