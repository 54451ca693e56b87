"""Reconnect: every expired or broken client that a sign-in reaches gets that sign-in; the others are listed with what to do."""

from collections.abc import Collection, Iterable

from ...practice.plan import Plan, Will
from ...sync import plan_words
from ...sync.kinds import reconnect
from .kind import KindScreen


class ReconnectScreen(KindScreen):
    """Reconnects all that is expired or broken, or the clients given."""

    nothing: str = (
        "Nothing is expired or broken, as far as is known here. Check ({clients.check} in the client list) calls every organisation "
        "and finds out."
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
        """That what works is left alone, last."""
        yield from super().before()
        if self._before is not None:
            yield "Integrations that work are not touched."

    def promises(self, plan: Plan) -> Iterable[str]:
        """How many clients and integrations."""
        count = plan.count(Will.DO)
        if self._all:
            clients = len({item.client for item in plan.only((Will.DO,))})
            yield plan_words.reconnect_all(clients, count)
        else:
            yield f"Reconnect will refresh {plan_words.integrations(count)} of those chosen."
