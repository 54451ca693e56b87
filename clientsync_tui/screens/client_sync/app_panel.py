"""One accounting app on the Client Sync panel."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from ...practice.status import Status
from ...store.listing.tally import Tally
from ...sync import plan_words, words
from ...sync.sign_in_words import ASCII_SYMBOLS, SYMBOLS, SignInState, in_words, state_of, used
from ...widgets.answers import Answers
from ...widgets.button import Button

if TYPE_CHECKING:
    from ...accounting.seam.software import Software
    from ...workplace import Workplace

COLOURS = {
    Status.CONNECTED: "$text-success",
    Status.EXPIRING: "$text-warning",
    Status.EXPIRED: "$text-error",
    Status.BROKEN: "$text-error",
    Status.DISCONNECTED: "$text-muted",
}
SIGNED_IN = {
    SignInState.SIGNED_IN: "$text-success",
    SignInState.REFUSED: "$text-error",
    SignInState.EXPIRED: "$text-error",
    SignInState.NONE: "$text-muted",
}
SHOWN = (Status.EXPIRED, Status.BROKEN, Status.EXPIRING, Status.CONNECTED, Status.DISCONNECTED)
BUTTONS = (
    ("add_clients", "Add clients"),
    ("reconnect_all", "Reconnect all"),
    ("reassign_clients", "Reassign clients"),
    ("set_up", "Set up"),
)


class AppPanel(Vertical):
    """Title, sign-in and counts, the buttons, and what Reconnect all will do."""

    def __init__(self, software: "Software", *, ascii_marks: bool) -> None:
        super().__init__()
        self.software = software
        self.tally = Tally(Counter(), 0, 0)
        self._ascii_marks = ascii_marks
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """All widgets; `read` decides which are visible."""
        yield Static("", classes="title", markup=False)
        yield Static("", classes="counts", markup=False)
        yield Answers(*(Button(label, name=name) for name, label in BUTTONS), leave=None)
        yield Static("", classes="entails muted", markup=False)

    def read(self, workplace: "Workplace") -> None:
        """Reads counts and sign-ins; redraws only if something has changed."""
        name = self.software.name
        now = datetime.now(UTC)
        configured = workplace.is_configured(name)
        held = workplace.held(name)
        found = workplace.store.clients.tally(name, now, used(held))
        state, text = state_of(held, now), in_words(held, now)
        if (found, configured, state, text) == self._shown:
            return
        self._shown = (found, configured, state, text)
        self.tally = found
        self.query_one(".title", Static).update(
            self._title(state, text) if configured else self._title(SignInState.NONE, "not set up")
        )
        counts = self.query_one(".counts", Static)
        counts.update(self._counts())
        counts.display = bool(found.counts)
        for button in self.query(Button):
            button.display = configured is not (button.name == "set_up")
        entails = self.query_one(".entails", Static)
        entails.update(plan_words.reconnect_all(found))
        entails.display = bool(found.counts)

    def _title(self, state: SignInState, text: str) -> Content:
        symbol = (ASCII_SYMBOLS if self._ascii_marks else SYMBOLS)[state]
        return Content.assemble((self.software.title, "bold"), "   ", (f"{symbol} {text}", SIGNED_IN[state]))

    def _counts(self) -> Content:
        counts = self.tally.counts
        symbols = words.ASCII_SYMBOLS if self._ascii_marks else words.SYMBOLS
        parts: list[tuple[str, str]] = [(plan_words.integrations(counts.total()), "bold")]
        if set(counts) == {Status.CONNECTED}:
            parts.append((f"   {symbols[Status.CONNECTED]} all connected", COLOURS[Status.CONNECTED]))
            return Content.assemble(*parts)
        parts += [
            (f"   {symbols[status]} {counts[status]:,} {status}", COLOURS[status])
            for status in SHOWN
            if counts[status]
        ]
        return Content.assemble(*parts)

    # Focus

    @property
    def _usable(self) -> list[Button]:
        return [button for button in self.query(Button) if button.display]

    @property
    def column(self) -> int:
        """Which of its buttons has the focus, counted from the left."""
        return next((n for n, button in enumerate(self._usable) if button.has_focus), 0)

    def focus_button(self, column: int = 0) -> None:
        """Puts the focus on a button."""
        usable = self._usable
        usable[min(column, len(usable) - 1)].focus()
