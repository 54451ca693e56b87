"""Leading somebody at a terminal from one consent to the next, where a sign-in is for one organisation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..accounting.seam.software import Software
from ..practice.people import SignIn
from ..practice.trouble import SignInFailed, SignInNeeded, Trouble
from ..store.jobs import Item, ItemState
from ..store.store import Store
from ..sync.jobs.session import Session
from ..sync.plan_words import integrations
from ..sync.reach.consents import Arrived, Consents, Expected, asks, tells
from ..sync.reach.reachability import Reach
from ..workplace import Workplace
from .place import is_throwaway
from .signing_in import Stopped, sign_in_now
from .talk import interactive, say


def is_led() -> bool:
    """Whether somebody is there to give consents; a throwaway practice gives them by itself."""
    return interactive() or is_throwaway()


async def lead_job(
    workplace: Workplace, session: Session, job: str, trouble: Trouble | None
) -> Trouble | None:
    """Leads through the sign-ins that a job waits for, doing after each what can be done; an empty line ends it.

    `trouble`: why the job paused. Returns why it is paused then.
    """
    lead = _Lead(workplace, session, job, trouble)
    for name in workplace.store.jobs.waiting(job):
        try:
            await lead.through(workplace.software(name))
        except (Stopped, SignInFailed) as ended:
            say(str(ended))
    return lead.trouble


@dataclass
class _Lead:
    """Somebody being led through the sign-ins of a job. `trouble`: why it is paused as it stands."""

    workplace: Workplace
    session: Session
    job: str
    trouble: Trouble | None

    async def through(self, software: Software) -> None:
        """All that waits in one software. Raises Stopped, SignInFailed, and what signing in does."""
        items = self.workplace.store.jobs.items(self.job, ItemState.WAITING, software=software.name)
        held = {each.id for each in self.session.held(software.name)}
        if software.organisations_per_sign_in == "one":
            await self._consents(software, Consents(map(Expected.of, items), held))
        elif not held & {item.body.get("with") for item in items}:
            await self._sign_in(software, items)

    async def _consents(self, software: Software, run: Consents) -> None:
        refused = 0
        # Once each of those left was asked for in vain, it ends.
        while run.goes_on and refused < run.left:
            try:
                _, arrived = await _one(self.workplace, self.session, software, run)
            except SignInFailed as failed:
                # Perhaps this one is out of reach, or its books are nobody's to give: the others shall not stand behind it.
                say(str(failed))
                run.skip()
                refused += 1
                continue
            if arrived in (Arrived.NEXT, Arrived.ANOTHER):
                refused = 0
                await self._go_on()
            elif _in_circles(arrived):
                return

    async def _sign_in(self, software: Software, items: Sequence[Item]) -> None:
        """One sign-in, for all that wait for it."""
        say(f"{integrations(len(items))} in {software.title} wait for a sign-in.")
        new = await sign_in_now(self.workplace, self.session, software.name, stoppable=True)
        if {item.body.get("with") for item in items}.isdisjoint({new.id, None}):
            say(f"This is done as somebody else than {new.person.name}: begin it anew to do it as yourself.")
        await self._go_on()

    async def _go_on(self) -> None:
        from .running import run

        async def quietly(store: Store, job: str) -> None:
            """The lines between two consents say how far it is."""

        self.trouble = await run(self.session, self.job, quietly)


async def gather(
    workplace: Workplace,
    session: Session,
    software: Software,
    sign_in: SignIn | None,
    wanted: Collection[str] | None,
) -> tuple[SignIn, Reach]:
    """Leads through the consents for new clients: those `wanted` (organisation ids), or as many as the person likes.

    `sign_in`: one of the person's, None where there is none yet. Returns the one to go on with and what is reached. Raises
    SignInNeeded where none was given.
    """
    reach = await session.reach(sign_in) if sign_in else ()
    missing = [Expected(each, each) for each in wanted or () if each not in reach]
    # Without a terminal nobody could say that it is enough.
    run = Consents(
        missing, (each.id for each in session.held(software.name)), welcome=wanted is None and interactive()
    )
    try:
        while run.goes_on or sign_in is None:
            sign_in, arrived = await _one(workplace, session, software, run)
            if _in_circles(arrived):
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


def _in_circles(arrived: Arrived) -> bool:
    """A throwaway practice, which takes what comes next, has been through all that there are."""
    return arrived is Arrived.AGAIN and is_throwaway()


async def _one(
    workplace: Workplace, session: Session, software: Software, run: Consents
) -> tuple[SignIn, Arrived]:
    say(asks(software, run))
    sign_in = await sign_in_now(workplace, session, software.name, stoppable=True)
    arrived = run.arrived(sign_in)
    say(tells(software, arrived, sign_in))
    return sign_in, arrived
