"""One line of the bench, and how a file adds measures to it."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`ours` beside `other`, in the same unit (the name says which); the ratio should be at most `aim`."""

    name: str
    ours: float
    other: float
    aim: float

    @property
    def ratio(self) -> float:
        return self.ours / self.other if self.other else float("inf")

    @property
    def holds(self) -> bool:
        return self.ratio <= self.aim

    def as_json(self) -> dict[str, str | float | bool]:
        return asdict(self) | {"ratio": self.ratio, "holds": self.holds}


Measure = Callable[[bool], Iterable[Result]]
"""Measures, and yields its lines one by one. The argument: whether to be quick (smaller, a few seconds)."""

MEASURES: dict[str, Measure] = {}


def measure(name: str) -> Callable[[Measure], Measure]:
    """Registers the function below it as the measure `name`."""

    def register(function: Measure) -> Measure:
        MEASURES[name] = function
        return function

    return register


def missing(peer: str, so: str) -> None:
    """Says on stderr that a peer is not installed, and what happens to its lines."""
    print(f"{peer} is not installed: {so}.", file=sys.stderr)
