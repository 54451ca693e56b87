"""One plan, and so a single job, for all the accounting apps that a command applies to."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from ..accounting.seam.software import Software
from ..practice.counted import counted
from ..practice.people import SignIn
from ..practice.plan import Plan, Will
from ..practice.trouble import SignInNeeded, Trouble
from ..sync.jobs.session import Session
from ..sync.kinds.seam.kind import Reach
from ..sync.reach import all_apps
from ..sync.reach.consents import asks_for, dead_sign_ins, given, needed
from ..workplace import Workplace
from .consents import can_sign_in
from .network import nobody, signed_in, signed_in_again
from .output import say


async def plan_across_apps(
    workplace: Workplace,
    session: Session,
    softwares: Sequence[str],
    email: str | None,
    make: all_apps.Make,
    *,
    other_than: str | None = None,
    always: bool = False,
    dry_run: bool = False,
) -> Plan:
    """The plan, made with the sign-in of `email` or else the one used last, but not that of `other_than`. `always`: sign in even if there may be nothing
    to do.

    With one app it raises what `signed_in` raises. With several it prints what each one lacks and plans the rest. In a dry run nothing
    is promised that waits for a sign-in: it can't be done, and the reason says who must sign in.
    """
    unusable: dict[str, Trouble] = {}
    someone = email or other_than

    def chosen_sign_in(name: str) -> SignIn | None:
        return workplace.chosen(name, email, other_than=other_than)

    async def working(name: str) -> tuple[SignIn | None, Reach | None]:
        try:
            if workplace.configured(name).software.organisations_per_sign_in == "many":
                found = await signed_in(
                    workplace, session, name, email, other_than=other_than, dry_run=dry_run
                )
                lacking = sum(item.waits for item in make(name, *found).items)
                if not lacking or dry_run or not can_sign_in():
                    return found
                say(lacks(workplace.software(name), lacking))
                return await signed_in_again(workplace, session, name, email, other_than=other_than)
            # A job would use any sign-in that is held here.
            if (dry_run or someone) and chosen_sign_in(name) is None:
                who = nobody(workplace.software(name).title, email, other_than)
                raise SignInNeeded(f"{who} Run `clientsync sign-in {name}`.")
        except SignInNeeded as trouble:
            unusable[name] = trouble
            raise
        return chosen_sign_in(name), None

    if always and len(softwares) == 1 and not dry_run:
        return make(softwares[0], *await working(softwares[0]))
    plan, lacking = await all_apps.planned(softwares, make, chosen_sign_in, working)
    waiting = Counter(item.software for item in plan.items if item.waits)
    for name, count in waiting.items():
        says = f"{lacks(workplace.software(name), count)} Run `clientsync sign-in {name}`."
        # If anything can be done without a new sign-in, do that now.
        if not plan.count(Will.DO) and not dry_run:
            raise SignInNeeded(says)
        say(says)
    for trouble in lacking.values():
        if len(softwares) == 1 and not (dry_run and unusable):
            raise trouble
        say(str(trouble))
    if dry_run:
        plan = all_apps.without_waiting(plan, lambda item: unusable.get(item.software))
        return without_consents_to_come(workplace, plan)
    if someone:
        # The job would wait for any sign-in to the app, and do it with that.
        absent = {name: trouble for name, trouble in unusable.items() if chosen_sign_in(name) is None}
        plan = all_apps.without_waiting(plan, lambda item: absent.get(item.software))
        if absent and not plan.count(Will.DO):
            raise SignInNeeded("Nothing was done: that sign-in is needed first.")
    return plan


def without_consents_to_come(workplace: Workplace, plan: Plan) -> Plan:
    """The plan of a dry run, which promises nothing that needs a consent first. Prints how many are needed."""
    now, held = datetime.now(UTC), workplace.held()
    by_consents = [app for app in workplace.softwares() if app.organisations_per_sign_in == "one"]
    counts = needed(plan, by_consents, given(workplace.store, held, now))
    for name, count in counts.items():
        say(asks_for(workplace.software(name), count))
    return all_apps.without_waiting(plan, dead_sign_ins(workplace.store, held, by_consents, now))


def lacks(software: Software, count: int) -> str:
    """For how many organisations a sign-in lacks a permission, and what to allow."""
    organisations = counted(count, *software.organisation_words)
    return (
        f"Your sign-in to {software.title} lacks a permission for {organisations}. "
        "If your role was raised there, run `clientsync check`. Otherwise sign in again, and allow everything the app asks for."
    )
