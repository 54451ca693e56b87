"""Leading somebody at a terminal from one consent to the next, where a sign-in is for one organisation."""

from collections.abc import Collection

from ..accounting.seam.software import Software
from ..practice.model import Organisation
from ..practice.people import SignIn
from ..practice.trouble import SignInFailed, SignInNeeded, Trouble
from ..store.jobs import ItemState
from ..store.store import Store
from ..sync.consents import Arrived, Consents, Expected, asks, tells
from ..sync.session import Session
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
    """Leads through the consents that a job waits for, doing after each what can be done; an empty line ends it.

    `trouble`: why the job paused. Returns why it is paused then.
    """
    for name in workplace.store.jobs.waiting(job):
        software = workplace.software(name)
        if software.organisations_per_sign_in != "one":
            continue
        expected = [
            Expected.of(item) for item in workplace.store.jobs.items(job, ItemState.WAITING, software=name)
        ]
        run = Consents(expected, (each.id for each in session.held(name)))
        try:
            while run.goes_on:
                _, arrived = await _one(workplace, session, software, run)
                if arrived in (Arrived.NEXT, Arrived.ANOTHER):
                    trouble = await _go_on(session, job)
                elif _in_circles(arrived):
                    break
        except Stopped:
            pass
        except SignInFailed as failed:
            say(str(failed))
    return trouble


async def gather(
    workplace: Workplace,
    session: Session,
    software: Software,
    sign_in: SignIn | None,
    wanted: Collection[str] | None,
) -> tuple[SignIn, dict[str, Organisation]]:
    """Leads through the consents for new clients: those `wanted` (organisation ids), or as many as the person likes.

    `sign_in`: one of the person's, None where there is none yet. Returns the one to go on with and what is reached. Raises
    SignInNeeded where none was given.
    """
    reach = await session.reach(sign_in) if sign_in else {}
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


async def _go_on(session: Session, job: str) -> Trouble | None:
    from .running import run

    async def quietly(store: Store, job: str) -> None:
        """The lines between two consents say how far it is."""

    return await run(session, job, quietly)
