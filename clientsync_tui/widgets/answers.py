"""The buttons of every dialogue and screen in the same order: the action first, then other actions, and Cancel last."""

from textual.containers import Horizontal

from .button import Button

FIRST = "first"
"""The class of the button with the initial focus, unless there is a field to type in."""


class Answers(Horizontal):
    """A row of buttons. The action has the focus, unless it is `dangerous` (it can't be undone); then Cancel has it.

    `leave`: None if no button leaves. Hidden and disabled buttons are skipped.
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
        """The buttons that can be pressed now, left to right."""
        return [button for button in self.query(Button) if button.display and not button.disabled]

    @property
    def first(self) -> Button | None:
        """The button with the initial focus."""
        usable = self.usable
        return (usable[-1] if self.dangerous else usable[0]) if usable else None

    def focus_first(self) -> None:
        """Focuses that button."""
        if (first := self.first) is not None:
            first.focus()
