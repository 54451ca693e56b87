"""A plan: a summary by reason, and below it every client, drawn on demand."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from ..practice.plan import Plan, PlanItem, Will
from ..sync import plan_words
from .select_table.list_rows import ListRows
from .select_table.rows import Cell, Column, Row, text_of
from .select_table.table import SelectTable

COLUMNS = (
    Column("name", "Client", 20, flex=2, keep=9, most=50, shorten="middle"),
    Column("software", "App", 10, flex=2, keep=4, most=17),
    Column("will", "Plan", 14, flex=1, keep=8, most=24),
    Column("says", "Why, and what to do", 16, flex=4, keep=5, most=90),
)
OF_ONE = tuple(column for column in COLUMNS if column.key != "software")
"""The app is shown only if a plan covers several, because a client can have an integration with each."""
SIGNS = {Will.DO: ("✓", "ok"), Will.SKIP: ("–", "muted"), Will.CANNOT: ("!", "warning")}
ASCII_SIGNS = {Will.DO: "+", Will.SKIP: "-", Will.CANNOT: "!"}
LINES = 8
"""The maximum number of summary lines. The list shows the rest."""
LIST_LINES = 7
"""How many lines of the list, with its title and its last line in full, the summary always leaves room for."""


class PlanList(Vertical):
    """Shows a plan."""

    DEFAULT_CSS = """
    PlanList { height: 1fr; }
    PlanList > .whole { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
    PlanList > .summary { height: auto; margin-bottom: 1; padding: 0 1; }
    """

    def __init__(
        self, title: Callable[[str], str], plan: Plan | None = None, *, ascii_marks: bool = False
    ) -> None:
        """`title`: returns the display name of an accounting app."""
        super().__init__()
        self._title = title
        self._ascii_marks = ascii_marks
        self._summary = Static("", classes="summary", markup=False)
        self.table = SelectTable(COLUMNS, selecting=False)
        self.table.ascii_marks = ascii_marks
        self._plan = plan
        # What is above the list: with the reasons, and in a few words.
        self._full, self._brief = Content(), Content()
        self._rows = ListRows(COLUMNS, ())
        self._titles: dict[str, str] = {}
        # The row under the cursor in full, because columns shorten it.
        self._whole = Static("", classes="whole", markup=False)

    def compose(self) -> ComposeResult:
        """The summary, then the list."""
        yield self._summary
        yield self.table
        yield self._whole

    def on_mount(self) -> None:
        """Shows the initial plan."""
        if self._plan is not None:
            self.show(self._plan)

    def show(self, plan: Plan, lead: str = "", notes: Sequence[str] = ()) -> None:
        """Shows another plan. `lead`: a sentence before its summary. `notes`: what else to know."""
        self.run_worker(self._show(plan, lead, notes), exclusive=True, exit_on_error=False)

    async def _show(self, plan: Plan, lead: str, notes: Sequence[str]) -> None:
        softwares = {item.software for item in plan.items}
        self._titles = (
            {software: self._title(software) for software in softwares} if len(softwares) > 1 else {}
        )
        (self._full, self._brief), self._rows = await asyncio.to_thread(self._read, plan, lead, notes)
        self._summarise()
        self.table.columns = COLUMNS if self._titles else OF_ONE
        self.table.show(self._rows)
        self._moved()

    @on(Resize)
    def _summarise(self) -> None:
        """Leaves out the reasons where they would leave no room for the list, which has them too."""
        lines = self._full.wrap(max(self.size.width - 2, 1))
        self._summary.update(self._full if len(lines) + 1 + LIST_LINES <= self.size.height else self._brief)

    def _read(self, plan: Plan, lead: str, notes: Sequence[str]) -> tuple[tuple[Content, Content], ListRows]:
        full = self._written(list(plan_words.summary(plan))[:LINES], lead, notes)
        brief = self._written(plan_words.brief_summary(plan), lead, notes)
        # What can't be done comes first, because the user has to do something about it.
        order = {Will.CANNOT: 0, Will.SKIP: 1, Will.DO: 2}
        items = sorted(plan.items, key=lambda item: order[item.will])
        rows = ListRows(COLUMNS, [self._row(n, plan.kind, item) for n, item in enumerate(items)])
        return (full, brief), rows

    def _written(self, lines: Iterable[tuple[Will, str]], lead: str, notes: Sequence[str]) -> Content:
        parts: list[tuple[str, str]] = [(f"{lead}\n", "")] if lead else []
        for will, line in lines:
            parts += [(f"{self._sign(will)} ", f"bold {_COLOURS[will]}"), (f"{line}\n", "")]
        parts += [(f"{note}\n", "$text-warning") for note in notes]
        return Content.assemble(*parts).rstrip("\n")

    @on(SelectTable.CursorMoved)
    def _moved(self) -> None:
        id = self.table.cursor_id
        found = self._rows.fetch([id]) if id is not None else ()
        self._whole.update("  ".join(filter(None, map(text_of, found[0].cells))) if found else "")

    def _row(self, n: int, kind: str, item: PlanItem) -> Row:
        style = SIGNS[item.will][1]
        state = "will be done" if item.will is Will.DO else plan_words.short(kind, item.reason)
        software = self._titles.get(item.software, "")
        return Row(
            n, (item.name, software, Cell(f"{self._sign(item.will)} {state}", style), plan_words.says(item))
        )

    def _sign(self, will: Will) -> str:
        return ASCII_SIGNS[will] if self._ascii_marks else SIGNS[will][0]


_COLOURS = {Will.DO: "$text-success", Will.SKIP: "$text-muted", Will.CANNOT: "$text-warning"}
