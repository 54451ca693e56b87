"""Faults on demand: what goes wrong, for whom, and for how many calls."""

from collections.abc import Container
from dataclasses import dataclass

ACTS = frozenset({"expire", "revoke", "disconnect"})
REFUSALS = frozenset({"remove-access", "close"})
LIMIT = "limit"
RENAME = "rename"
CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Target:
    """What a fault applies to. None means everyone, or everything."""

    software: str | None = None
    person: str | None = None
    organisation: str | None = None

    def covers(self, software: str, person: str | None, organisation: str | None) -> bool:
        """Whether it applies to a call. A target with an organisation doesn't apply to calls without one."""
        return (
            self.software in (None, software)
            and self.person in (None, person)
            and self.organisation in (None, organisation)
        )


@dataclass(slots=True)
class Fault:
    """An active fault. `times`: for how many more calls (None: for all). `seconds`: of a limit's pause, or of slowness."""

    kind: str
    target: Target
    times: int | None
    seconds: float


class Faults:
    """The active faults. The newest applies first."""

    def __init__(self, in_force: list[Fault]) -> None:
        self.in_force = in_force

    def add(self, fault: Fault) -> None:
        self.in_force.append(fault)

    def clear(self, target: Target) -> None:
        """Ends the faults with this target or a narrower one."""
        self.in_force = [
            fault
            for fault in self.in_force
            if not (
                target.software in (None, fault.target.software)
                and target.person in (None, fault.target.person)
                and target.organisation in (None, fault.target.organisation)
            )
        ]

    def seen(
        self, kinds: Container[str], software: str, person: str | None, organisation: str | None
    ) -> Fault | None:
        """The fault that would apply to a call, without using it up."""
        return next(
            (
                f
                for f in reversed(self.in_force)
                if f.kind in kinds and f.target.covers(software, person, organisation)
            ),
            None,
        )

    def meet(
        self, kinds: Container[str], software: str, person: str | None, organisation: str | None
    ) -> Fault | None:
        """The fault that applies to a call; uses up one of its times."""
        fault = self.seen(kinds, software, person, organisation)
        if fault and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.in_force.remove(fault)
        return fault
