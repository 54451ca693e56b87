"""One plan, and so one job, across every accounting software that it is about."""

from collections.abc import Callable, Sequence

from ..practice.people import SignIn
from ..practice.plan import Plan, Will
from ..practice.trouble import PassingTrouble, SignInNeeded, UsageError
from ..sync.plans import Reach, together
from ..sync.session import Session
from ..workplace import Workplace
from .network import signed_in
from .talk import say

Make = Callable[[str, SignIn | None, Reach | None], Plan]
"""Makes the plan of one software: its name, whose sign-in (None: not known yet), what that reaches (None: not known)."""


async def planned(
    workplace: Workplace,
    session: Session,
    softwares: Sequence[str],
    email: str | None,
    make: Make,
    *,
    always: bool = False,
) -> Plan:
    """The plan with a sign-in that works for each software, or with the one that is held where it reaches whatever it is given for.

    What needs no sign-in asks for none, unless `always`. Raises as `signed_in` where there is one software; where there are several, what one
    lacks is said, and its clients wait in the job while the others are done.
    """
    made: list[Plan] = []
    for name in softwares:
        before = make(name, None, None)
        if not (always or before.count(Will.DO)):
            made.append(before)
            continue
        try:
            if workplace.configured(name).software.organisations_per_sign_in == "one":
                made.append(make(name, workplace.chosen(name, email), None))
            else:
                made.append(make(name, *await signed_in(workplace, session, name, email)))
        except (SignInNeeded, PassingTrouble, UsageError) as trouble:
            if len(softwares) == 1:
                raise
            say(str(trouble))
            made.append(make(name, workplace.chosen(name, email), None))
    return together(made)
