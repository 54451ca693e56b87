"""What an app's personality uses of the sandbox as a whole."""

from collections.abc import Iterator
from typing import Protocol

from .consent.scripts import Scripts
from .misbehaviour.faults import Faults
from .misbehaviour.limits import Limits
from .options import Options
from .world.clock import Clock
from .world.state import State
from .world.world import World


class Backend(Protocol):
    """The world, the clock, the saved state, and the active faults."""

    options: Options
    world: World
    state: State
    clock: Clock
    limits: Limits
    faults: Faults
    scripts: Scripts
    garbage: Iterator[int]

    def save(self) -> None:
        """Writes the state to its file, if there is one. Call it before a change is answered."""
        ...
