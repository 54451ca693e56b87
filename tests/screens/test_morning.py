"""The morning view: what happened since the user last looked. One key leads from each line to its clients."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry, iso
from clientsync_tui.practice.filter import parse
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.status import Status
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.jobs.jobs import JobsScreen
from clientsync_tui.screens.morning import MorningScreen
from clientsync_tui.store.store import Store
from clientsync_tui.sync.reports import last_looked
from clientsync_tui.sync.reports.morning import ASCII_BARS, BARS, MorningLine, morning, spark
from tests.support.clients import ANN, BOB, add, app_in, found, signed_in, workplace_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


def night(folder: Path) -> dict[str, str]:
    """Ann leaves in the evening; overnight clients break, are fixed, change and are added. Returns the clients' ids."""
    workplace = workplace_in(folder)
    store, now = workplace.store, datetime.now(UTC)
    ann, bob = signed_in(store, ANN), signed_in(store, BOB, timedelta(days=5))
    names = ("Abbey", "Bakery", "Copper", "Dental", "Elm", "Fish")
    ids = {name: add(store, name, bob if name == "Fish" else ann) for name in names}
    found(store, ids["Elm"], Kind.FOUND_EXPIRED, "sign_in_refused")
    last_looked.save(store, workplace.visits, now)
    found(store, ids["Abbey"], Kind.FOUND_BROKEN, "access_removed")
    found(store, ids["Bakery"], Kind.FOUND_EXPIRED, "sign_in_refused")
    found(store, ids["Copper"], Kind.FOUND_BROKEN, "unpaid")
    # Clients that work again by the morning do not count as broken.
    store.ledger.append(
        NewEntry(Kind.FOUND_WORKING, "nightly", ids["Copper"], "xero", "o" + ids["Copper"][1:], {})
    )
    body = {"lists": {}, "details": {"tax_number": "GB 1", "name": "Dental Ltd"}}
    store.ledger.append(
        NewEntry(Kind.REFRESHED, "nightly", ids["Dental"], "xero", "o" + ids["Dental"][1:], body)
    )
    ids["Gorse"] = add(store, "Gorse", ann)
    workplace.close()
    return ids


def lines(store: Store, folder: Path) -> dict[str, MorningLine]:
    workplace = workplace_in(folder)
    now = datetime.now(UTC)
    since = last_looked.since(store, workplace.visits, now)
    found_lines = morning(store, since, str.capitalize, now)
    workplace.close()
    return {each.title: each for each in found_lines}


