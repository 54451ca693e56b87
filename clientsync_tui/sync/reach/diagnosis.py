"""What a look at the program's ground found."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """What can safely be done about a finding. `asks`: the question before it; `do` says what was done, or raises Trouble."""

    asks: str
    do: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `says`: what it is, or what is wrong and what to do."""

    name: str
    ok: bool
    says: str
    repair: Repair | None = None
