"""A job and its items, as stored in their rows."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ...practice.text import clean
from ...practice.trouble import Trouble
from ..own_rows import is_item

REMOVES = "`clientsync doctor --repair` removes it."


class JobState(StrEnum):
    """A job that is `running` although nobody holds its lock was interrupted, and can be resumed."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class ItemState(StrEnum):
    """An item in `doing` at start-up: ask the app what happened, then decide."""

    WAITING = "waiting"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Item:
    """One client of a job. `says`: the reason as a sentence, as it was at the time.

    `organisation_name`, `sign_in` and `cannot`: as in the plan. `key`: of an item that must never run twice, from its start.
    `facts`: what its kind of work needs to know about it, as text (`Task.facts` parses it).
    """

    job: str
    n: int
    client: str
    name: str
    software: str
    organisation_id: str
    state: ItemState
    reason: str | None
    says: str | None
    organisation_name: str | None
    sign_in: str | None
    cannot: bool
    key: str | None
    leased_by: str | None
    facts: str


class Paused(NamedTuple):
    """Why a job is paused, and whether signing in would help."""

    says: str
    needs_sign_in: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A bulk job with the counts of its items. `cut_off`: it says running, but nobody works on it. `owner`: the role that
    made it, if the practice is on a server.

    `impossible`: how many of the `failed` items were never tried, because the plan said that they can't be done.
    """

    id: str
    kind: str
    software: str | None
    sign_in: str | None
    state: JobState
    by: str
    started_at: str
    ended_at: str | None
    counts: Mapping[ItemState, int]
    paused: Paused | None
    cut_off: bool
    owner: str | None
    impossible: int

    def count(self, *states: ItemState) -> int:
        """How many items are in any of these states."""
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def failed(self) -> int:
        """How many items were tried and failed."""
        return self.count(ItemState.FAILED) - self.impossible

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(self.counts.values())

    @property
    def is_running(self) -> bool:
        """Whether a process is running it."""
        return self.state is JobState.RUNNING and not self.cut_off

    @property
    def left(self) -> int:
        """How many items are still to do."""
        return self.count(ItemState.WAITING, ItemState.DOING)


def item_of(row: sqlite3.Row) -> Item:
    """The item in a row. Raises Trouble if this program did not write it."""
    if not is_item(row):
        raise Trouble(
            f"Item {row['n']} of job {clean(row['job'])} can't be read: another program wrote it. {REMOVES}"
        )
    return Item(
        row["job"], row["n"], row["client"], row["name"], row["software"], row["organisation_id"], ItemState(row["state"]),
        row["reason"], row["says"], row["organisation_name"], row["sign_in"], bool(row["cannot"]), row["key"], row["leased_by"], row["facts"],
    )  # fmt: skip
