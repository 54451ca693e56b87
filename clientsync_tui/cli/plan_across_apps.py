"""One plan, and so one job, for all the accounting apps that a command applies to."""

from collections.abc import Sequence

from ..practice.people import SignIn
from ..practice.plan import Plan
from ..practice.trouble import SignInNeeded, Trouble
from ..sync.jobs.session import Session
from ..sync.kinds.seam.kind import Reach
from ..sync.reach import all_apps
from ..workplace import Workplace
from .network import signed_in
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
    """The plan, made with the sign-in of `email` or else the one used last. `always`: sign in even if there may be nothing to do.

    With one app it raises what `signed_in` raises. With several it prints what each one lacks and plans the rest. In a dry run nothing
    is promised that waits for a sign-in: it can't be done, and the reason says who must sign in.
    """
    needed: dict[str, Trouble] = {}

    def chosen_sign_in(name: str) -> SignIn | None:
        return workplace.chosen(name, email)

    async def working(name: str) -> tuple[SignIn | None, Reach | None]:
        try:
            if workplace.configured(name).software.organisations_per_sign_in == "many":
                return await signed_in(workplace, session, name, email, dry_run=dry_run)
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
    for trouble in lacking.values():
        if len(softwares) == 1 and not (dry_run and needed):
            raise trouble
        say(str(trouble))
    if dry_run and needed:
        plan = all_apps.without_waiting(plan, needed)
    return plan
