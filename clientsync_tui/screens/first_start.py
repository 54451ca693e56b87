"""The first start: name the practice, choose the first accounting app, set it up, sign in and add clients."""

import asyncio

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..config.writing import set_values
from ..practice import longest
from ..practice.text import clean
from ..practice.trouble import Trouble
from ..widgets.fields.field import Field
from ..widgets.options import Options
from .base import ActionScreen, KeyBar, TopBar

INTRO = """Client Sync connects all your clients to their accounting apps at once.
Three steps take you to your first clients. Press {everywhere.back} to leave: Client Sync ({everywhere.client_sync}) has the same steps."""


class FirstStartScreen(ActionScreen):
    """Takes a new practice to its first clients. Every step can also be done later."""

    def compose(self) -> ComposeResult:
        """The steps, one below the other."""
        yield TopBar("Welcome to Client Sync")
        with VerticalScroll(id="steps", can_focus=False):
            yield Static(self.keyed(INTRO), classes="muted", markup=False)
            yield Static("1  What is the practice called?", classes="step")
            yield Field(placeholder="Enter continues", id="practice", longest=longest.NAME)
            yield Static("2  Which accounting app first?", classes="step")
            yield Options(id="softwares", compact=True)
            yield Static("3  Set it up, sign in, add clients", classes="step")
            yield Static("Choose the app above to start.", classes="muted")
        yield KeyBar()

    def on_mount(self) -> None:
        """Starts with the name."""
        workplace = self.main.workplace
        self.query_one("#practice", Input).value = workplace.config.practice.name
        self._show_softwares()
        self.query_one("#practice").focus()

    def practice_changed(self) -> None:
        """An app may have been set up meanwhile."""
        self._show_softwares()

    @property
    def _softwares(self) -> OptionList:
        return self.query_one("#softwares", OptionList)

    def _show_softwares(self) -> None:
        workplace = self.main.workplace
        at = self._softwares.highlighted or 0
        self._softwares.set_options(
            Option(
                Content.assemble(
                    software.title.ljust(24),
                    ("set up" if workplace.is_configured(software.name) else "", "$text-muted"),
                ),
                id=software.name,
            )
            for software in workplace.softwares()
        )
        self._softwares.highlighted = at

    @on(Input.Submitted, "#practice")
    def _named(self, event: Input.Submitted) -> None:
        self.run_worker(self._name_it(clean(event.value).strip()), exit_on_error=False)

    async def _name_it(self, name: str) -> None:
        workplace = self.main.workplace
        try:
            if name and name != workplace.config.practice.name:
                await asyncio.to_thread(set_values, workplace.config.path, ("practice",), {"name": name})
                workplace.reload()
        except Trouble as trouble:
            self.say(trouble)
            return
        self._softwares.focus()

    @on(OptionList.OptionSelected, "#softwares")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        from .client_sync.set_up import SetUpScreen

        name = event.option_id or ""
        workplace = self.main.workplace
        if workplace.is_configured(name):
            self._add(name)
        else:
            self.main.push_screen(
                SetUpScreen(workplace, workplace.software(name)), lambda _: self._set_up(name)
            )

    def _set_up(self, name: str) -> None:
        self._softwares.focus()
        if self.main.workplace.is_configured(name):
            self._add(name)

    def _add(self, name: str) -> None:
        def go() -> None:
            self.dismiss()
            self.main.open("add_clients", software=name)

        self.main.call_later(go)
