"""Choosing a team, or making one on the spot."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..practice.text import clean
from .base import ActionScreen
from .choose import Choice, Choose

NONE, MAKE, TEAM = "none", "make", "team:"


class NewTeam(ModalScreen[str | None]):
    """Dismissed with the name of a new team, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def compose(self) -> ComposeResult:
        """One field."""
        with Vertical(classes="dialogue"):
            yield Static("Name of the new team", classes="question")
            yield Input(placeholder="enter makes it, esc cancels", compact=True, max_length=60)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ends it with a name."""
        if name := " ".join(clean(event.value).split()):
            self.dismiss(name)


def choose_team(screen: ActionScreen, chosen: Callable[[str | None], None]) -> None:
    """Asks for a team; `chosen` is called with its name, or None for no team, and not at all when the person cancels.

    A new team is made with the first client that is assigned to it.
    """
    teams = screen.main.workplace.store.clients.teams()
    choices = [Choice(TEAM + team, team) for team in teams]
    choices += [Choice(MAKE, "New team…", key="n"), Choice(NONE, "No team", key="0")]

    def made(name: str | None) -> None:
        if name is not None:
            chosen(name)

    def decided(id: str | None) -> None:
        if id == MAKE:
            screen.main.push_screen(NewTeam(), made)
        elif id is not None:
            chosen(None if id == NONE else id.removeprefix(TEAM))

    screen.main.push_screen(Choose("Team", choices), decided)
