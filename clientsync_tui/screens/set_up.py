"""Setting up an accounting software: how an app is registered there, its client id, its secret where it has one, the redirect's port."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from ..accounting.seam.software import Software
from ..config import SoftwareTable, change
from ..practice.trouble import Trouble, UsageError
from ..workplace import Workplace, secret_name


class SetUpScreen(ModalScreen[bool]):
    """Dismissed with whether something was set."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "Cancel")]

    def __init__(self, workplace: Workplace, software: Software) -> None:
        super().__init__()
        self._workplace = workplace
        self._software = software
        self._table = workplace.config.software.get(software.name, SoftwareTable())

    def compose(self) -> ComposeResult:
        """The steps, then the fields."""
        with Vertical(classes="dialogue set_up"):
            yield Static(f"Set up {self._software.title}", classes="question", markup=False)
            with VerticalScroll(id="how"):
                yield Static(self._how(self._table.redirect_port), id="steps", markup=False)
            yield self._field("client_id", "Client id", self._table.client_id)
            if self._software.grant.secret != "never":  # noqa: S105  (a word, not a secret)
                needed = self._software.grant.secret == "required"  # noqa: S105
                says = "kept in the keyring" if needed else "only if the app has one; kept in the keyring"
                yield self._field("secret", "Secret", "", says, password=True)
            yield self._field("redirect_port", "Redirect port", str(self._table.redirect_port))
            yield Static("", id="mistake", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary", compact=True)
                yield Button("Cancel (esc)", id="cancel", compact=True)

    def _field(self, id: str, title: str, value: str, says: str = "", *, password: bool = False) -> Widget:
        field = Input(value, id=id, placeholder=says, password=password, compact=True)
        return Horizontal(Static(title), field, classes="field")

    def _how(self, port: int) -> str:
        grant = self._software.grant
        redirect = f"http://{grant.redirect_host}:{port}{grant.redirect_path}"
        return self._software.how_to_register.replace("{redirect}", redirect)

    def on_mount(self) -> None:
        """Ready to type."""
        self.query_one("#client_id").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The redirect to register is the one with the port typed."""
        if event.input.id == "redirect_port" and event.value.isdecimal():
            self.query_one("#steps", Static).update(self._how(int(event.value)))

    def on_input_submitted(self) -> None:
        """Enter goes to the next field, and saves from the last."""
        fields = list(self.query(Input))
        at = next((n for n, field in enumerate(fields) if field.has_focus), 0)
        if at + 1 < len(fields):
            fields[at + 1].focus()
        else:
            self._save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Saves, or not."""
        if event.button.id == "save":
            self._save()
        else:
            self.dismiss(False)

    def _save(self) -> None:
        told = {field.id: field.value.strip() for field in self.query(Input)}
        try:
            table = self._checked(told["client_id"], told["redirect_port"])
        except UsageError as mistake:
            self._mistaken(mistake)
            return
        self.run_worker(self._keep(table, told.get("secret", "")), exclusive=True, exit_on_error=False)

    def _checked(self, client_id: str, port: str) -> SoftwareTable:
        """The table as it would be; raises UsageError where that cannot work."""
        if not client_id:
            raise UsageError("The client id is missing: copy it from the app's page.")
        if not port.isdecimal():
            raise UsageError("The port is a number from 1 to 65535.")
        table = replace(self._table, client_id=client_id, redirect_port=int(port))
        config = self._workplace.config
        Workplace(replace(config, software={**config.software, self._software.name: table})).configured(
            self._software.name
        )
        return table

    async def _keep(self, table: SoftwareTable, secret: str) -> None:
        name = self._software.name
        try:
            if secret:
                await self._workplace.vault.write(secret_name(name, table.client_id), secret)
            values = {"client_id": table.client_id, "redirect_port": table.redirect_port}
            change(self._workplace.config.path, ("software", name), values)
            self._workplace.reload()
        except Trouble as trouble:
            self._mistaken(trouble)
        else:
            self.dismiss(True)

    def _mistaken(self, trouble: Trouble) -> None:
        self.query_one("#mistake", Static).update(str(trouble))
