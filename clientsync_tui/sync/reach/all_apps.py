"""One plan, and so a single job, for several accounting apps."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from ...practice.people import SignIn
from ...practice.plan import Plan, PlanItem, Will
from ...practice.status import Reason, Why
from ...practice.trouble import PassingTrouble, SignInNeeded, SignInRefused, Trouble, UsageError
from ..kinds.seam.kind import Reach
from ..kinds.seam.planning import together

Make = Callable[[str, SignIn | None, Reach | None], Plan]
"""Makes the plan for one app: its name, the sign-in (None: not known yet), what it reaches (None: not known)."""

Working = Callable[[str], Awaitable[tuple[SignIn | None, Reach | None]]]
"""Returns a working sign-in to an app and what it reaches. Raises SignInNeeded, PassingTrouble or UsageError."""


async def planned(
    kind: str,
    softwares: Iterable[str],
    make: Make,
    chosen: Callable[[str], SignIn | None],
    working: Working,
) -> tuple[Plan, dict[str, Trouble]]:
    """Plans with a working sign-in for each app if there is one, else with the one held (`chosen`), whatever that
    reaches.

    Asks for no sign-in where none is needed. Also returns what each app lacks, by name: its clients wait in the job while the others
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
    return together(kind, made), lacking


def without_waiting(plan: Plan, why: Callable[[PlanItem], Trouble | None]) -> Plan:
    """The plan, with items that would only wait for a sign-in marked as not possible. The reason says who must sign
    in.

    `why`: says what an item waits for; None if it can be done now.
    """

    def settled(item: PlanItem) -> PlanItem:
        if item.will is not Will.DO or (trouble := why(item)) is None:
            return item
        reason = Reason.SIGN_IN_REFUSED if isinstance(trouble, SignInRefused) else Why.NO_ACCESS
        return replace(item, will=Will.CANNOT, reason=reason, says=str(trouble), waits=True)

    return replace(plan, items=tuple(map(settled, plan.items)))
