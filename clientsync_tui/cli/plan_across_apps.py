"""One plan, and so a single job, for all the accounting apps that a command applies to."""

from collections import Counter
from collections.abc import Sequence

from ..accounting.seam.software import Software
from ..practice.counted import counted
from ..practice.people import SignIn
from ..practice.plan import Plan, Will
from ..practice.trouble import SignInNeeded, Trouble
from ..sync.jobs.session import Session
from ..sync.kinds.seam.kind import Reach
from ..sync.reach import all_apps
from ..workplace import Workplace
from .consents import can_sign_in
from .network import signed_in, signed_in_again
from .output import say


async def plan_across_apps(
    workplace: Workplace,
    session: Session,
    softwares: Sequence[str],
    email: str | None,
    make: all_apps.Make,
    *,
    always: bool = False,
    dry_run: bool = False,
) -> Plan:
    """The plan, made with the sign-in of `email` or else the one used last. `always`: sign in even if there may be nothing
    to do.

    With one app it raises what `signed_in` raises. With several it prints what each one lacks and plans the rest. In a dry run nothing
    is promised that waits for a sign-in: it can't be done, and the reason says who must sign in.
    """
    needed: dict[str, Trouble] = {}

    def chosen_sign_in(name: str) -> SignIn | None:
        return workplace.chosen(name, email)

    async def working(name: str) -> tuple[SignIn | None, Reach | None]:
        try:
            if workplace.configured(name).software.organisations_per_sign_in == "many":
                found = await signed_in(workplace, session, name, email, dry_run=dry_run)
                lacking = sum(item.waits for item in make(name, *found).items)
                if not lacking or dry_run or not can_sign_in():
                    return found
                say(lacks(workplace.software(name), lacking))
                return await signed_in_again(workplace, session, name, email)
            if dry_run and chosen_sign_in(name) is None:
                title = workplace.software(name).title
                raise SignInNeeded(f"Nobody is signed in to {title} here. Run `clientsync sign-in {name}`.")
        except SignInNeeded as trouble:
            needed[name] = trouble
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
        if len(softwares) == 1 and not (dry_run and needed):
            raise trouble
        say(str(trouble))
    if dry_run and needed:
        plan = all_apps.without_waiting(plan, needed)
    return plan


def lacks(software: Software, count: int) -> str:
    """For how many organisations a sign-in lacks a permission, and what to allow."""
    organisations = counted(count, *software.organisation_words)
    return (
        f"Your sign-in to {software.title} lacks a permission for {organisations}. "
        "If your role was raised there, run `clientsync check`. Otherwise sign in again, and allow everything the app asks for."
    )
