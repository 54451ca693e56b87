"""What the doctor found."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """A safe repair of a finding. `asks`: the question before it. `do` returns what was done, or raises Trouble."""

    asks: str
    do: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `says`: what it is, or what is wrong and what to do."""

    name: str
    ok: bool
    says: str
    repair: Repair | None = None
