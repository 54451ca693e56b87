"""Reconnect all across every accounting app, as one job."""

from typing import TYPE_CHECKING

from ...practice.people import SignIn
from ...practice.plan import Plan
from ...practice.trouble import SignInNeeded, Trouble
from ...sync.kinds import reconnect
from ...sync.kinds.seam.kind import Request
from ...sync.reach import all_apps
from .plan import confirm_and_run

if TYPE_CHECKING:
    from ...sync.jobs.session import Session
    from ...sync.kinds.seam.kind import Reach
    from ..base import ActionScreen


def reconnect_across_apps(screen: "ActionScreen") -> None:
    """Asks each software what the sign-in used last reaches there, and shows the plan of it all."""
    screen.say("Asking each accounting software what your sign-ins reach…", "information")
    screen.run_worker(_reconnect(screen), exclusive=True, group="plan", exit_on_error=False)


async def _reconnect(screen: "ActionScreen") -> None:
    workplace = screen.main.workplace
    softwares = [each.name for each in workplace.softwares() if workplace.is_configured(each.name)]

    async def planned(session: "Session") -> tuple[Plan, list[Trouble]]:
        def make(name: str, sign_in: SignIn | None, reach: "Reach | None") -> Plan:
            return reconnect.plan(Request(session.store, name, sign_in=sign_in, reach=reach))

        def chosen(name: str) -> SignIn | None:
            return next(iter(session.held(name)), None)

        async def working(name: str) -> "tuple[SignIn | None, Reach | None]":
            software, sign_in = session.software(name), chosen(name)
            if software.organisations_per_sign_in == "one":
                return sign_in, None
            if sign_in is None:
                raise SignInNeeded(
                    f"Nobody is signed in to {software.title} here; its clients wait for that."
                )
            return sign_in, await session.reach(sign_in)

        return await all_apps.planned(softwares, make, chosen, working)

    try:
        plan, lacking = await screen.ask(planned)
    except Trouble as trouble:
        screen.say(trouble)
    else:
        confirm_and_run(screen, plan, lines=[str(each) for each in lacking])
