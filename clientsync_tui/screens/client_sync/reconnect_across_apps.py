"""Reconnect all across every accounting app, as one job."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.trouble import PassingTrouble, SignInNeeded, Trouble
from ...sync.kinds import reconnect
from ...sync.kinds.seam.kind import Request
from ...sync.locale_words import counted
from ...sync.reach import all_apps
from .plan import confirm_and_run

if TYPE_CHECKING:
    from ...sync.jobs.session import Session
    from ...sync.kinds.seam.kind import Reach
    from ..base import ActionScreen


def reconnect_across_apps(screen: "ActionScreen") -> None:
    """Asks each app what the sign-in used last reaches, and shows one plan for all."""
    screen.say("Checking what your sign-ins reach in each accounting app…", "information")
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

        plan, lacking = await all_apps.planned(softwares, make, chosen, working)
        # The number on the button is what is done: what only waits for a sign-in is not.
        plan = all_apps.without_waiting(
            plan, {name: why for name, why in lacking.items() if _needs_a_person(why)}
        )
        return plan, [
            *_consents(session, plan),
            *(str(why) for why in lacking.values() if not _needs_a_person(why)),
        ]

    try:
        plan, lines = await screen.ask(planned)
    except Trouble as trouble:
        screen.say(trouble)
    else:
        confirm_and_run(screen, plan, lines=lines)


def _needs_a_person(why: Trouble) -> bool:
    """Whether someone has to act before anything can be tried. A passing fault may be over by then."""
    return not isinstance(why, PassingTrouble)


def _consents(session: "Session", plan: Plan) -> Iterator[str]:
    """How many consents the job will ask for, one organisation each."""
    held = {sign_in.id for sign_in in session.held() if sign_in.works(datetime.now(UTC))}
    waiting = Counter(
        item.software
        for item in plan.only((Will.DO,))
        if session.software(item.software).organisations_per_sign_in == "one" and item.sign_in not in held
    )
    for name, count in waiting.items():
        consents = counted(count, "consent")
        yield f"{session.software(name).title} asks for {consents}, one for each organisation: you are led from one to the next."
