"""Takes someone at a terminal from one sign-in to the next, if each organisation needs its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..accounting.seam.software import Software
from ..practice.people import SignIn
from ..practice.trouble import SignInFailed, SignInNeeded, Trouble
from ..store.jobs import Item, ItemState
from ..store.store import Store
from ..sync.jobs.session import Session
from ..sync.plan_words import integrations
from ..sync.reach.consents import Arrived, Consents, Expected, what_came, what_to_choose
from ..sync.reach.reachability import Reach
from ..workplace import Workplace
from .context import is_throwaway
from .output import interactive, say
from .run_job import run
from .signing_in import Stopped, sign_in_now


def can_sign_in() -> bool:
    """Whether sign-ins can be made now: at a terminal, or in the demo practice, which signs in without asking."""
    return interactive() or is_throwaway()


async def sign_in_for_job(
    workplace: Workplace, session: Session, job: str, trouble: Trouble | None
) -> Trouble | None:
    """Makes the sign-ins that a job waits for, and after each does what has become possible. An empty line stops.

    `trouble`: why the job is paused. Returns why it is still paused.
    """
    sign_ins = _JobSignIns(workplace, session, job, trouble)
    for name in workplace.store.jobs.waiting(job):
        try:
            await sign_ins.make_all(workplace.software(name))
        except (Stopped, SignInFailed) as ended:
            say(str(ended))
    return sign_ins.trouble


@dataclass
class _JobSignIns:
    """The sign-ins that a job waits for. `trouble`: why the job is paused now."""

    workplace: Workplace
    session: Session
    job: str
    trouble: Trouble | None

    async def make_all(self, software: Software) -> None:
        """Makes those for one app. Raises Stopped, SignInFailed, and what signing in raises."""
        items = self.workplace.store.jobs.items(self.job, ItemState.WAITING, software=software.name)
        held = {sign_in.id for sign_in in self.session.held(software.name)}
        if software.organisations_per_sign_in == "one":
            await self._one_by_one(software, Consents(map(Expected.of, items), held))
        elif not held & {item.sign_in for item in items}:
            await self._once_for_all(software, items)

    async def _one_by_one(self, software: Software, consents: Consents) -> None:
        failures = 0
        # Ends once each of the remaining ones has failed in turn.
        while consents.goes_on and failures < consents.left:
            try:
                _, arrived = await _next_consent(self.workplace, self.session, software, consents)
            except SignInFailed as failed:
                # This one may be out of reach. Don't make the others wait for it.
                say(str(failed))
                consents.skip()
                failures += 1
                continue
            if arrived in (Arrived.NEXT, Arrived.ANOTHER):
                failures = 0
                await self._run_job()
            elif _starts_over(arrived):
                return

    async def _once_for_all(self, software: Software, items: Sequence[Item]) -> None:
        """One sign-in for everything that waits for it."""
        wait = "waits" if len(items) == 1 else "wait"
        say(f"{integrations(len(items))} in {software.title} {wait} for a sign-in.")
        new = await sign_in_now(self.workplace, self.session, software.name, stoppable=True)
        if {item.sign_in for item in items}.isdisjoint({new.id, None}):
            say(f"This job runs as someone other than {new.person.name}. Start a new one to run it yourself.")
        await self._run_job()

    async def _run_job(self) -> None:
        async def no_progress(store: Store, job: str) -> None:
            """The messages between two sign-ins already show the progress."""

        self.trouble = await run(self.session, self.job, no_progress)


async def collect_consents(
    workplace: Workplace,
    session: Session,
    software: Software,
    sign_in: SignIn | None,
    wanted: Collection[str] | None,
) -> tuple[SignIn, Reach]:
    """Makes sign-ins for new clients: for those `wanted` (organisation ids), or for as many as the person likes.

    `sign_in`: one of the person's, None if there is none yet. Returns the sign-in to continue with and what is reached. Raises
    SignInNeeded if none was made.
    """
    reach = await session.reach(sign_in) if sign_in else ()
    missing = [Expected(id, id) for id in wanted or () if id not in reach]
    # Without a terminal, nobody could say when to stop.
    consents = Consents(
        missing, (held.id for held in session.held(software.name)), welcome=wanted is None and interactive()
    )
    try:
        while consents.goes_on or sign_in is None:
            sign_in, arrived = await _next_consent(workplace, session, software, consents)
            if _starts_over(arrived):
                break
    except Stopped:
        pass
    except SignInFailed as failed:
        if sign_in is None:
            raise
        say(str(failed))
    if sign_in is None:
        raise SignInNeeded(f"Nobody signed in to {software.title}. Run `clientsync sign-in {software.name}`.")
    return sign_in, await session.reach(sign_in)


def _starts_over(arrived: Arrived) -> bool:
    """Whether the demo practice, which always takes the next organisation, has been through them all."""
    return arrived is Arrived.AGAIN and is_throwaway()


async def _next_consent(
    workplace: Workplace, session: Session, software: Software, consents: Consents
) -> tuple[SignIn, Arrived]:
    say(what_to_choose(software, consents))
    sign_in = await sign_in_now(workplace, session, software.name, stoppable=True)
    arrived = consents.arrived(sign_in)
    say(what_came(software, arrived, sign_in))
    return sign_in, arrived
