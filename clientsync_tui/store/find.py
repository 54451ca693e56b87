"""The filter language and the sort orders, in SQL."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..practice.entries import iso
from ..practice.filter import NONE, Term
from ..practice.status import SEVERITY, Standing, Status
from .clients import Clients
from .database import Database

Sort = tuple[tuple[str, bool], ...]
"""Column and whether descending, the first the strongest."""

_LINKED = "FROM integrations i WHERE i.client = clients.n"
COLUMNS = {
    "name": "name_key",
    "code": "code_key IS NULL, code_key",
    "team": "team IS NULL, team",
    "software": f"(SELECT min(software) {_LINKED})",
    "by": "(SELECT min(s.name) FROM integrations i JOIN sign_ins s ON s.id = i.sign_in WHERE i.client = clients.n)",
    "refreshed": f"(SELECT max(refreshed_at) {_LINKED})",
    "status": "",
}
BY_NAME: Sort = (("name", False),)


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of a WHERE and its parameters."""

    sql: str
    values: tuple[object, ...] = ()


def find(database: Database, terms: Sequence[Term], now: datetime, sort: Sort = BY_NAME) -> "array[int]":
    """Numbers of the clients for which all `terms` hold, in the order of `sort` (names last, to settle ties)."""
    standings = Clients(database).standings(now)
    conditions = [_condition(term, standings, now) for term in terms]
    where = "".join(
        f" AND {'NOT ' if term.negated else ''}({c.sql})" for term, c in zip(terms, conditions, strict=True)
    )
    values = [value for condition in conditions for value in condition.values]
    order = ", ".join(_order(column, down) for column, down in sort if COLUMNS[column])
    by_status = [down for column, down in sort if column == "status"]
    what = "n, standing" if by_status else "n"
    # The pieces are literals of this module; every value from outside is a parameter.
    query = f"SELECT {what} FROM clients WHERE removed = 0{where} ORDER BY {order + ', ' if order else ''}name_key, n"
    rows = database.connection.execute(query, values)
    rows.row_factory = None
    if not by_status:
        return array("q", (row[0] for row in rows))
    ranks = {number: -1 if s is None else SEVERITY[s.status] for number, s in standings.items()}
    pairs = sorted(rows, key=lambda row: ranks[row[1]], reverse=not by_status[0])
    return array("q", (row[0] for row in pairs))


def _order(column: str, down: bool) -> str:
    return ", ".join(f"{part} {'DESC' if down else 'ASC'}" for part in COLUMNS[column].split(", "))


def _condition(term: Term, standings: dict[int, Standing | None], now: datetime) -> Condition:
    none = term.value == NONE
    match term.field:
        case "status":
            wanted = None if none else Status(term.value)
            return _standing(
                [number for number, s in standings.items() if (s.status if s else None) == wanted]
            )
        case "reason":
            return _standing([number for number, s in standings.items() if s and s.reason == term.value])
        case "by":
            people = "SELECT id FROM sign_ins WHERE instr(lower(email), ?) OR instr(lower(name), ?)"
            return Condition(
                f"n IN (SELECT client FROM integrations WHERE sign_in IN ({people}))",
                (term.value, term.value),
            )
        case "software":
            return Condition("n IN (SELECT client FROM integrations WHERE software = ?)", (term.value,))
        case "team":
            return (
                Condition("team IS NULL")
                if none
                else Condition("team IS NOT NULL AND instr(lower(team), ?)", (term.value,))
            )
        case "code":
            if none:
                return Condition("practice_code IS NULL")
            return Condition("code_key IS NOT NULL AND instr(code_key, ?) = 1", (term.value,))
        case "since":
            return Condition(
                "n IN (SELECT client FROM integrations WHERE since >= ?)", (iso(now - term.age),)
            )
        case _:
            return Condition("instr(search, ?)", (term.value,))


def _standing(numbers: Sequence[int]) -> Condition:
    return Condition(f"standing IN ({', '.join(map(str, numbers))})")
