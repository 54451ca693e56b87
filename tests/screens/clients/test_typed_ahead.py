"""Keys that arrive faster than the list can follow. Each acts on the list that the previous keys requested."""

from array import array
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from clientsync_tui.app import key_queue
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.clients.facts import Listed
from clientsync_tui.screens.clients.rows import today
from clientsync_tui.screens.connections.connections import ConnectionsScreen
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.sync import client_edits
from tests.screens.clients.test_clients import opened, practice_of_eleven
from tests.support.pilot import KEYS_PATIENCE_S
from tests.support.practice import shown, until

SOONER_THAN_KEYS_GIVE_UP_S = KEYS_PATIENCE_S - 1


def at_once(pilot: Pilot[None], *keys: str) -> None:
    """Sends keys all at once, as over a slow line."""
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))


def failing(error: Exception) -> tuple[Event, Event, Callable[..., None]]:
    """Work that raises `error` once the second event is set. It sets the first when it begins."""
    begun, gate = Event(), Event()

    def fails(*_: Any, **__: Any) -> None:
        begun.set()
        assert gate.wait(SOONER_THAN_KEYS_GIVE_UP_S)
        raise error

    return begun, gate, fails


async def held(pilot: Pilot[None], screen: ClientsScreen) -> Event:
    """Waits for the list's current reads, then blocks new ones until the event is set."""
    begun, gate = Event(), Event()

    def wait() -> None:
        begun.set()
        gate.wait(SOONER_THAN_KEYS_GIVE_UP_S)

    screen._reader.submit(wait)
    await until(pilot, begun.is_set)
    return gate


async def test_key_waits_for_the_tab_that_the_key_before_it_asked_for(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        first = screen.client_here()
        gate = await held(pilot, screen)
        at_once(pilot, "4", "down", "c")
        await until(pilot, lambda: screen.tabs.chosen == 3)
        await pilot.pause(0.4)
        assert pilot.app.screen is screen and screen.client_here() == first
        gate.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, ConnectionsScreen))
        expired = screen.order()
        opened_one = screen.client_here()
        assert len(expired) < 11 and opened_one is not None and opened_one.n == expired[1]
        await until(pilot, lambda: opened_one.name in shown(pilot))


