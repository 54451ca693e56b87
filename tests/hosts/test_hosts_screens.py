"""An open screen of a shared practice shows what colleagues change, and says when the server is gone."""

from pathlib import Path

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.roles import Level
from clientsync_tui.store.postgres import follower
from clientsync_tui.widgets.banner import Banner
from tests.support.hosts import Host, shared
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
