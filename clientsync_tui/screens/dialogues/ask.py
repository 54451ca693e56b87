"""A question with a one-line answer: a file's name, a client's name, a code, a note."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.fields.field import MOST, Field
from ...widgets.fields.path_input import PathInput
from .dialogue import Dialogue

NAMES_SHOWN = 12
"""How many names are suggested for a path."""
Attempt = Callable[[str], Awaitable[bool]]
"""Acts on the answer. Raises Trouble, or returns False if the user may change the answer."""


class Ask(Dialogue[str | None]):
    """Dismissed with the answer once it has been accepted, or None. Until then, the answer stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(
        self,
        question: str,
        value: str = "",
        *,
        attempt: Attempt,
        yes: str = "Save",
        hint: str = "",
        longest: int = MOST,
        field: type[Field] = Field,
        selected: bool = False,
    ) -> None:
        """`yes`: the word of the button that does it. `selected`: the value is selected at first, so that typing replaces it."""
        super().__init__()
        self._selected = selected
        self._attempt = attempt
        self._yes = yes
        self._field = field
        self._question = question
        self._value = value
        self._hint = hint
        self._longest = longest

    def compose(self) -> ComposeResult:
        """The question, the field, what to know about it, and the answers."""
        with Vertical(classes="dialogue ask"):
            yield Static(self._question, classes="question", markup=False)
            yield self._field(self._value, longest=self._longest, select_on_focus=self._selected)
            yield Static("", id="mistake", classes="error", markup=False)
            hint = Static(self._hint, classes="hint muted", markup=False)
            hint.display = bool(self._hint)
            yield hint
            yield Answers(Button(f"{self._yes} (enter)", id="yes"), leave=Button("Cancel (esc)", id="no"))

    def on_mount(self) -> None:
        """Clears the error."""
        self.mistaken("")

    def on_path_input_offered(self, event: PathInput.Offered) -> None:
        """Shows the completions of the path instead of the hint."""
        names = "  ".join(event.names[:NAMES_SHOWN])
        more = f"  and {len(event.names) - NAMES_SHOWN:,} more" if len(event.names) > NAMES_SHOWN else ""
        hint = self._hint if len(event.names) == 1 else names + more or "No file or folder begins with that."
        self.query_one(".hint", Static).update(hint)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The buttons do what enter and esc do."""
        if event.button.id == "yes":
            self.action_try()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def action_try(self) -> None:
        """Tries it."""
        field = self.query_one(Field)
        written = field.value
        if field.may_be_submitted():
            self.save(
                lambda: self._attempt(written), lambda worked: self.dismiss(written) if worked else None
            )


class Lines(Dialogue[None]):
    """Several lines to read, with nothing to decide."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", "Close"),
        own_key("dialogue.close", "dismiss", show=False),
        own_key("dialogue.no", "dismiss", "Close", show=False),
        own_key("table.down", "scroll(1)", show=False),
        own_key("table.up", "scroll(-1)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The lines."""
        with Vertical(classes="dialogue"):
            yield Static(self._title, classes="question", markup=False)
            with VerticalScroll(classes="entails"):
                yield Static("\n".join(self._lines), markup=False)
            yield Answers(leave=Button("Close (esc)"))

    def on_button_pressed(self) -> None:
        """Closes it."""
        self.dismiss()

    def on_mount(self) -> None:
        """The lines can be scrolled at once."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """j and k move, as everywhere."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