async def test_read_that_ends_after_a_letter_does_not_replace_its_clients(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", *"status")
        await until(pilot, lambda: "0 of 11 clients" in shown(pilot))
        bar = screen.filter_bar
        # `status:` filters nothing yet, so the first clients appear with that letter. The read for `status`, which found none, ends later.
        bar.input.value = "status:"
        bar._typed(Input.Changed(bar.input, "status:"))
        assert screen.shown == 11
        screen.show_list(Listed(array("q"), None, None), today())
        assert screen.shown == 0
        await until(pilot, lambda: screen.shown == 11 and "No client matches" not in shown(pilot))


async def test_select_all_waits_for_the_filter_and_words_do_not(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        gate = await held(pilot, screen)
        at_once(pilot, "slash", *"lapsed", "enter", "A")
        await until(pilot, lambda: "lapsed" in shown(pilot) and not screen.filter_bar.has_keys)
        await pilot.pause(0.3)
        assert screen.table.selection.total == 0
        gate.set()
        await until(pilot, lambda: screen.table.selection.total > 0)
        assert screen.table.selection.total == 3
        await until(pilot, lambda: "3 of 11 clients · 3 selected" in shown(pilot))


async def test_colleagues_change_meanwhile_leaves_no_key_to_the_former_list(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        gate = await held(pilot, screen)
        at_once(pilot, "slash", *"lapsed", "enter")
        await until(pilot, lambda: "lapsed" in shown(pilot) and not screen.filter_bar.has_keys)
        screen.practice_changed()
        at_once(pilot, "A")
        await pilot.pause(0.3)
        assert screen.table.selection.total == 0
        gate.set()
        await until(pilot, lambda: screen.table.selection.total > 0)
        assert screen.table.selection.total == 3


async def test_keys_for_a_list_that_does_not_come_are_ignored_and_later_ones_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice_of_eleven(tmp_path).close()
    monkeypatch.setattr(key_queue, "BEHIND_S", 0.2)
    async with opened(tmp_path) as (pilot, screen):
        gate = await held(pilot, screen)
        at_once(pilot, "slash", *"code:x", "enter", "A", "d", "y")
        await until(pilot, lambda: "3 keys that you pressed were ignored" in shown(pilot))
        assert screen.table.selection.total == 0 and pilot.app.screen is screen
        at_once(pilot, "space")
        await until(pilot, lambda: screen.table.selection.total == 1)
        gate.set()
        await until(pilot, lambda: not screen.is_behind)


async def test_clients_come_with_the_letter_that_leaves_them(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "All 11" in shown(pilot))
        gate = await held(pilot, screen)
        await pilot.press("slash", *"lapsed")
        assert "3 of 11 clients" in shown(pilot) and "Abbey" not in shown(pilot)
        lapsed = [screen.store.clients.by_number([n], today())[0] for n in screen.order()]
        assert [client.name for client in lapsed] == sorted(client.name for client in lapsed)
        await pilot.press(*["backspace"] * len("lapsed"))
        await until(pilot, lambda: "Abbey" in shown(pilot))
        gate.set()
        await until(pilot, lambda: "11 clients" in shown(pilot) and "of 11" not in shown(pilot))


async def test_change_between_a_letter_and_its_total_is_shown(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "All 11" in shown(pilot))
        gate = await held(pilot, screen)
        await pilot.press("slash", *"lapsed")
        first = screen.store.clients.by_number(screen.order()[:1], today())[0]
        renamed = NewEntry(Kind.CLIENT_RENAMED, "ann", first.id, body={"name": "Lapsed under another name"})
        screen.store.ledger.append(renamed)
        gate.set()
        await until(pilot, lambda: "Lapsed under another name" in shown(pilot) and "3 of 11" in shown(pilot))


async def test_keys_wait_for_no_list_that_no_one_asked_for(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        before = screen.client_here()
        gate = Event()
        screen._reader.submit(gate.wait, 30)
        screen.practice_changed()
        at_once(pilot, "down")
        await until(pilot, lambda: screen.client_here() != before)
        gate.set()


async def test_keys_after_one_that_asks_are_for_its_question(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        at_once(pilot, "A", "X", "enter")
        await until(pilot, lambda: "All 10" in shown(pilot))
        assert pilot.app.screen is screen
        at_once(pilot, "d", "y")
        await until(pilot, lambda: any(isinstance(screen, JobScreen) for screen in pilot.app.screen_stack))


async def test_later_keys_work_where_no_question_could_be_asked(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):

        def fails() -> None:
            raise Trouble("The disk is gone.")

        for failing in (fails, lambda: 1 / 0):
            first = screen.client_here()
            screen.ask_after(failing, lambda _: None)
            at_once(pilot, "down", "down")
            await until(pilot, lambda: not screen.is_behind)
            assert screen.client_here() == first
            at_once(pilot, "down")
            await until(pilot, lambda first=first: screen.client_here() != first)
            assert not screen.is_behind


async def test_keys_after_an_answer_are_for_what_comes_once_it_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "All 11" in shown(pilot))
        begun, gate = Event(), Event()
        rename = client_edits.rename

        def slowly(*arguments: Any) -> None:
            begun.set()
            assert gate.wait(SOONER_THAN_KEYS_GIVE_UP_S)
            rename(*arguments)

        monkeypatch.setattr(client_edits, "rename", slowly)
        at_once(pilot, "n", "ctrl+u", *"New", "enter", "e", *"Note", "enter")
        await until(pilot, begun.is_set)
        gate.set()
        await until(pilot, lambda: "note: Note" in shown(pilot))
        renamed = screen.client_here()
        assert renamed is not None and (renamed.name, renamed.note) == ("New", "Note")


async def test_keys_for_a_question_that_is_not_asked_are_ignored(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "All 11" in shown(pilot))
        await pilot.press("down")
        # It has an integration, so it can't be removed, and there is no question.
        at_once(pilot, "X", "n", *"New", "enter")
        await until(pilot, lambda: "5 keys that you pressed were ignored" in shown(pilot))
        assert pilot.app.screen is screen


async def test_nothing_closes_a_dialogue_that_saves_and_an_unexpected_error_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "All 11" in shown(pilot))
        begun, gate, fails = failing(RuntimeError("secret"))
        monkeypatch.setattr(client_edits, "rename", fails)
        monkeypatch.setattr(key_queue, "BEHIND_S", 0.05)
        at_once(pilot, "n", "ctrl+u", *"New", "enter")
        await until(pilot, begun.is_set)
        dialogue = pilot.app.screen
        at_once(pilot, "tab")
        await until(pilot, lambda: "1 key that you pressed was ignored" in shown(pilot))
        at_once(pilot, "escape")
        await until(pilot, lambda: "Still saving" in shown(pilot))
        assert pilot.app.screen is dialogue
        gate.set()
        await until(pilot, lambda: "Unexpected error (RuntimeError)" in shown(pilot))
        assert "secret" not in shown(pilot)
        assert pilot.app.screen is dialogue
        assert getattr(pilot.app.focused, "value", "") == "New"
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_keys_after_a_failure_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "All 11" in shown(pilot))
        begun, gate, fails = failing(Trouble("The disk is gone."))
        monkeypatch.setattr(client_edits, "rename", fails)
        at_once(pilot, "n", "ctrl+u", *"New", "enter")
        await until(pilot, begun.is_set)
        at_once(pilot, "e", *"Note", "enter")
        await pilot.pause(0.1)
        gate.set()
        await until(pilot, lambda: "The disk is gone." in shown(pilot))
        await until(pilot, lambda: "6 keys that you pressed were ignored" in shown(pilot))
        assert pilot.app.focused is not None and getattr(pilot.app.focused, "value", "") == "New"
        await pilot.press("escape")
        gate = await held(pilot, screen)
        monkeypatch.setattr(screen.store.clients, "find", fails)
        monkeypatch.setattr(screen.store.clients, "first_matching", fails)
        at_once(pilot, "4", "A")
        await until(pilot, lambda: screen.tabs.chosen == 3)
        gate.set()
        await until(pilot, lambda: "1 key that you pressed was ignored" in shown(pilot))
        assert screen.table.selection.total == 0
