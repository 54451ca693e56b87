"""One accounting software on the Client Sync panel."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from ..practice.counted import counted
from ..practice.status import Status
from ..store.tally import Tally, tally
from ..sync import words
from ..sync.plan_words import clients
from ..widgets.answers import Answers

if TYPE_CHECKING:
    from ..accounting.seam.software import Software
    from ..workplace import Workplace

COLOURS = {
    Status.CONNECTED: "$text-success",
    Status.EXPIRING: "$text-warning",
    Status.EXPIRED: "$text-error",
    Status.BROKEN: "$text-error",
    Status.DISCONNECTED: "$text-muted",
}
SHOWN = (Status.EXPIRED, Status.BROKEN, Status.EXPIRING, Status.DISCONNECTED)
BUTTONS = (
    ("add_clients", "Add clients"),
    ("reconnect_all", "Reconnect all"),
    ("reassign_clients", "Reassign clients"),
    ("set_up", "Set up"),
)


class SoftwareBlock(Vertical):
    """Title, sign-in and counts; the buttons; what Reconnect all will do."""

    def __init__(self, software: "Software", *, ascii_marks: bool) -> None:
        super().__init__()
        self.software = software
        self.tally = Tally(Counter(), 0)
        self._ascii_marks = ascii_marks
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """All of it; `read` decides what is seen."""
        yield Static("", classes="title", markup=False)
        yield Static("", classes="counts", markup=False)
        yield Answers(*(Button(label, name=name) for name, label in BUTTONS), leave=None)
        yield Static("", classes="entails muted", markup=False)

    def read(self, workplace: "Workplace") -> None:
        """Reads counts and sign-ins; draws only when something is different."""
        name = self.software.name
        found = tally(workplace.store.database, name, datetime.now(UTC))
        configured = workplace.is_configured(name)
        # Where a sign-in is for one organisation, one person holds many.
        held = list(dict.fromkeys(sign_in.person.email for sign_in in workplace.held(name)))
        if (found, configured, held) == self._shown:
            return
        self._shown = (found, configured, held)
        self.tally = found
        self.query_one(".title", Static).update(self._title(configured, held))
        counts = self.query_one(".counts", Static)
        counts.update(self._counts())
        counts.display = bool(found.counts)
        for button in self.query(Button):
            button.display = configured is not (button.name == "set_up")
        entails = self.query_one(".entails", Static)
        count = found.reconnectable
        entails.update(
            f"Reconnect all will refresh the integration for {counted(count, 'connected client')}."
        )
        entails.display = bool(found.counts)

    def _title(self, configured: bool, held: list[str]) -> Content:
        on, off = ("*", "-") if self._ascii_marks else ("●", "○")
        if not configured:
            said, style = f"{off} not set up", "$text-muted"
        elif not held:
            said, style = f"{off} not signed in", "$text-muted"
        else:
            others = f", and {len(held) - 1} more" if len(held) > 1 else ""
            said, style = f"{on} signed in as {held[0]}{others}", "$text-success"
        return Content.assemble((self.software.title, "bold"), "   ", (said, style))

    def _counts(self) -> Content:
        counts = self.tally.counts
        symbols = words.ASCII_SYMBOLS if self._ascii_marks else words.SYMBOLS
        parts: list[tuple[str, str]] = [(clients(self.tally.living), "bold")]
        parts += [
            (f"   {symbols[status]} {counts[status]:,} {status}", COLOURS[status])
            for status in SHOWN
            if counts[status]
        ]
        if counts[Status.CONNECTED] == self.tally.living:
            parts.append((f"   {symbols[Status.CONNECTED]} all connected", COLOURS[Status.CONNECTED]))
        return Content.assemble(*parts)

    # Focus

    @property
    def _usable(self) -> list[Button]:
        return [button for button in self.query(Button) if button.display]

    @property
    def column(self) -> int:
        """Which of its buttons has the focus, from the left."""
        return next((n for n, button in enumerate(self._usable) if button.has_focus), 0)

    def focus_button(self, column: int = 0) -> None:
        """Puts the focus on a button."""
        usable = self._usable
        usable[min(column, len(usable) - 1)].focus()
