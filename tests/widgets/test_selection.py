"""The selection against a plain model of it, through any sequence of changes."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from clientsync_tui.widgets.select_table.selection import Selection

IDS = st.sets(st.integers(0, 12))


class SelectionModel(RuleBasedStateMachine):
    """Every change is reported once if it changed anything. `undo` reverts it, and the next `undo` redoes it."""

    def __init__(self) -> None:
        super().__init__()
        self.announced = 0
        self.selection = Selection(self.tell)
        self.model: set[int] = set()
        self.before: set[int] | None = None

    def tell(self) -> None:
        self.announced += 1

    def became(self, after: set[int], announced_before: int) -> None:
        changed = after != self.model
        assert self.announced - announced_before == changed
        if changed:
            self.before, self.model = self.model, after

    @rule(id=st.integers(0, 12))
    def toggle(self, id: int) -> None:
        announced = self.announced
        self.selection.toggle(id)
        self.became(self.model ^ {id}, announced)

    @rule(ids=IDS)
    def add(self, ids: set[int]) -> None:
        announced = self.announced
        self.selection.add(sorted(ids))
        self.became(self.model | ids, announced)

    @rule(shown=IDS)
    def add_whole(self, shown: set[int]) -> None:
        """Checks the total and the frame before `settle` does the work that `add_whole` left for later."""
        announced, ids = self.announced, sorted(shown)
        self.selection.add_whole(ids, hidden=len(self.model - shown))
        assert self.selection.total == len(self.model | shown)
        assert self.selection.has_all_of(ids) or shown <= self.model
        self.became(self.model | shown, announced)

    @rule(ids=IDS)
    def remove(self, ids: set[int]) -> None:
        announced = self.announced
        self.selection.remove(sorted(ids))
        self.became(self.model - ids, announced)

    @rule(shown=IDS)
    def invert(self, shown: set[int]) -> None:
        announced = self.announced
        self.selection.invert(sorted(shown))
        self.became(self.model ^ shown, announced)

    @rule()
    def none(self) -> None:
        announced = self.announced
        self.selection.none()
        self.became(set(), announced)

    @rule()
    def undo(self) -> None:
        assert self.selection.undo() == (self.before is not None)
        if self.before is not None:
            self.model, self.before = self.before, self.model

    @rule(anchor=st.integers(0, 12), ends=st.lists(st.integers(0, 12), min_size=1, max_size=5))
    def range(self, anchor: int, ends: list[int]) -> None:
        start = set(self.model)
        self.selection.start_range()
        covered: set[int] = set()
        for end in [anchor, *ends]:
            now = set(range(min(anchor, end), max(anchor, end) + 1))
            self.selection.stretch(sorted(now - covered), sorted(covered - now))
            covered = now
            assert self.selection.ids == start | now
        self.model = start | covered
        self.before = start if self.model != start else None

    @rule(shown=IDS)
    def count(self, shown: set[int]) -> None:
        assert self.selection.hidden(sorted(shown)) == len(self.model - shown)

    @invariant()
    def same_total(self) -> None:
        assert self.selection.total == len(self.selection) == len(self.model)

    # Not after every change, so that some changes find what `add_whole` left for later.
    @rule()
    def same(self) -> None:
        assert self.selection.ids == self.model
        assert all((id in self.selection) == (id in self.model) for id in range(13))

    def teardown(self) -> None:
        self.same()


TestSelection = SelectionModel.TestCase
TestSelection.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
