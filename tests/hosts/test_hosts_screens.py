"""An open screen of a shared practice shows what colleagues change, and says when the server is gone."""

import asyncio
from pathlib import Path

import pytest

from clientsync_tui.app import news
from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.roles import Level, Right
from clientsync_tui.store.postgres import follower
from clientsync_tui.widgets.banner import Banner
from tests.support.hosts import Host, host, shared
from tests.support.pilot import run_app
from tests.support.postgres import Database, Server
from tests.support.practice import shown, until


def add(at: Host, client: str, name: str) -> None:
    with at.workplace() as workplace:
        workplace.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", client, body={"name": name}))


async def test_screen_follows_colleagues_and_says_since_when_the_server_is_gone(
    tmp_path: Path, postgres: Database, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The program asks so rarely that the change can only come from an announcement.
    monkeypatch.setattr(follower, "POLL_S", 600.0)
    london, paris = shared(tmp_path, postgres, "ann", "ben")
    add(london, "c1", "Abbey Road Bakery")
    with paris.workplace() as workplace:
        app = ClientSyncApp(workplace)
        async with run_app(app, size=(100, 30)) as pilot:
            await until(pilot, lambda: "Abbey Road Bakery" in shown(pilot))
            add(london, "c2", "Oak Dental")
            await until(pilot, lambda: "Oak Dental" in shown(pilot))
            server.stop()
            try:
                await until(pilot, lambda: "PostgreSQL can't be reached since" in shown(pilot))
                assert "Showing what was known then." in shown(pilot)
                assert "Oak Dental" in shown(pilot) and "Client Sync" in shown(pilot)
            finally:
                server.start()
            await until(pilot, lambda: not app.screen.query(Banner))
            assert "can't be reached" not in shown(pilot)
            add(london, "c3", "Elm Garage")
            await until(pilot, lambda: "Elm Garage" in shown(pilot))


async def test_open_windows_say_that_the_practice_was_moved(
    tmp_path: Path, postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "OTHERS_EVERY_S", 0.1)
    monkeypatch.setattr(follower, "POLL_S", 0.1)
    at = host(tmp_path, "ann")
    add(at, "c1", "Abbey Road Bakery")
    before = at.config.read_text()
    for target in (postgres.url(), "again.db"):
        with at.workplace() as workplace:
            app = ClientSyncApp(workplace)
            async with run_app(app, size=(100, 30)) as pilot:
                await until(pilot, lambda: "Abbey Road Bakery" in shown(pilot))
                assert not app.screen.query(Banner)
                assert (await asyncio.to_thread(at.run, "practice", "move", "--yes", target)).code == 0
                await until(pilot, lambda: "The practice was moved to" in shown(pilot))
                assert app.screen.query(Banner)
                refused = workplace.store.surroundings.refusal(Right.CHANGE) or ""
                assert "was moved to" in refused and "clientsync practice join" in refused
    at.config.write_text(before)
    left = at.run("clients", "--json")
    assert left.code == 0 and "The practice was moved to" in left.err, "a command that reads says it too"


async def test_viewer_sees_what_is_unavailable_until_they_get_the_right(
    tmp_path: Path, postgres: Database
) -> None:
    ann, ben = shared(tmp_path, postgres, "ann", "ben")
    add(ann, "c1", "Abbey Road Bakery")
    ann.ok("practice", "grant", postgres.role("ben"), "viewer")
    with ben.workplace() as workplace:
        app = ClientSyncApp(workplace)
        async with run_app(app, size=(100, 30)) as pilot:
            await until(pilot, lambda: workplace.store.home.level is Level.VIEWER)
            await pilot.press("e")
            await until(pilot, lambda: "you are a viewer" in shown(pilot))
            ann.ok("practice", "grant", postgres.role("ben"), "member")
            await until(pilot, lambda: workplace.store.home.level is Level.MEMBER)