def test_short_lives_are_named_only_in_their_last_quarter(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store, now = workplace.store, datetime.now(UTC)
    for name, used in (("Fresh", 0), ("Late", 6)):
        body = {
            "sign_in": f"xero:{name}",
            "person": {"id": name, "name": name, "email": f"{name}@example.com"},
            "ends_at": iso(now + timedelta(days=7 - used)),
        }
        signed = NewEntry(Kind.SIGNED_IN, ANN, software="xero", body=body)
        store.ledger.append(signed, at=now - timedelta(days=used))
        add(store, name, f"xero:{name}")
    assert store.clients.counts(now)[Status.EXPIRING] == 1
    assert store.clients.tally("xero", now).counts[Status.EXPIRING] == 1
    expiring = store.clients.find(parse("status:expiring"), now)
    assert [client.name for client in store.clients.by_number(list(expiring), now)] == ["Late"]
    assert [fix.person.name for fix in store.clients.fixes([1, 2], {Status.EXPIRING}, now)] == ["Late"]
    assert lines(store, tmp_path)["Expires"].clients == frozenset(expiring)
    workplace.close()


def test_each_line_counts_what_happened_since_the_last_look(tmp_path: Path) -> None:
    night(tmp_path)
    workplace = workplace_in(tmp_path)
    found_lines = lines(workplace.store, tmp_path)
    assert {title: each.number for title, each in found_lines.items()} == {"Broke": 2, "Expires": 1, "Fixed": 1, "Changed": 1, "Added": 1}  # fmt: skip
    assert found_lines["Broke"].says == "Xero 2"
    assert found_lines["Fixed"].says == "nightly found working again 1 in Xero"
    assert found_lines["Changed"].says == "1 organisation: tax number of 1, name of 1"
    assert found_lines["Expires"].says == "within 7 days: Xero 1"
    assert found_lines["Expires"].forecast == "▁▁▁▁▁█▁▁"
    workplace.close()


def test_sign_in_that_ran_out_meanwhile_broke_too(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    add(store, "Abbey", signed_in(store, ANN, timedelta(hours=-1)))
    assert "Broke" in lines(store, tmp_path), "without a last look, it shows news since yesterday"
    last_looked.save(store, workplace.visits, datetime.now(UTC))
    assert "Broke" not in lines(store, tmp_path)
    workplace.close()


@pytest.mark.parametrize("saved", [["yesterday", 1], [3], "x", ["2026-01-01T00:00:00Z", "many"]])
def test_last_look_that_cannot_be_read_is_yesterday(tmp_path: Path, saved: object) -> None:
    workplace = workplace_in(tmp_path)
    workplace.visits.save(last_looked.LAST_LOOKED, saved)
    now = datetime.now(UTC)
    assert last_looked.since(workplace.store, workplace.visits, now).at == now - timedelta(days=1)
    workplace.close()


def test_bars_show_anything_that_is_there() -> None:
    assert spark([0, 1, 100], BARS) == "▁▂█"
    assert spark([0, 1, 100], ASCII_BARS) == " .@"
    assert spark([0, 0], BARS) == "▁▁"


async def test_each_line_leads_to_its_clients_and_back(tmp_path: Path) -> None:
    night(tmp_path)
    app = app_in(tmp_path)
    async with run_app(app, size=(160, 40)) as pilot:
        clients = app.screen_stack[0]
        assert isinstance(clients, ClientsScreen)
        await until(pilot, lambda: "7 clients" in shown(pilot))
        await pilot.press("m")
        await until(pilot, lambda: "Broke" in shown(pilot) and "2 clients" in shown(pilot))
        # The clients of the line under the cursor are shown beside it.
        assert "Abbey   ! broken: access removed" in shown(pilot), "statuses line up"
        assert "since you last looked" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "2 of 7 clients · only what broke" in shown(pilot))
        await pilot.press("4")
        await until(
            pilot, lambda: "1 of 7 clients" in shown(pilot) and "1 expired integration to fix" in shown(pilot)
        )
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "only what broke" not in shown(pilot) and clients.shown == 7)
        # With the mouse: click the words that say so, or the first tab.
        for target in ("esc clears", "All 7"):
            await pilot.press("m")
            await until(pilot, lambda: "Broke" in shown(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: "only what broke · esc clears" in shown(pilot))
            rows = shown(pilot).splitlines()
            y = next(n for n, row in enumerate(rows) if target in row)
            await pilot.click(offset=(rows[y].index(target) + 1, y))
            await until(pilot, lambda: "only what broke" not in shown(pilot) and clients.shown == 7)
        await pilot.press("m")
        await until(pilot, lambda: "Broke" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "1 of 7 clients · only what expires" in shown(pilot))
        assert "Xero · 1 · Bob's sign-in ends on" in shown(pilot)
    app.workplace.close()


async def test_jobs_that_wait_are_named_and_lead_to_the_jobs(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    ann = signed_in(workplace.store, ANN)
    client = add(workplace.store, "Abbey", ann)
    item = PlanItem(Will.DO, client, "Abbey", "xero", "o" + client[1:])
    workplace.store.jobs.create(Plan("refresh", "xero", ann, (item,)), ANN)
    workplace.preferences.save("morning_first", True)
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 36)) as pilot:
        # It comes first because the user chose that, and names the jobs that the client list would offer to resume.
        await until(pilot, lambda: isinstance(app.screen, MorningScreen) and "Refresh waits" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
    app.workplace.close()


async def test_morning_without_news_says_so_and_can_be_made_the_first_screen(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "All 0" in shown(pilot))
        await pilot.press("m")
        await until(pilot, lambda: "Nothing broke" in shown(pilot))
        await pilot.press("B")
        await until(pilot, lambda: app.workplace.preferences.get("morning_first", False))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen))
    app.workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MorningScreen))
        await pilot.press("B")
        await until(pilot, lambda: not app.workplace.preferences.get("morning_first", True))
    app.workplace.close()


async def test_line_leads_to_as_many_rows_as_it_counts_clients(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    bob = signed_in(store, BOB, timedelta(days=5))
    two, other = add(store, "Two", bob), add(store, "Other", bob)
    body = {"organisation_name": "Two again", "sign_in": bob}
    store.ledger.append(NewEntry(Kind.INTEGRATION_CONNECTED, ANN, two, "xero", "second", body))
    store.ledger.append(NewEntry(Kind.INTEGRATION_CONNECTED, ANN, other, "xero", "third", body))
    store.ledger.append(NewEntry(Kind.FOUND_BROKEN, ANN, other, "xero", "third", {"reason": "unpaid"}))
    expires = lines(store, tmp_path)["Expires"]
    assert expires.number == 2 and "3 integrations of 2 clients: Xero 3" in expires.says
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 36)) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: "3 integrations of 2 clients" in shown(pilot))
        await pilot.press("down", "enter") if "Broke" in shown(pilot) else await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(app.screen, ClientsScreen) and "only what expires" in shown(pilot)
        )
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen) and app.screen.shown == 2)
    app.workplace.close()


async def test_clients_of_a_line_are_named_below_it_on_a_small_screen(tmp_path: Path) -> None:
    night(tmp_path)
    app = app_in(tmp_path)
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "All " in shown(pilot))
        await pilot.press("m")
        await until(pilot, lambda: "Abbey   ! broken: access removed" in shown(pilot))
    app.workplace.close()
