"""The buttons of every dialogue and screen, in one order: the action first, what else can be done, and last the one that leaves."""

from textual.containers import Horizontal
from textual.widgets import Button

FIRST = "first"
"""The class of the button that has the focus from the start, unless there is a field to type in."""


class Answers(Horizontal):
    """A row of buttons. The action has the focus; `dangerous`: it cannot be undone, so the button that leaves has it.

    `leave`: None where no button leaves. A button that is hidden or disabled is passed over.
    """

    def __init__(
        self,
        *actions: Button,
        leave: Button | None,
        dangerous: bool = False,
        id: str | None = None,
        classes: str = "buttons",
    ) -> None:
        self.actions = actions
        self.leave = leave
        self.dangerous = dangerous
        buttons = [*actions, *([leave] if leave else [])]
        for button in buttons:
            button.compact = True
        if actions and leave:
            actions[0].variant = "error" if dangerous else "primary"
        (leave if leave and dangerous else buttons[0]).add_class(FIRST)
        super().__init__(*buttons, id=id, classes=classes)

    @property
    def usable(self) -> list[Button]:
        """The buttons that can be pressed now, from the left."""
        return [button for button in self.query(Button) if button.display and not button.disabled]

    @property
    def first(self) -> Button | None:
        """The button that has the focus from the start."""
        usable = self.usable
        return (usable[-1] if self.dangerous else usable[0]) if usable else None

    def focus_first(self) -> None:
        """Puts the focus on the button that has it from the start."""
        if (first := self.first) is not None:
            first.focus()
