"""How an integration behaves: lists, automatic refresh, details, note for colleagues."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from ...accounting.seam.software import Software
from ...practice import longest
from ...practice.model import Integration, Settings
from ...practice.text import clean
from ...sync.settings import MOST_DAYS
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.fields.field import Field
from ...widgets.tick import Tick
from ..dialogues.dialogue import Dialogue


class SettingsScreen(Dialogue[bool]):
    """Dismissed with whether the settings changed. If they can't be saved, the entries stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        own_key("dialogue.yes", "save", "Save"),
        Binding("escape", "dismiss(False)", "Cancel"),
        own_key("dialogue.no", "dismiss(False)", "Cancel", show=False),
        own_key("table.down", "app.focus_next", "Next setting", show=False),
        own_key("table.up", "app.focus_previous", "Previous setting", show=False),
    ]

    def __init__(self, software: Software, link: Integration, save: Callable[[Settings], bool]) -> None:
        """`save`: writes the settings and returns whether anything changed. Called on a thread."""
        super().__init__()
        self._keep = save
        self._software = software
        self._link = link

    def compose(self) -> ComposeResult:
        """One line per setting."""
        settings = self._link.settings
        with Vertical(classes="dialogue settings"):
            yield Static(
                f"{self._software.title}: {self._link.organisation_name}", classes="question", markup=False
            )
            with VerticalScroll(can_focus=False):
                yield Static("Lists to pull", markup=False)
                for name, title in self._software.lists.items():
                    wanted = settings.lists is None or name in settings.lists
                    yield Tick(title, wanted, id=f"list_{name}")
                yield Static("Refresh automatically every … days (0 = never)", markup=False)
                yield Field(str(settings.refresh_days), id="days", type="integer")
                yield Tick("Details follow the organisation's", settings.follow_details, id="follow")
                yield Static("Integration note, for colleagues", markup=False)
                yield Field(settings.note, id="note", longest=longest.NOTE_OF_INTEGRATION)
                yield Static(id="mistake", classes="error", markup=False)
            yield Answers(
                Button(self.keyed("Save ({dialogue.yes})"), id="save"),
                leave=Button("Cancel (esc)", id="cancel"),
            )

    def on_mount(self) -> None:
        """Starts at the first setting."""
        self.query(Tick).first().focus()

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def action_save(self) -> None:
        """Saves the settings, and closes the dialogue if that works."""
        days = self.query_one("#days", Input)
        if not days.value.isdecimal() or int(days.value) > MOST_DAYS:
            self.mistaken(f"Days must be a number from 0 to {MOST_DAYS}.")
            days.focus()
            return
        chosen = tuple(name for name in self._software.lists if self.query_one(f"#list_{name}", Tick).value)
        settings = Settings(
            # Choosing all of them includes future ones.
            None if len(chosen) == len(self._software.lists) else chosen,
            int(days.value),
            self.query_one("#follow", Tick).value,
            clean(self.query_one("#note", Input).value).strip(),
        )
        self.save(lambda: asyncio.to_thread(self._keep, settings), self.dismiss)
