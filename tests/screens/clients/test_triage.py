"""Fixes above the client list, worked through with keys only: two accounting apps, several people, hostile names."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.model import Integration
from clientsync_tui.practice.status import Status
from clientsync_tui.sandbox.options import Options
from clientsync_tui.screens.client_sync.reconnect import ReconnectScreen
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.clients.triage import FixList
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.screens.client_sync.test_reconnect import today
from tests.screens.clients.test_clients import opened
from tests.screens.clients.test_clients_changes import said
from tests.store.entries import added, connected, of_link, signed_in
from tests.support import plans
from tests.support.clients import add, workplace_in
from tests.support.clients import signed_in as sign_in_as
from tests.support.inside import database_of
from tests.support.pilot import run_app
from tests.support.practice import Practice, practices, shown, until
from tests.support.practice import signed_in as sign_in_to

__all__ = ["practices"]


def grace_leaves(practice: Practice, grace: str, me: str) -> None:
    """Grace integrated clients in two apps. Her sign-ins end, a check finds that out, and the user is signed in to one of the apps."""

    async def work(workplace: Workplace, session: Session) -> None:
        store = workplace.store
        for software in ("xero", "freeagent"):
            sign_in = await sign_in_to(session, grace, software=software)
            reach = await session.reach(sign_in)
            plan = plans.add(store, software, sign_in, reach, list(reach))
            await Runner(session, store.jobs.create(plan, grace)).run()
        practice.sandbox.fault("expire", person=grace)
        held = workplace.held()
        check = plans.check(store, None, {each.id for each in held})
        await Runner(session, store.jobs.create(check, "tester")).run()
        for each in held:
            store.sign_ins.let_go(each.id, workplace.holder)
        await sign_in_to(session, me)

    practice.do(work)


def links(app: ClientSyncApp) -> list[Integration]:
    return [link for _, link in app.workplace.store.clients.integrations(None, today())]


async def test_fix_reconnects_exactly_its_integrations(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=8, limits=False, softwares=("xero", "freeagent")))
    practice.keep_secrets()
    me, grace = practice.people[:2]
    grace_leaves(practice, grace, me)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        screen = app.screen_stack[0]
        assert isinstance(screen, ClientsScreen)
        expired = Counter(link.software for link in links(app))
        assert {link.standing.status for link in links(app)} == {Status.EXPIRED}
        name = links(app)[0].integrated_by.name
        clients = app.workplace.store.clients.total()
        # Some are clients of both apps.
        assert clients < expired.total()
        await pilot.press("4")
        await until(
            pilot,
            lambda: f"{clients} clients · {expired.total()} expired integrations to fix" in shown(pilot),
        )
        xero = f"Xero · {expired['xero']} · {name}'s sign-in was refused · Reconnect"
        freeagent = (
            f"FreeAgent · {expired['freeagent']} · {name}'s sign-in was refused · Sign in and reconnect"
        )
        assert xero in shown(pilot) and freeagent in shown(pilot)
        for _ in range(2):
            await pilot.press("right")
            await until(
                pilot, lambda: screen.line is not None and screen.shown == screen.line.fix.integrations
            )
            if screen.line and screen.line.app == "Xero":
                break
        assert screen.shown == expired["xero"]
        await pilot.press("enter")
        await until(pilot, lambda: "Continue with the 8 organisations" in shown(pilot))
        assert isinstance(app.screen, ReconnectScreen)
        await pilot.press("enter")
        await until(pilot, lambda: f"Reconnect {expired['xero']} " in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and not app.engine.running)
        job = app.workplace.store.jobs.all()[0]
        assert (job.software, sum(job.counts.values())) == ("xero", expired["xero"])
        now = Counter((link.software, link.standing.status) for link in links(app))
        assert now == {
            ("xero", Status.CONNECTED): expired["xero"],
            ("freeagent", Status.EXPIRED): expired["freeagent"],
        }
        await pilot.press("escape")
        # The fix is gone, and no fix is chosen.
        await until(
            pilot,
            lambda: (
                screen.cause is None and f"{expired['freeagent']} expired integrations to fix" in shown(pilot)
            ),
        )
        assert "Xero · " not in shown(pilot).replace("FreeAgent, Xero", "")
    app.workplace.close()


NAMESAKES = {
    "xero:eve": ("Eve [bold]", "eve@example.com"),
    "xero:eve2": ("Eve [bold]", "eve@other.example.com"),
    "freeagent:eve": ("Eve [bold]", "eve@example.com"),
    "quickbooks:long": ("Ng" * 60, "ng@example.com"),
}


def many_causes(folder: Path) -> None:
    """Four clients per sign-in, two of them also broken. Their names are markup, formulas and right-to-left letters."""
    store = workplace_in(folder).store
    for number, (sign_in, (name, email)) in enumerate(NAMESAKES.items()):
        store.ledger.append(signed_in(sign_in, name=name, email=email))
        for n, client in enumerate(("[red]x[/]", "=cmd|'/c calc'!A1", "مؤسسة الواحة", "Zoë")):
            id, organisation = f"c{number}{n}", f"o{number}{n}"
            store.ledger.append(added(id, f"{client} {number}"), connected(id, organisation, sign_in))
            problem = NewEntry(
                Kind.FOUND_EXPIRED,
                email,
                id,
                sign_in.split(":")[0],
                organisation,
                {"reason": "sign_in_refused"},
            )
            store.ledger.append(problem)
    store.ledger.append(
        connected("c00", "both", "freeagent:eve"),
        of_link(Kind.FOUND_BROKEN, "c00", "both", "freeagent", reason="organisation_closed"),
    )
    database_of(store).close()


def fix_lines(pilot: Pilot[None]) -> list[str]:
    return [line.strip(" >") for line in shown(pilot).splitlines() if line.count(" · ") >= 3]


async def test_fixes_follow_the_filter_and_namesakes_are_distinguished(tmp_path: Path) -> None:
    many_causes(tmp_path)
    async with opened(tmp_path, (80, 24)) as (pilot, screen):
        await pilot.press("4")
        # One of Eve's clients is under Broken because of another app. Her fix still includes its expired integration.
        await until(pilot, lambda: "15 of 16 clients · 16 expired integrations to fix" in shown(pilot))
        assert "1 more below" in shown(pilot) and len(fix_lines(pilot)) == 3
        assert (
            fix_lines(pilot)[0] == "FreeAgent · 4 · Eve [bold]'s sign-in was refused · Sign in and reconnect"
        )
        # However long a name is, the action stays visible.
        assert fix_lines(pilot)[1].startswith("QuickBooks Online · 4 · Ng") and fix_lines(pilot)[1].endswith(
            "… · Sign in and reconnect"
        )
        for _ in range(4):
            await pilot.press("right")
            await until(pilot, lambda: screen.shown == 4 and "4 expired integrations to fix" in shown(pilot))
            assert screen.line is not None
            if screen.line.cause.startswith("Eve [bold] (eve@example.com)"):
                break
        # The rows show what the fix is about, whatever other integrations the client has.
        await until(pilot, lambda: "[red]x[/] 0" in shown(pilot))
        row = next(line for line in shown(pilot).splitlines() if "[red]x[/] 0" in line)
        assert "expired: sign-in refused" in row and "broken" not in row
        await pilot.press("escape", "slash", *"zoë", "enter")
        await until(pilot, lambda: "4 of 16 clients · 4 expired integrations to fix" in shown(pilot))
        assert [line.split(" · ")[1] for line in fix_lines(pilot)] == ["1", "1", "1"]
        await pilot.press("right")
        await until(pilot, lambda: screen.shown == 1 and screen.filter_bar.text == "zoë")
        await pilot.press("escape")
        await until(pilot, lambda: screen.shown == 4)
        await pilot.press("escape")
        await until(pilot, lambda: screen.shown == 15)
        await pilot.resize_terminal(140, 40)
        await until(pilot, lambda: len(fix_lines(pilot)) == 4 and "1 more" not in shown(pilot))
        assert any("Eve [bold] (eve@other.example.com)'s sign-in" in line for line in fix_lines(pilot))


async def test_closed_organisation_offers_only_what_works(tmp_path: Path) -> None:
    many_causes(tmp_path)
    async with opened(tmp_path, (120, 36)) as (pilot, screen):
        await pilot.press("5")
        await until(pilot, lambda: "1 of 16 clients · 1 broken integration to fix" in shown(pilot))
        assert "FreeAgent · 1 · organisation closed, integrated by Eve [bold] · Ask the client" in fix_lines(
            pilot
        )
        assert len(fix_lines(pilot)) == 1
        await pilot.press("right")
        await until(pilot, lambda: screen.line is not None and screen.line.app == "FreeAgent")
        await pilot.press("enter")
        await until(pilot, lambda: said(pilot, "Ask the client."))
        assert pilot.app.screen is screen


@pytest.mark.parametrize("keys", [("enter",), ("c",)])
async def test_enter_opens_the_client_while_no_fix_is_chosen(tmp_path: Path, keys: tuple[str, ...]) -> None:
    many_causes(tmp_path)
    async with opened(tmp_path, (80, 24)) as (pilot, _):
        await pilot.press("4")
        await until(pilot, lambda: "16 expired integrations to fix" in shown(pilot))
        if keys == ("c",):
            await pilot.press("right")
        await pilot.press(*keys)
        await until(pilot, lambda: "Connections" in shown(pilot).splitlines()[0])


async def test_hidden_fixes_are_above_or_below(tmp_path: Path) -> None:
    many_causes(tmp_path)
    async with opened(tmp_path, (80, 24)) as (pilot, screen):
        await pilot.press("4")
        await until(pilot, lambda: "1 more below" in shown(pilot))
        for number in range(4):
            await pilot.press("right")
            await until(pilot, lambda number=number: screen.query_one(FixList).chosen == number)
        await until(pilot, lambda: "1 more above" in shown(pilot))
        assert "more below" not in shown(pilot)


async def test_wheel_shows_hidden_fixes_and_chooses_none(tmp_path: Path) -> None:
    many_causes(tmp_path)
    async with opened(tmp_path, (80, 24)) as (pilot, _):
        await pilot.press("4")
        await until(pilot, lambda: "1 more below" in shown(pilot))
        fixes = pilot.app.screen.query_one(FixList)
        await pilot._post_mouse_events([MouseScrollDown], fixes)
        await until(pilot, lambda: "1 more above" in shown(pilot))
        await pilot._post_mouse_events([MouseScrollUp], fixes)
        await until(pilot, lambda: "1 more below" in shown(pilot))
        assert fixes.chosen is None


async def test_fixes_take_the_height_that_the_clients_leave_free(tmp_path: Path) -> None:
    store = workplace_in(tmp_path).store
    for n in range(12):
        email = f"p{n}@example.com"
        sign_in = sign_in_as(store, email, timedelta(days=-1))
        add(store, f"Client {n}", sign_in)
    store.close()
    async with opened(tmp_path, (120, 36)) as (pilot, _):
        await pilot.press("4")
        await until(pilot, lambda: "12 expired integrations to fix" in shown(pilot))
        await until(pilot, lambda: len(fix_lines(pilot)) == 12 and "more below" not in shown(pilot))
        assert all(f"Client {n}" in shown(pilot) for n in range(12))
        await pilot.press("right")
        await until(pilot, lambda: "1 of 12 clients" in shown(pilot) and len(fix_lines(pilot)) == 12)
        await pilot.resize_terminal(120, 24)
        await until(pilot, lambda: len(fix_lines(pilot)) == 3 and "9 more below" in shown(pilot))


async def test_fix_says_before_it_is_chosen_how_many_you_reach(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=12, limits=False, softwares=("xero",)))
    practice.keep_secrets()
    me, grace = practice.people[1], practice.people[0]
    practice.add(grace)
    practice.sandbox.fault("expire", person=grace)

    async def colleague_comes(workplace: Workplace, session: Session) -> None:
        held = workplace.held()
        check = plans.check(workplace.store, None, {each.id for each in held})
        await Runner(session, workplace.store.jobs.create(check, "tester")).run()
        for each in held:
            workplace.store.sign_ins.let_go(each.id, workplace.holder)
        await session.reach(await sign_in_to(session, me))

    app = practice.app()
    practice.do(colleague_comes)
    async with run_app(app, size=(120, 36)) as pilot:
        await pilot.press("4")
        await until(pilot, lambda: " · you reach 9 of 12, as of " in shown(pilot))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "you reach 9 of 12 · Reconnect" in shown(pilot))
        practice.sandbox.fault("slow", seconds=5)
        await pilot.press("right", "enter")
        await until(
            pilot, lambda: "your sign-in reached 9 of 12 organisations here" in " ".join(shown(pilot).split())
        )
        practice.sandbox.fault("clear")
        await pilot.press("escape")
    app.workplace.close()
