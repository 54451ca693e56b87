"""The options of a sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .choices import Tier
from .world.names import Named


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0: any free one. `softwares`: names; none means every one. `organisations`: in each app.

    `one_at_a_time`: consent is to one organisation, as for apps without bulk connections. `limits`: whether rate limits are kept.
    `businesses`: those of each app by its name, where they are not drawn; then `organisations` does not count. `lines`: how many lines each long list has, where not as in life. `hostile`: some names attack the programs that show them.
    `latency_s`: how long an API takes to answer, at least. `access_s`: how long access tokens live, where not as in life. `poll_s`: how long a device
    waits between two requests for tokens, where not as in life. `state`: the file that keeps tokens and connections over a restart.
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
