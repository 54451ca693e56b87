"""One plan, and so one job, across several accounting softwares."""

from collections.abc import Awaitable, Callable, Iterable

from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.trouble import PassingTrouble, SignInNeeded, Trouble, UsageError
from ..kinds.seam.kind import Reach
from ..kinds.seam.planning import together

Make = Callable[[str, SignIn | None, Reach | None], Plan]
"""Makes the plan of one software: its name, whose sign-in (None: not known yet), what that reaches (None: not known)."""

Working = Callable[[str], Awaitable[tuple[SignIn | None, Reach | None]]]
"""A sign-in to a software that works, and what it reaches; raises SignInNeeded, PassingTrouble or UsageError."""


async def planned(
    softwares: Iterable[str], make: Make, chosen: Callable[[str], SignIn | None], working: Working
) -> tuple[Plan, list[Trouble]]:
    """The plan with a sign-in that works for each software, else with the one that is held (`chosen`), whatever that reaches.

    What needs no sign-in asks for none. Returns also what is lacking: the clients of such a software wait in the job, and the others
    are done meanwhile.
    """
    made: list[Plan] = []
    lacking: list[Trouble] = []
    for name in softwares:
        before = make(name, None, None)
        if not before.count(Will.DO):
            made.append(before)
            continue
        try:
            made.append(make(name, *await working(name)))
        except (SignInNeeded, PassingTrouble, UsageError) as trouble:
            lacking.append(trouble)
            made.append(make(name, chosen(name), None))
    return together(made), lacking
