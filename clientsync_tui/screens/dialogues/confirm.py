"""The only confirmation dialogue in the program: says what will happen; y or n."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import ANSWERING, own_key
from .dialogue import NOT_DONE, Dialogue


class Confirm(Dialogue[bool]):
    """A question with its consequences. Dismissed with whether it was confirmed.

    The key that opened it never confirms it: only `y` and the button do. If it can't be undone, Cancel has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *ANSWERING,
        own_key("table.up", "app.focus_previous", "Previous button", show=False),
        own_key("table.down", "app.focus_next", "Next button", show=False),
        own_key("table.page_up", "scroll(-1)", show=False),
        own_key("table.page_down", "scroll(1)", show=False),
    ]

    def __init__(
        self,
        question: str,
        lines: Sequence[str] = (),
        *,
        yes: str = "Yes",
        no: str = "Cancel",
        dangerous: bool = False,
    ) -> None:
        """`yes`, `no`: the buttons' texts. `dangerous`: it can't be undone."""
        super().__init__()
        self._question = question
        self._lines = lines
        self._yes = yes
        self._no = no
        self._dangerous = dangerous

    def compose(self) -> ComposeResult:
        """The question, its consequences, and the two answers."""
        with Vertical(classes="dialogue"):
            yield Static(self._question, classes="question", markup=False)
            if self._lines:
                with VerticalScroll(classes="entails", can_focus=False):
                    yield Static("\n".join(self._lines), markup=False)
            yield Answers(
                Button(f"{self._yes} {self.keyed('({dialogue.yes})')}", id="yes"),
                leave=Button(f"{self._no} {self.keyed('({dialogue.no})')}", id="no"),
                dangerous=self._dangerous,
            )

    def action_answer(self, yes: bool) -> None:
        """Ends it."""
        self.dismiss(yes)

    def action_scroll(self, pages: int) -> None:
        """On a small screen, not all of it fits."""
        for entails in self.query(".entails"):
            entails.scroll_relative(y=pages * entails.size.height, animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers with a button."""
        if self._dangerous and event.button.id == "no":
            self.notify(NOT_DONE)
        self.dismiss(event.button.id == "yes")
