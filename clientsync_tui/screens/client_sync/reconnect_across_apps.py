"""Reconnect all in every accounting app, as one job."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...practice.people import SignIn
from ...practice.plan import Plan
from ...practice.trouble import PassingTrouble, SignInNeeded, Trouble
from ...sync.kinds import reconnect
from ...sync.kinds.seam.kind import Request
from ...sync.reach import all_apps
from ...sync.reach.consents import asks_for, given, needed
from .plan import confirm_and_run

if TYPE_CHECKING:
    from ...sync.jobs.session import Session
    from ...sync.kinds.seam.kind import Reach
    from ..base import ActionScreen


CHECKING = "Checking what your sign-ins reach in each accounting app…"


def reconnect_across_apps(screen: "ActionScreen") -> None:
    """Asks each app what the sign-in used last reaches, and shows one plan for all of them."""
    screen.say(CHECKING, "information")
    screen.run_worker(_reconnect(screen), exclusive=True, group="plan", exit_on_error=False)


async def _reconnect(screen: "ActionScreen") -> None:
    workplace = screen.main.workplace
    softwares = [
        software.name for software in workplace.softwares() if workplace.is_configured(software.name)
    ]

    async def planned(session: "Session") -> tuple[Plan, list[str]]:
        def make(name: str, sign_in: SignIn | None, reach: "Reach | None") -> Plan:
            return reconnect.plan(Request(session.store, name, sign_in=sign_in, reach=reach))

        def chosen(name: str) -> SignIn | None:
            return next(iter(session.held(name)), None)

        async def working(name: str) -> "tuple[SignIn | None, Reach | None]":
            software, sign_in = session.software(name), chosen(name)
            if software.organisations_per_sign_in == "one":
                return sign_in, None
            if sign_in is None:
                raise SignInNeeded(f"Nobody is signed in to {software.title} here. Sign in, then reconnect.")
            return sign_in, await session.reach(sign_in)

        plan, lacking = await all_apps.planned(reconnect.KIND.name, softwares, make, chosen, working)
        # The number on the button is what will be done; items that only wait for a sign-in don't count.
        needed_sign_ins = {name: why for name, why in lacking.items() if _needs_a_person(why)}
        plan = all_apps.without_waiting(plan, lambda item: needed_sign_ins.get(item.software))
        consents = needed(
            plan, workplace.softwares(), given(session.store, session.held(), datetime.now(UTC))
        )
        return plan, [
            *(asks_for(session.software(name), count) for name, count in consents.items()),
            *(str(why) for why in lacking.values() if not _needs_a_person(why)),
        ]

    try:
        plan, lines = await screen.ask(planned)
    except Trouble as trouble:
        screen.say(trouble)
    else:
        screen.main.notices.withdraw(CHECKING)
        confirm_and_run(screen, plan, lines=lines)


def _needs_a_person(why: Trouble) -> bool:
    """Whether someone has to act before anything can be tried. A passing fault may be over by then."""
    return not isinstance(why, PassingTrouble)
