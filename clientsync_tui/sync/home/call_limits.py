"""What the accounting apps allow, for the practice's server."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...store.postgres.schema import CallLimit


def call_limits() -> "list[CallLimit]":
    """How many calls each accounting app allows, for the server to share out among people."""
    from ...accounting.seam.registry import softwares
    from ...store.postgres.schema import CallLimit

    found: dict[tuple[str, str, int], int] = {}
    for name, software in softwares().items():
        renewals = software.limits.renewals
        for rate in (*software.limits.rates, *([renewals] if renewals else ())):
            key = (name, rate.per, rate.seconds)
            found[key] = max(rate.calls, found.get(key, 0))
    return [CallLimit(*key, calls) for key, calls in found.items()]
