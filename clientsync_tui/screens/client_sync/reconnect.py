"""Reconnect: every expired or broken client that a sign-in reaches gets that sign-in. The others are listed with what to
do.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from ...practice.plan import Plan, Will
from ...sync import plan_words
from ...sync.kinds import reconnect
from ...sync.sign_in_words import used
from .kind import KindScreen


class ReconnectScreen(KindScreen):
    """Reconnects everything that is expired or broken, or the given clients."""

    nothing: str = (
        "No integration is known to be expired or broken. To be sure, press {clients.check} in the client list: it checks every "
        "organisation."
    )

    def __init__(
        self,
        software: str,
        only: Collection[str] | None = None,
        exactly: Collection[tuple[str, str]] | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        super().__init__(reconnect.KIND, software, only, exactly, fresh=fresh)
        self._all = only is None

    def before(self) -> Iterable[str]:
        """The last line says that working integrations are left alone."""
        yield from super().before()
        if self._before is not None:
            yield "Working integrations are left alone."

    def promises(self, plan: Plan) -> Iterable[str]:
        """How many clients and integrations."""
        if self._all:
            workplace, name = self.main.workplace, self._about
            found = workplace.store.clients.tally(name, datetime.now(UTC), used(workplace.held(name)))
            yield plan_words.reconnect_all(found)
        elif plan.count(Will.DO):
            yield f"This reconnects {plan_words.integrations(plan.count(Will.DO))}."
