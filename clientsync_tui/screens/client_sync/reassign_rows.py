"""The integrations that can be reassigned, as rows: who integrated each, and since when."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from ...practice.people import Person, SignIn
from ...practice.plan import Plan, PlanItem, Will
from ...practice.status import Reason, Status, standing_of
from ...store.store import Store
from ...sync import plan_words, words
from ...sync.kinds.reassign import ReassignFacts
from ...sync.locale_words import short_date
from ...widgets.select_table.list_rows import ListRows
from ...widgets.select_table.rows import Cell, Column, Row

COLUMNS = (
    Column("name", "Client", 20, flex=3, keep=9, shorten="middle", most=50),
    Column("by", "Integrated by", 16, flex=2, keep=8, most=40),
    Column("since", "Since", 11, keep=6),
    Column("status", "Status", 14, flex=10, keep=5, most=30),
    Column("why", "Why not", 9, flex=2, keep=7, most=70),
)
Sort = tuple[tuple[str, bool], ...]
STYLES = {Status.CONNECTED: "ok", Status.EXPIRING: "warning", Status.EXPIRED: "error", Status.BROKEN: "error"}


class ReassignRows:
    """The items of a plan with the facts to show about each. Reads the sign-ins, so create it in a thread."""

    def __init__(self, store: Store, plan: Plan, *, ascii_marks: bool) -> None:
        self.plan = plan
        self._now = datetime.now(UTC)
        self._sign_ins = {sign_in.id: sign_in for sign_in in store.sign_ins.known(plan.software)}
        self._symbols = words.ASCII_SYMBOLS if ascii_marks else words.SYMBOLS
        self._of: dict[str, PlanItem] = {item.organisation_id: item for item in plan.items}

    def __contains__(self, organisation: object) -> bool:
        """Whether there is a row for this organisation."""
        return organisation in self._of

    def people(self) -> list[tuple[Person, int]]:
        """Who integrated them and how many, most first."""
        counted = Counter(_facts(item).authenticated_by for item in self.plan.items)
        people: dict[str, tuple[Person, int]] = {}
        for sign_in, count in counted.items():
            if known := self._sign_ins.get(sign_in):
                before = people.get(known.person.email.casefold(), (known.person, 0))[1]
                people[known.person.email.casefold()] = (known.person, before + count)
        return sorted(people.values(), key=lambda person_and_count: -person_and_count[1])

    def rows(self, integrated_by: str | None, sort: Sort) -> ListRows:
        """Those of one person (e-mail address), or all, in this order."""
        items = [
            item
            for item in self.plan.items
            if integrated_by is None or self._email(item) == integrated_by.casefold()
        ]
        # Rows that can be selected come first.
        items.sort(key=lambda item: item.will is not Will.DO)
        found = ListRows(
            COLUMNS,
            [self._row(item) for item in items],
            keys={"since": lambda row: _facts(self._of[str(row.id)]).connected_at.isoformat()},
        )
        found.sort(sort)
        return found

    def chosen(self, organisations: Sequence[str]) -> Plan:
        """The plan for just these organisations."""
        wanted = frozenset(organisations)
        plan = self.plan
        items = tuple(item for item in plan.items if item.organisation_id in wanted)
        return Plan(plan.kind, plan.software, plan.sign_in, items)

    def _known(self, item: PlanItem) -> SignIn | None:
        return self._sign_ins.get(_facts(item).authenticated_by)

    def _email(self, item: PlanItem) -> str:
        known = self._known(item)
        return known.person.email.casefold() if known else ""

    def _row(self, item: PlanItem) -> Row:
        known, facts = self._known(item), _facts(item)
        problem = Reason(facts.problem) if facts.problem else None
        standing = standing_of(
            problem, known.ends_at if known else None, self._now, known.used_at if known else None
        )
        status = f"{self._symbols[standing.status]} {words.status_words(standing)}"
        since = short_date(facts.connected_at, self._now)
        fixed = None if item.will is Will.DO else item.says or words.REASONS[item.reason or ""]
        why = "" if item.will is Will.DO else plan_words.short(self.plan.kind, item.reason)
        by = known.person.name if known else "somebody"
        cells = (
            item.name,
            by,
            since,
            Cell(status, STYLES.get(standing.status, "muted")),
            Cell(why, "warning"),
        )
        return Row(item.organisation_id, cells, fixed)


def _facts(item: PlanItem) -> ReassignFacts:
    assert isinstance(item.facts, ReassignFacts)
    return item.facts
