"""Asks for the passphrase of the encrypted keyring; it is never shown."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from ...signin.keyrings.passphrase import too_weak
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.fields.field import Field
from .dialogue import Dialogue


class Passphrase(Dialogue[str | None]):
    """Dismissed with the passphrase once it is right, or None. A new one is asked for twice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, new: bool, check: Callable[[str], object]) -> None:
        """`check`: raises KeyringTrouble for one that does not open the keyring; called on a thread."""
        super().__init__()
        self._new = new
        self._check = check

    def compose(self) -> ComposeResult:
        """One field, or two for a new passphrase."""
        with Vertical(classes="dialogue"):
            if self._new:
                yield Static("Choose a passphrase for the keyring", classes="question")
                yield Static(
                    "This machine has no usable keyring, so your sign-ins are saved in an encrypted file. Each time you start "
                    "Client Sync, it asks for the passphrase when it first needs a sign-in.",
                    classes="entails",
                )
            else:
                yield Static("The keyring's passphrase", classes="question")
            yield Field(password=True, placeholder="Passphrase", id="first")
            if self._new:
                yield Field(password=True, placeholder="Repeat passphrase", id="second")
            yield Static("", id="mistake", classes="error")
            yield Answers(Button("Continue", id="yes"), leave=Button("Cancel (esc)", id="no"))

    def on_mount(self) -> None:
        """Ready for typing."""
        self.query_one("#first").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter moves to the second field, then closes it."""
        if self._new and event.input.id == "first" and not too_weak(event.value):
            self.query_one("#second").focus()
        else:
            self._end()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers with a button."""
        if event.button.id == "yes":
            self._end()
        else:
            self.dismiss(None)

    def _end(self) -> None:
        passphrase = self.query_one("#first", Input).value
        mistake = ""
        if not passphrase:
            mistake = "Type a passphrase, or cancel."
        elif self._new:
            mistake = too_weak(passphrase) or ""
            if not mistake and passphrase != self.query_one("#second", Input).value:
                mistake = "The passphrases are not the same. Type both again."
        if mistake:
            self.mistaken(mistake)
        elif self._new:
            self.dismiss(passphrase)
        else:
            self.save(lambda: asyncio.to_thread(self._check, passphrase), lambda _: self.dismiss(passphrase))

    def on_input_changed(self) -> None:
        """A mistake is shown until the user types."""
        super().mistaken("")

    def mistaken(self, text: str) -> None:
        """What was typed stays; it is selected, so that typing replaces it."""
        super().mistaken(text)
        if text:
            first = self.query_one("#first", Input)
            first.focus()
            first.action_select_all()
