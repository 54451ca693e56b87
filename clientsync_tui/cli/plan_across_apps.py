"""One plan, and so a single job, for all the accounting apps that a command applies to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
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
    kind: str,
    softwares: Sequence[str],
    email: str | None,
    make: all_apps.Make,
    *,
    other_than: str | None = None,
    always: bool = False,
    dry_run: bool = False,
) -> Plan:
    """The plan, made with the sign-in of `email` or else the one used last, but not that of `other_than`. `always`: sign in
    even if there may be nothing to do.

    With one app it raises what `signed_in` raises. With several it prints what each one lacks and plans the rest. In a dry run nothing
    is promised that waits for a sign-in: it can't be done, and the reason says who must sign in.
    """
    sign_ins = _SignIns(workplace, session, make, email, other_than, dry_run)
    if always and len(softwares) == 1 and not dry_run:
        return make(softwares[0], *await sign_ins.working(softwares[0]))
    plan, lacking = await all_apps.planned(kind, softwares, make, sign_ins.chosen, sign_ins.working)
    _say_what_lacks_a_permission(workplace, plan, dry_run=dry_run)
    for trouble in lacking.values():
        if len(softwares) == 1 and not (dry_run and sign_ins.unusable):
            raise trouble
        say(str(trouble))
    if dry_run:
        plan = all_apps.without_waiting(plan, lambda item: sign_ins.unusable.get(item.software))
        return without_consents_to_come(workplace, plan)
    return sign_ins.without_absent(plan)


@dataclass
class _SignIns:
    """The sign-ins to plan with. `unusable`: why there is none, by app."""

    workplace: Workplace
    session: Session
    make: all_apps.Make
    email: str | None
    other_than: str | None
    dry_run: bool
    unusable: dict[str, Trouble] = field(default_factory=dict[str, Trouble])

    @property
    def someone(self) -> str | None:
        """Whom the choice of a sign-in is about; None if any will do."""
        return self.email or self.other_than

    def chosen(self, name: str) -> SignIn | None:
        """The sign-in to an app that is held here, whether or not it works."""
        return self.workplace.chosen(name, self.email, other_than=self.other_than)

    async def working(self, name: str) -> tuple[SignIn | None, Reach | None]:
        """One that works, and what it reaches. Raises SignInNeeded, and what `signed_in` raises."""
        try:
            if self.workplace.configured(name).software.organisations_per_sign_in == "many":
                return await self._with_permissions(name)
            # A job would use any sign-in that is held here.
            if (self.dry_run or self.someone) and self.chosen(name) is None:
                who = nobody(self.workplace.software(name).title, self.email, self.other_than)
                raise SignInNeeded(f"{who} Run `clientsync sign-in {name}`.")
        except SignInNeeded as trouble:
            self.unusable[name] = trouble
            raise
        return self.chosen(name), None

    async def _with_permissions(self, name: str) -> tuple[SignIn, Reach]:
        """If the one held lacks a permission and someone can sign in now, a new one."""
        found = await signed_in(
            self.workplace, self.session, name, self.email, other_than=self.other_than, dry_run=self.dry_run
        )
        lacking = sum(item.waits for item in self.make(name, *found).items)
        if not lacking or self.dry_run or not can_sign_in():
            return found
        say(lacks(self.workplace.software(name), lacking))
        return await signed_in_again(
            self.workplace, self.session, name, self.email, other_than=self.other_than
        )

    def without_absent(self, plan: Plan) -> Plan:
        """The plan, without what only someone who is not signed in here may do: the job would use any sign-in to the app.
        Raises SignInNeeded if nothing is left.
        """
        if not self.someone:
            return plan
        absent = {name: trouble for name, trouble in self.unusable.items() if self.chosen(name) is None}
        plan = all_apps.without_waiting(plan, lambda item: absent.get(item.software))
        if absent and not plan.count(Will.DO):
            raise SignInNeeded("Nothing was done: that sign-in is needed first.")
        return plan


def _say_what_lacks_a_permission(workplace: Workplace, plan: Plan, *, dry_run: bool) -> None:
    """Says it for each app. Raises SignInNeeded if nothing can be done without a new sign-in."""
    waiting = Counter(item.software for item in plan.items if item.waits)
    for name, count in waiting.items():
        says = f"{lacks(workplace.software(name), count)} Run `clientsync sign-in {name}`."
        if not plan.count(Will.DO) and not dry_run:
            raise SignInNeeded(says)
        say(says)


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
