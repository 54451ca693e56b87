"""Claims on screen: the mark in the list, the keys, a plan's warning, and colleagues' claims while the list is open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from clientsync_tui.screens.client_sync.plan import PlanScreen
from tests.screens.clients.test_clients import line_with, opened, practice_of_eleven
from tests.screens.clients.test_clients_changes import answer, client, said
from tests.support.practice import shown, until


async def test_key_claims_what_is_selected_and_another_releases_it(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, _):
        await pilot.press("slash", *"lapsed", "enter", "A", "M")
        await until(pilot, lambda: said(pilot, "3 clients claimed."))
        await until(pilot, lambda: "⚑ Lapsed 0" in shown(pilot) and "⚑ Lapsed 2" in shown(pilot))
        assert "Claimed by you since" in shown(pilot)
        await pilot.press("L")
        await until(pilot, lambda: said(pilot, "3 clients released.") and "⚑" not in shown(pilot))


async def test_colleagues_claim_appears_and_ends_without_a_key_and_the_cursor_stays(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("down", "down", "down")
        here = screen.table.cursor_id
        lapsed = client(screen, "Lapsed 2").id
        screen.store.claims.take([lapsed], "noor")
        begun = datetime.now(UTC)
        await until(pilot, lambda: "⚑" in line_with(pilot, "Lapsed 2"))
        assert datetime.now(UTC) - begun < timedelta(seconds=1)
        assert screen.table.cursor_id == here
        with screen.store.exclusively() as db:
            db.execute("UPDATE claims SET until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+0.9 seconds')")
        await until(pilot, lambda: "⚑" in line_with(pilot, "Lapsed 2"))
        await until(pilot, lambda: "⚑" not in shown(pilot))


async def test_taking_over_asks_first_and_names_whose_it_was(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        lapsed = client(screen, "Lapsed 2").id
        screen.store.claims.take([lapsed], "noor")
        await pilot.press("slash", *"lapsed", "enter", "A", "M")
        await until(pilot, lambda: "Claim 3 clients and take over 1 claim?" in shown(pilot))
        assert "1 of these clients is claimed by noor (since" in shown(pilot)
        await pilot.press("y")
        await until(pilot, lambda: said(pilot, "Took over 1 client from noor"))
        (claim,) = screen.store.claims.of([lapsed], datetime.now(UTC)).values()
        assert claim.person == screen.actor


async def test_plan_says_who_claimed_its_clients(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        ids = [client(screen, f"Lapsed {n}").id for n in (1, 2)]
        screen.store.claims.take(ids, "noor")
        await pilot.press("slash", *"lapsed", "enter", "A", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await until(pilot, lambda: "2 of these clients are claimed by noor (since" in shown(pilot))


async def test_changes_of_teams_codes_and_the_list_say_who_claimed_the_clients(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        ids = [client(screen, f"Lapsed {n}").id for n in (1, 2)]
        screen.store.claims.take(ids, "noor")
        await until(pilot, lambda: "⚑ Lapsed 2" in shown(pilot))
        (tmp_path / "codes.csv").write_text("Client,Practice code\nLapsed 1,A1\nLapsed 2,B1\n")
        await pilot.press("slash", *"lapsed", "enter", "A", "t")
        await pilot.press("n", *"West", "enter")
        await until(pilot, lambda: "Assign 3 clients to team West?" in shown(pilot))
        assert "2 of these clients are claimed by noor (since" in shown(pilot)
        await pilot.press("n", "N", "end", "p")
        await until(pilot, lambda: "Practice code of Lapsed" in shown(pilot))
        assert "This client is claimed by noor (since" in shown(pilot) and "Save (enter)" in shown(pilot)
        await pilot.press("escape", "U")
        await answer(pilot, str(tmp_path / "codes.csv"))
        await until(pilot, lambda: "Set 2 practice codes?" in shown(pilot))
        assert "2 of these clients are claimed by noor (since" in shown(pilot)


async def test_mark_needs_no_more_than_ascii(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        "[practice]\nname = 'Tester & Co'\ndatabase = 'practice.db'\n[screen]\nascii = true\n"
    )
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        screen.store.claims.take([client(screen, "Lapsed 2").id], "noor")
        await until(pilot, lambda: "@ Lapsed 2" in shown(pilot))
