"""Set up an accounting app: what to do there step by step, what to enter here, and a sign-in to try it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from ...accounting.seam.software import Software
from ...config.tables import SoftwareTable
from ...practice.text import BLANKS
from ...practice.trouble import UsageError
from ...set_up import SetUp
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.fields.field import Field
from ...workplace import Workplace
from ..dialogues.dialogue import Dialogue


class SetUpScreen(Dialogue[bool]):
    """Dismissed with whether something was saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Cancel"),
        own_key("table.page_up", "scroll_steps(-1)", "Scroll the steps up"),
        own_key("table.page_down", "scroll_steps(1)", "Scroll the steps down"),
    ]

    def __init__(self, workplace: Workplace, software: Software) -> None:
        super().__init__()
        self._set_up = SetUp(workplace, software.name)

    def compose(self) -> ComposeResult:
        """The steps, then the fields."""
        table, grant = self._set_up.table, self._set_up.software.grant
        with Vertical(classes="dialogue set_up"):
            yield Static(f"Set up {self._set_up.software.title}", classes="question", markup=False)
            with VerticalScroll(id="how"):
                yield Static(self._set_up.steps(table), id="steps", markup=False)
            yield self._field("client_id", "Client id", table.client_id)
            if grant.secret != "never":  # noqa: S105  (a word, not a secret)
                hint = "only if the app has one" if grant.secret == "optional" else ""  # noqa: S105
                yield self._field("secret", "Secret", "", hint, password=True)
            if self._set_up.needs_page(table):
                yield self._field("redirect_url", "Redirect URL", table.redirect_url, "https://")
            else:
                yield self._field("redirect_port", "Redirect port", str(table.redirect_port))
            yield Static("", id="mistake", classes="error", markup=False)
            yield Answers(
                Button("Save", id="save"),
                Button("Copy the redirect", id="copy"),
                leave=Button("Cancel (esc)", id="cancel"),
            )

    def _field(self, id: str, title: str, value: str, hint: str = "", *, password: bool = False) -> Widget:
        field = Field(value, id=id, placeholder=hint, password=password)
        return Horizontal(Static(title), field, classes="field")

    def on_mount(self) -> None:
        """Ready for typing."""
        self.query_one("#client_id").focus()

    def action_scroll_steps(self, by: int) -> None:
        """Scrolls the steps, which may be longer than a small screen."""
        how = self.query_one("#how", VerticalScroll)
        how.scroll_page_down(animate=False) if by > 0 else how.scroll_page_up(animate=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The steps show the redirect as typed."""
        if event.input.id in ("redirect_port", "redirect_url"):
            self.query_one("#steps", Static).update(self._set_up.steps(self._typed()))

    def on_input_submitted(self) -> None:
        """Enter moves to the next field, and saves from the last one."""
        fields = list(self.query(Input))
        at = next((n for n, field in enumerate(fields) if field.has_focus), 0)
        if at + 1 < len(fields):
            fields[at + 1].focus()
        else:
            self._save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Saves, copies or cancels."""
        match event.button.id:
            case "save":
                self._save()
            case "copy":
                address = self._set_up.redirect(self._typed())
                self.app.copy_to_clipboard(address)  # pyright: ignore[reportUnknownMemberType]
                self.notify("Copied the redirect to your terminal's clipboard.")
            case _:
                self.dismiss(False)

    def _typed(self) -> SoftwareTable:
        """The settings as typed; an invalid port is left as it was."""
        entered = {str(field.id): field.value.strip(BLANKS) for field in self.query(Input)}
        port = entered.get("redirect_port", "")
        table = self._set_up.table
        return table._replace(
            client_id=entered["client_id"],
            redirect_port=int(port) if port.isascii() and port.isdecimal() else table.redirect_port,
            redirect_url=entered.get("redirect_url", table.redirect_url),
        )

    def _save(self) -> None:
        try:
            table = self._checked()
        except UsageError as mistake:
            self.mistaken(str(mistake))
            return
        secret = self.query_one("#secret", Input).value.strip(BLANKS) if self.query("#secret") else ""
        self.save(lambda: self._set_up.keep(table, secret), lambda _: self.dismiss(True))

    def _checked(self) -> SoftwareTable:
        """The settings as they would be saved. Raises UsageError if they can't work."""
        table = self._typed()
        if not table.client_id:
            raise UsageError("Enter the client id: copy it from the app's page.")
        for field in self.query("#redirect_port").results(Input):
            if field.value.strip(BLANKS) != str(table.redirect_port):
                raise UsageError("The port must be a number from 1 to 65535.")
        self._set_up.checked(table)
        return table
