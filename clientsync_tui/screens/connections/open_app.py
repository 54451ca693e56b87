"""The organisation's page in its accounting app: opened if there is a browser the user can see, else its address."""

from typing import ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from ...signin.browser import open_link, opens_by_itself
from ...terminal.screen_alone import wait_for_enter
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ..dialogues.dialogue import Dialogue


class OpenSoftware(Dialogue[None]):
    """Shows the whole address on its own line, and sends it to the terminal's clipboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        own_key("dialogue.copy", "copy"),
        own_key("dialogue.plain", "plain"),
        Binding("escape", "dismiss", "Close"),
        own_key("dialogue.no", "dismiss", "Close", show=False),
        own_key("dialogue.close", "dismiss", show=False),
    ]

    def __init__(self, software: str, organisation: str, address: str) -> None:
        super().__init__()
        self._title = f"{organisation} in {software}"
        self._address = address

    def compose(self) -> ComposeResult:
        """The address has no frame, so that the terminal's own selection takes all of it."""
        with Vertical(classes="address"):
            yield Static(self._title, classes="question", markup=False)
            yield Static(self._address, id="address", markup=False)
            yield Static(id="how", classes="muted", markup=False)
            yield Answers(
                Button(self.keyed("Copy ({dialogue.copy})"), id="copy"),
                Button(self.keyed("Show link as plain text ({dialogue.plain})"), id="plain"),
                leave=Button("Close (esc)", id="close"),
            )

    def on_mount(self) -> None:
        """Opens it, or copies it for the user's own browser."""
        if opens_by_itself(None):
            self._say("Opened in your browser.")
            # The browser in [sign_in] is only for sign-in links: it may be a command that completes them.
            open_link(self._address, None, self._say)
        else:
            self.action_copy()

    def action_copy(self) -> None:
        """OSC 52; there is no way to know whether it arrived."""
        self.app.copy_to_clipboard(self._address)  # pyright: ignore[reportUnknownMemberType]
        self._say("Copied to your terminal's clipboard. Open it in your own browser.")

    def action_plain(self) -> None:
        """For a terminal that is too narrow for the address: shows it as plain text that can be selected as a whole."""
        try:
            with self.app.suspend():  # pyright: ignore[reportUnknownMemberType]
                print(f"\n{self._address}\n")
                wait_for_enter("Press Enter to go back. ")
        except SuspendNotSupported:
            self._say(self.keyed("This terminal can't show plain text. Press {dialogue.copy} to copy it."))
        except EOFError:
            pass

    def _say(self, how: str) -> None:
        if self.is_attached:
            self.query_one("#how", Static).update(how)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The buttons do what their keys do."""
        if event.button.id == "close":
            self.dismiss()
        else:
            self.action_copy() if event.button.id == "copy" else self.action_plain()
