"""Screens of a practice that several people have open: who else is here, what you may change, and what colleagues do."""

from pathlib import Path

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.roles import Level
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.store.postgres import follower
from clientsync_tui.store.postgres.follower import Follower
from tests.support.hosts import Host, shared
from tests.support.pilot import run_app
from tests.support.postgres import Database, Server
from tests.support.practice import shown, until

NEVER_S = 600.0
"""A long pause between questions to the server, so that changes can only arrive through announcements."""


def add(at: Host, client: str, name: str) -> None:
    with at.workplace() as workplace:
        workplace.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", client, body={"name": name}))


async def test_first_line_shows_who_is_here_and_one_key_shows_more(
    tmp_path: Path, postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "POLL_S", NEVER_S)
    london, paris = shared(tmp_path, postgres, "ann", "ben")
    with london.workplace() as ours, paris.workplace() as theirs:
        theirs.store.surroundings.start()
        try:
            async with run_app(ClientSyncApp(ours), size=(100, 30)) as pilot:
                await until(pilot, lambda: "Ben is here" in shown(pilot).splitlines()[0])
                await pilot.press("V")
                await until(pilot, lambda: "Person" in shown(pilot) and "Since" in shown(pilot))
                await pilot.press("escape")
                theirs.store.surroundings.stop()
                await until(pilot, lambda: "is here" not in shown(pilot))
        finally:
            theirs.store.surroundings.stop()


async def test_colleagues_claim_arrives_by_itself_and_the_cursor_stays(
    tmp_path: Path, postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "POLL_S", NEVER_S)
    london, paris = shared(tmp_path, postgres, "ann", "ben")
    for n in range(3):
        add(london, f"c{n}", f"Client {n}")
    with london.workplace() as ours, paris.workplace() as theirs:
        theirs.store.catch_up()
        async with run_app(ClientSyncApp(ours), size=(100, 30)) as pilot:
            await until(pilot, lambda: "Client 2" in shown(pilot))
            await pilot.press("down", "down")
            screen = pilot.app.screen
            assert isinstance(screen, ClientsScreen)
            here = screen.table.cursor_id
            theirs.store.claims.take(["c0"], "ignored")
            await until(pilot, lambda: "⚑ Client 0" in shown(pilot))
            assert screen.table.cursor_id == here
            theirs.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", "c9", body={"name": "Aardvark"}))
            await until(pilot, lambda: "Aardvark" in shown(pilot))
            assert screen.table.cursor_id == here, "a row above it moves no cursor"


async def test_changes_are_refused_in_one_sentence_while_the_server_is_gone_and_work_again_after(
    tmp_path: Path, postgres: Database, server: Server
) -> None:
    london, _ = shared(tmp_path, postgres, "ann", "ben")
    add(london, "c1", "Abbey")
    with london.workplace() as workplace:
        async with run_app(ClientSyncApp(workplace), size=(120, 30)) as pilot:
            await until(pilot, lambda: "Abbey" in shown(pilot))
            server.stop()
            try:
                await until(pilot, lambda: "Showing what was known then." in shown(pilot))
                await pilot.press("M")
                await until(pilot, lambda: "Not available: PostgreSQL can't be reached since" in shown(pilot))
                await pilot.press("h")
                await until(pilot, lambda: "client added" in shown(pilot))
                await pilot.press("escape")
            finally:
                server.start()
            await until(pilot, lambda: "can't be reached" not in shown(pilot).splitlines()[1])
            await pilot.press("M")
            await until(pilot, lambda: "⚑ Abbey" in shown(pilot))


async def test_viewer_reads_every_screen_and_sees_why_nothing_can_be_changed(
    tmp_path: Path, postgres: Database
) -> None:
    london, paris = shared(tmp_path, postgres, "ann", "ben")
    add(london, "c1", "Abbey")
    london.ok("practice", "grant", postgres.role("ben"), "viewer")
    with paris.workplace() as workplace:
        async with run_app(ClientSyncApp(workplace), size=(120, 30)) as pilot:
            await until(pilot, lambda: "Abbey" in shown(pilot))
            around = workplace.store.surroundings
            assert isinstance(around, Follower)
            await until(pilot, lambda: workplace.store.home.level is Level.VIEWER)
            for key in ("e", "n", "p", "t", "X", "M"):
                await pilot.press(key)
                await until(pilot, lambda: "Not available: you are a viewer." in shown(pilot))
                assert isinstance(pilot.app.screen, ClientsScreen)
            london.ok("practice", "grant", postgres.role("ben"), "member")
            await until(pilot, lambda: workplace.store.home.level is Level.MEMBER)
            await pilot.press("M")
            await until(pilot, lambda: "⚑ Abbey" in shown(pilot))
