"""One consent after the other, if a sign-in covers one organisation: adding and reconnecting, in any order, stopping and continuing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sandbox.options import Options
from clientsync_tui.screens.client_sync.consents import ConsentsScreen
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.sync.jobs import job_words
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support import plans
from tests.support.network.browser import come_back_as
from tests.support.pilot import run_app
from tests.support.practice import Practice, practices, shown, until

__all__ = ["practices"]

ONE = "quickbooks"


@pytest.fixture
def practice(practices: Callable[[Options], Practice]) -> Practice:
    made = practices(Options(organisations=5, limits=False, softwares=(ONE,)))
    made.keep_secrets()
    return made


@asynccontextmanager
async def opened(practice: Practice) -> AsyncIterator[tuple[ClientSyncApp, Pilot[None]]]:
    """The panel of a practice."""
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        app.open("client_sync")
        await until(pilot, lambda: "QuickBooks Online" in shown(pilot))
        yield app, pilot


async def consent(
    practice: Practice, app: ClientSyncApp, pilot: Pilot[None], place: int, who: int = 0
) -> None:
    """The person picks a company in the browser."""
    await until(pilot, lambda: isinstance(app.screen, ConsentsScreen) and app.screen.link)
    link = app.screen.link
    company = practice.sandbox.world.id_of(ONE, place)
    await asyncio.to_thread(authorise, link, practice.people[who], [company])
    await until(
        pilot, lambda: not isinstance(app.screen, ConsentsScreen) or app.screen.link not in ("", link)
    )


def name_of(practice: Practice, place: int) -> str:
    return practice.sandbox.world.organisation(ONE, place).name


async def add(practice: Practice, app: ClientSyncApp, pilot: Pilot[None], places: range) -> None:
    """Adds clients of these companies."""
    await pilot.press("1")
    for place in places:
        await consent(practice, app, pilot, place)
    await until(pilot, lambda: f"Continue with {len(places)} companies" in shown(pilot))
    await pilot.click("#finish")
    await until(pilot, lambda: f"Continue with the {len(places)} companies" in shown(pilot))
    await pilot.press("enter")
    await until(pilot, lambda: f"Create {len(places)} accounts" in shown(pilot))
    await pilot.press("enter", "enter")
    await until(
        pilot,
        lambda: "done" in shown(pilot) and isinstance(app.screen, JobScreen) and not app.screen.job.left,
    )


async def check_all(workplace: Workplace, session: Session) -> None:
    """What the night's check would find."""
    plan = plans.check(workplace.store, None, {each.id for each in workplace.held()})
    await Runner(session, workplace.store.jobs.create(plan, "night")).run()


async def test_add_then_reconnect_in_any_order(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await add(practice, app, pilot, range(3))
        practice.sandbox.fault("expire", software=ONE)
        await asyncio.to_thread(practice.do, check_all)
        app.open("client_sync")
        await until(pilot, lambda: "3 expired" in shown(pilot))
        await pilot.press("2")
        await until(pilot, lambda: "Each company needs its own consent: 3 consents to give." in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, ConsentsScreen))
        await until(pilot, lambda: "0 done, 3 left" in shown(pilot))
        # Not the one asked for, but one of them.
        await consent(practice, app, pilot, 2)
        await until(pilot, lambda: "1 done, 2 left" in shown(pilot))
        # An unexpected consent is saved and reported.
        await consent(practice, app, pilot, 4)
        await until(pilot, lambda: f"{name_of(practice, 4)} was not on the list" in shown(pilot))
        # The user stops: the first client is reconnected, the others wait.
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and app.screen.job.left == 2)
        await pilot.press("r")
        for place in (0, 1):
            await consent(practice, app, pilot, place)
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and not app.screen.job.left)
        links = [link for _, link in app.workplace.store.clients.integrations(ONE, datetime.now(UTC))]
        assert [link.standing.status for link in links] == ["connected"] * 3


