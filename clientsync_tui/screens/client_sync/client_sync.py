"""The Client Sync panel: each accounting app with its sign-in, its clients, and the three buttons."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from ...app.actions import ACTIONS, CLIENT_SYNC, Action
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ..base import ActionScreen, KeyBar, TopBar
from .app_panel import AppPanel

if TYPE_CHECKING:
    from ...practice.people import SignIn
    from ..copying import Copyable

WITH_ALL = frozenset({"add_clients", "reconnect_all", "reassign_clients", "reconnect_everything"})
NEEDS_SET_UP = frozenset({"add_clients", "reconnect_all", "reassign_clients", "sign_in"})


class Panels(VerticalScroll, inherit_bindings=False):
    """The apps' panels. Arrows move between them, even if there are more than the screen shows."""


class ClientSyncScreen(ActionScreen):
    """What can be done with each accounting app. A letter acts on the focused one."""

    place: ClassVar[str] = CLIENT_SYNC
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Previous button", show=False),
        Binding("right", "step(1)", "Next button", show=False),
        own_key("table.up", "go(-1)", "Previous app", show=False),
        own_key("table.down", "go(1)", "Next app", show=False),
    ]

    def compose(self) -> ComposeResult:
        """A panel for each accounting app, those in use first."""
        yield TopBar("Client Sync")
        workplace = self.main.workplace
        softwares = sorted(
            workplace.softwares(), key=lambda software: not workplace.is_configured(software.name)
        )
        with Panels(id="softwares", can_focus=False):
            for software in softwares:
                yield AppPanel(software, ascii_marks=self.main.ascii_marks)
        yield KeyBar()

    def on_mount(self) -> None:
        """Focuses the first usable button."""
        self.practice_changed()
        self._panels[0].focus_button()

    def practice_changed(self) -> None:
        """Reads counts and sign-ins again."""
        for panel in self._panels:
            panel.read(self.main.workplace)
        self.refresh_keys()

    @property
    def _panels(self) -> list[AppPanel]:
        # Cached because every action needs them: querying the whole screen each time would take a tenth of the
        # time to open it.
        return [panel for panels in self.query_children(Panels) for panel in panels.query_children(AppPanel)]

    @property
    def _here(self) -> AppPanel:
        """The panel that has the focus."""
        panels = self._panels
        return next((panel for panel in panels if panel.has_focus_within), panels[0])

    # Moving

    def action_step(self, by: int) -> None:
        """Moves to the next or previous button."""
        self.focus_next(Button) if by > 0 else self.focus_previous(Button)

    def action_go(self, by: int) -> None:
        """Moves to the panel below or above."""
        panels = self._panels
        at = panels.index(self._here)
        column = panels[at].column
        panels[max(0, min(at + by, len(panels) - 1))].focus_button(column)

    def on_descendant_focus(self) -> None:
        """The available actions depend on which app has the focus."""
        self.refresh_keys()

    # Actions

    def unavailable(self, action: Action) -> str | None:
        """Depends on whether the focused app is set up."""
        if not self.is_mounted or action.place != CLIENT_SYNC:
            return super().unavailable(action)
        if action.name == "reconnect_everything":
            in_use = sum(bool(panel.tally.counts) for panel in self._panels)
            key = self.key_of(ACTIONS["client_sync.reconnect_all"])
            return (
                None
                if in_use > 1
                else f"Only one accounting app has clients. Press {key} to reconnect all of them."
            )
        software, workplace = self._here.software, self.main.workplace
        if action.name in NEEDS_SET_UP and not workplace.is_configured(software.name):
            how = self.keyed("Press {client_sync.set_up} to enter the client id of the practice's app.")
            return f"{software.title} is not set up yet. {how}"
        if action.name in ("reconnect_all", "reassign_clients") and not self._here.tally.counts:
            return f"No client is connected to {software.title} yet."
        if action.name == "sign_out" and not workplace.held(software.name):
            return f"Nobody is signed in to {software.title} here."
        return super().unavailable(action)

    def copyable(self) -> "Sequence[Copyable]":
        """Who is signed in to the focused accounting app."""
        from ..copying import Copyable

        people = self.main.workplace.held(self._here.software.name)
        return [Copyable("Signed in as", sign_in.person.email, "") for sign_in in people]

    def commands(self) -> "Sequence[tuple[str, str]]":
        """What can be done with the focused accounting app."""
        from ...app.actions import actions
        from ...sync.as_command import command

        def words(action: Action) -> list[str]:
            everything = ["--all"] if action.name in WITH_ALL else []
            one = [] if action.name == "reconnect_everything" else [self._here.software.name]
            return [*one, *everything]

        able = (a for a in actions(CLIENT_SYNC) if a.command and self.why_not(a) is None)
        return [(action.title, command(action.command, *words(action))) for action in able]

    def do_add_clients(self) -> None:
        """Opens Add clients."""
        self.main.open("add_clients", software=self._here.software.name)

    def do_reconnect_all(self) -> None:
        """Opens Reconnect all."""
        self.main.open("reconnect", software=self._here.software.name)

    def do_reassign_clients(self) -> None:
        """Opens Reassign clients."""
        self.main.open("reassign", software=self._here.software.name)

    def do_reconnect_everything(self) -> None:
        """Plans it for every app."""
        from .reconnect_across_apps import reconnect_across_apps

        reconnect_across_apps(self)

    def do_set_up(self) -> None:
        """Opens the set-up form; new settings are tried at once."""
        from .set_up import SetUpScreen

        software = self._here.software

        def set_up(changed: bool | None) -> None:
            self.practice_changed()
            if changed:
                self._sign_in(
                    software.name, f"{software.title} is set up. Sign in once to check that it works."
                )

        self.main.push_screen(SetUpScreen(self.main.workplace, software), set_up)

    def do_sign_in(self) -> None:
        """Signs in, or signs in as another person."""
        self._sign_in(self._here.software.name)

    def _sign_in(self, software: str, why: str | None = None) -> None:
        from .sign_in import SignInScreen

        def signed_in(sign_in: "SignIn | None") -> None:
            if sign_in is not None:
                self.notify(f"Signed in as {sign_in.person.known_as()}.", markup=False)
            self.practice_changed()

        self.main.push_screen(SignInScreen(software, why), signed_in)

    def do_sign_out(self) -> None:
        """Asks first, and says what will end."""
        from .sign_out import sign_out

        sign_out(self, self._here.software)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does the same as its letter, for its own app."""
        if event.button.name:
            event.button.focus()
            self.call_later(self.action_act, event.button.name)
