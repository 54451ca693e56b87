"""One plan, and so one job, across several accounting apps."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace

from ...practice.people import SignIn
from ...practice.plan import Plan, PlanItem, Will
from ...practice.status import Reason, Why
from ...practice.trouble import PassingTrouble, SignInNeeded, SignInRefused, Trouble, UsageError
from ..kinds.seam.kind import Reach
from ..kinds.seam.planning import together

Make = Callable[[str, SignIn | None, Reach | None], Plan]
"""Makes the plan of one app: its name, whose sign-in (None: not known yet), what that reaches (None: not known)."""

Working = Callable[[str], Awaitable[tuple[SignIn | None, Reach | None]]]
"""A sign-in to an app that works, and what it reaches; raises SignInNeeded, PassingTrouble or UsageError."""


async def planned(
    softwares: Iterable[str], make: Make, chosen: Callable[[str], SignIn | None], working: Working
) -> tuple[Plan, dict[str, Trouble]]:
    """The plan with a sign-in that works for each app, else with the one that is held (`chosen`), whatever that reaches.

    What needs no sign-in asks for none. Returns also what each app lacks, by its name: its clients wait in the job while the others
    are done, unless they are left out (`without_waiting`).
    """
    made: list[Plan] = []
    lacking: dict[str, Trouble] = {}
    for name in softwares:
        before = make(name, None, None)
        if not before.count(Will.DO):
            made.append(before)
            continue
        try:
            made.append(make(name, *await working(name)))
        except (SignInNeeded, PassingTrouble, UsageError) as trouble:
            lacking[name] = trouble
            made.append(make(name, chosen(name), None))
    return together(made), lacking


def without_waiting(plan: Plan, needed: Mapping[str, Trouble]) -> Plan:
    """The plan, with what would only wait for a sign-in as something that can't be done: the reason says who must sign in.

    `needed`: why, by the app's name.
    """

    def settled(item: PlanItem) -> PlanItem:
        if item.will is not Will.DO or item.software not in needed:
            return item
        trouble = needed[item.software]
        reason = Reason.SIGN_IN_REFUSED if isinstance(trouble, SignInRefused) else Why.NO_ACCESS
        return replace(item, will=Will.CANNOT, reason=reason, says=str(trouble), waits=True)

    return replace(plan, items=tuple(map(settled, plan.items)))