async def test_sign_in_that_lacks_a_permission_gives_way_to_a_new_consent(
    practices: Callable[[Options], Practice],
) -> None:
    app_name = "myob"
    practice = practices(Options(organisations=2, limits=False, softwares=(app_name,)))
    practice.keep_secrets()
    file = practice.sandbox.world.id_of(app_name, 0)
    await asyncio.to_thread(practice.add, practice.people[0], [file], app_name)
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        store = app.workplace.store
        ((client, _),) = store.clients.integrations(app_name, datetime.now(UTC))
        # A colleague's host found it, so this host recorded nothing about the sign-in.
        body = {"reason": Reason.PERMISSION_MISSING, "was": None}
        store.ledger.append(NewEntry(Kind.FOUND_BROKEN, "colleague", client.id, app_name, file, body))
        app.open("reconnect", software=app_name, only=[client.id], fresh=True)
        await until(
            pilot, lambda: "Each company file needs its own consent: 1 consent to give." in shown(pilot)
        )
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, ConsentsScreen) and app.screen.link)
        link = app.screen.link
        await asyncio.to_thread(authorise, link, practice.people[0], [file])
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and not app.screen.job.left)
        assert store.jobs.all()[0].failed == 0
        assert store.clients.counts(datetime.now(UTC))[Status.CONNECTED] == 1
    app.workplace.close()


async def test_reassign_says_how_many_consents_are_needed(practice: Practice) -> None:
    companies = [practice.sandbox.world.id_of(ONE, place) for place in range(2)]
    for company in companies:
        await asyncio.to_thread(practice.add, practice.people[1], [company], ONE)
    await asyncio.to_thread(practice.sign_in, practice.people[0], companies[:1], ONE)
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        app.open("reassign", software=ONE)
        await until(pilot, lambda: "Each company needs its own consent: 1 consent to give." in shown(pilot))
        await pilot.press("A", "enter")
        await until(pilot, lambda: "Reassign 2 integrations?" in shown(pilot))
        assert "QuickBooks Online asks for 1 consent, one for each company" in " ".join(shown(pilot).split())
    app.workplace.close()


async def test_short_link_stays_in_view_after_companies_that_were_not_asked_for(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await add(practice, app, pilot, range(2))
        practice.sandbox.fault("expire", software=ONE)
        await asyncio.to_thread(practice.do, check_all)
        await pilot.resize_terminal(80, 24)
        app.open("client_sync")
        await until(pilot, lambda: "2 expired" in shown(pilot))
        await pilot.press("2")
        await until(pilot, lambda: "Reconnect 2 integrations" in shown(pilot))
        await pilot.press("y")
        for place in (3, 4):
            await consent(practice, app, pilot, place)
            await until(
                pilot, lambda place=place: f"{name_of(practice, place)} was not on the list" in shown(pilot)
            )
        await until(pilot, lambda: app.screen.query_one("#short_link").region.bottom < 20)
        short = str(app.screen.query_one("#short_link", Static).content)
        assert short.startswith("http://127.0.0.1:") and short in shown(pilot)
        # A taller screen has room for both.
        await pilot.resize_terminal(100, 40)
        await until(pilot, lambda: " ".join(shown(pilot).split()).count("was not on the list") == 2)


async def test_every_software_in_one_job(practices: Callable[[Options], Practice]) -> None:
    practice = practices(Options(organisations=5, limits=False, softwares=(ONE, "xero")))
    practice.keep_secrets()
    me, world = practice.people[0], practice.sandbox.world
    await asyncio.to_thread(practice.add, me, [world.id_of("xero", place) for place in (3, 4)])
    async with opened(practice) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: any("Only one accounting" in each.message for each in app.notices.log))
        await add(practice, app, pilot, range(2))
        for software in (ONE, "xero"):
            practice.sandbox.fault("expire", software=software)
        await asyncio.to_thread(practice.do, check_all)
        app.open("client_sync")
        await pilot.press("4")
        # The button's number is what will be done. No one is signed in to the other app.
        await until(pilot, lambda: "Reconnect 2 integrations?" in shown(pilot))
        await until(
            pilot, lambda: "2 integrations can't be reconnected. Nobody is signed in to Xero" in shown(pilot)
        )
        await until(pilot, lambda: "QuickBooks Online asks for 2 consents" in shown(pilot))
        await pilot.press("y")
        for place in (1, 0):
            await consent(practice, app, pilot, place)
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and not app.screen.job.left)
        await until(pilot, lambda: "✓ 2 done   ✗ 0 failed   - 2 not possible" in shown(pilot))
        assert job_words.recap(app.screen.job) == "2 integrations done, 2 not possible"
        app.open("client_sync")
        await until(pilot, lambda: "2 expired" in shown(pilot))
        await pilot.press("down", "l")
        await come_back_as(pilot, me)
        await pilot.press("4")
        await until(pilot, lambda: "Reconnect 2 integrations?" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and not app.screen.job.left)
        links = [link for _, link in app.workplace.store.clients.integrations(None, datetime.now(UTC))]
        assert [link.standing.status for link in links] == ["connected"] * 4
