"""What was pulled from an organisation: accounts, tax rates, tracking categories, suppliers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult

from ...accounting.seam.software import Software
from ...app.actions import CONNECTIONS, SELECT, named
from ...practice.model import Integration
from ...practice.text import clean
from ...sync.locale_words import counted, moment_in_full
from ...sync.pulled_words import further
from ...widgets.select_list import SelectList
from ...widgets.select_table.list_rows import ListRows
from ...widgets.select_table.rows import Cell, Column, Row
from ..base import KeyBar, TopBar
from ..dialogues.choose import Choice, Choose
from ..selecting import ListScreen

COLUMNS = (
    Column("code", "Code", 10, keep=8, most=16, flex=1),
    Column("name", "Name", 22, flex=3, keep=9, most=60),
    Column("rest", "Further", 20, flex=4, keep=5, sortable=False),
)


class PulledScreen(ListScreen):
    """One list at a time, from this host's cache."""

    extra: ClassVar = (*named(SELECT, "filter", "sort"), *named(CONNECTIONS, "pulled"))

    def __init__(self, software: Software, link: Integration) -> None:
        super().__init__()
        self._software = software
        self._link = link
        self._list = ""

    def compose(self) -> ComposeResult:
        """One table."""
        yield TopBar(f"Lists · {self._link.organisation_name}")
        yield SelectList(
            COLUMNS,
            selecting=False,
            ascii_marks=self.main.ascii_marks,
            empty=self.keyed("The organisation has none. Press {connections.pulled} for another list."),
        )
        yield KeyBar()

    def on_mount(self) -> None:
        """Shows the first list that was pulled."""
        self.shown_list.table.focus()
        self._show(next(name for name in self._software.lists if name in self._counts))

    @property
    def _counts(self) -> dict[str, int]:
        return self.main.workplace.store.pulled.counts(self._link.software, self._link.organisation_id)

    def _show(self, name: str) -> None:
        self._list = name
        records, at = self.main.workplace.store.pulled.records(
            self._link.software, self._link.organisation_id, name
        )
        title = self._software.lists[name]
        self.query_one(TopBar).show(
            f"{title} · {self._link.organisation_name}", f"pulled {moment_in_full(at)}"
        )
        rows = [row_of(n, record) for n, record in enumerate(records)]
        self.shown_list.show(ListRows(COLUMNS, rows), counted(len(rows), "record"), ())

    def practice_changed(self) -> None:
        """Shows the list again: it may have been pulled since."""
        if self.is_there and self._list:
            self._show(self._list)

    def do_pulled(self) -> None:
        """Another list."""
        counts = self._counts
        choices = [
            Choice(
                name,
                title,
                counted(counts.get(name, 0), "record"),
                str(n),
                None if name in counts else "It was not pulled.",
            )
            for n, (name, title) in enumerate(self._software.lists.items(), start=1)
        ]

        def chosen(name: str | None) -> None:
            if name is not None:
                self._show(name)
            self.shown_list.table.focus()

        self.main.push_screen(Choose("Lists", choices), chosen)


def row_of(n: int, record: Mapping[str, Any]) -> Row:
    """A record: its code, its name, and its other fields in words."""
    code, name = (clean(str(record.get(field) or "")) for field in ("code", "name"))
    return Row(n, (code, name, Cell(further(record), "muted")))
