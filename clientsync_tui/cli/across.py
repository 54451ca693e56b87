"""One plan, and so one job, across every accounting software that a command is about."""

from collections.abc import Sequence

from ..practice.people import SignIn
from ..practice.plan import Plan
from ..sync.jobs.session import Session
from ..sync.plans import Reach
from ..sync.reach import all_apps
from ..workplace import Workplace
from .network import signed_in
from .talk import say


async def planned(
    workplace: Workplace,
    session: Session,
    softwares: Sequence[str],
    email: str | None,
    make: all_apps.Make,
    *,
    always: bool = False,
) -> Plan:
    """The plan with the sign-in of `email`, else with the one used last. `always`: it takes one though there may be nothing to do.

    Raises as `signed_in` where there is one software; where there are several, what one lacks is said.
    """

    def chosen(name: str) -> SignIn | None:
        return workplace.chosen(name, email)

    async def working(name: str) -> tuple[SignIn | None, Reach | None]:
        if workplace.configured(name).software.organisations_per_sign_in == "one":
            return chosen(name), None
        return await signed_in(workplace, session, name, email)

    if always and len(softwares) == 1:
        return make(softwares[0], *await working(softwares[0]))
    plan, lacking = await all_apps.planned(softwares, make, chosen, working)
    for trouble in lacking:
        if len(softwares) == 1:
            raise trouble
        say(str(trouble))
    return plan
