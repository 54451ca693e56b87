"""The options of a sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .choices import Tier
from .world.names import Named


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0: any free one. `softwares`: names; none means all. `organisations`: in each app.

    `one_at_a_time`: consent covers one organisation, as for apps without bulk connections. `limits`: whether rate limits are enforced.
    `businesses`: each app's businesses by name, if not random; then `organisations` is ignored. `lines`: how many lines each long list has, if not realistic.
    `hostile`: some names attack the programs that show them. `latency_s`: the minimum time an API takes to answer. `access_s`: how long access tokens live, if not realistic.
    `poll_s`: how long a device waits between two requests for tokens, if not realistic. `state`: the file that saves tokens and connections across restarts.
    """

    port: int = 0
    softwares: tuple[str, ...] = ()
    organisations: int = 40
    seed: str = "1"
    one_at_a_time: bool = False
    tier: Tier = "enterprise"
    limits: bool = True
    latency_s: float = 0
    access_s: float | None = None
    poll_s: float | None = None
    state: Path | None = None
    lines: int | None = None
    hostile: bool = False
    businesses: Mapping[str, Sequence[Named]] | None = None
