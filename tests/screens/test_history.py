"""The history of the practice and of a client on the screen."""

from datetime import UTC, datetime

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.screens.connections.connections import ConnectionsScreen
from clientsync_tui.screens.history_rows import Lines
from clientsync_tui.store.history import Step
from clientsync_tui.store.store import Store
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


def client_added(n: int, name: str | None = None) -> NewEntry:
    body = {"name": name or f"Client {n}", "details": {}, "team": None}
    return NewEntry(Kind.CLIENT_ADDED, "ann", f"c{n}", body=body)


def code_set(n: int, code: str, before: str | None) -> NewEntry:
    return NewEntry(Kind.CODE_SET, "bob", f"c{n}", body={"code": code, "before": before})


async def test_searched_followed_and_narrowed_to_a_client(practice: Practice) -> None:
    app = practice.app()
    store = app.workplace.store
    store.ledger.append(client_added(1, "[red]x[/] & Co"), client_added(2), code_set(2, "AB1", None))
    store.ledger.append(code_set(2, "AB2", "AB1"))
    async with run_app(app, size=(100, 24)) as pilot:
        await pilot.press("h")
        # The client list's h is about the client under the cursor; the same key leads on to the practice's.
        await until(pilot, lambda: "[red]x[/] & Co › History" in shown(pilot) and "1 entry" in shown(pilot))
        await pilot.press("h")
        await until(pilot, lambda: "4 entries" in shown(pilot) and "[red]x[/] & Co" in shown(pilot))
        # The newest is first, and shown in full: before and after.
        await until(pilot, lambda: "Practice code: AB1 → AB2" in shown(pilot))
        await pilot.press("slash", *"AB1 BOB")
        await until(pilot, lambda: "2 of 4" in shown(pilot))
        # The client's name finds it too. New entries appear during a search.
        await pilot.press("escape", "slash", *"red")
        await until(pilot, lambda: "1 of 4" in shown(pilot))
        colleague = Store(practice.folder / "practice.db")
        colleague.ledger.append(code_set(1, "RED", None))
        colleague.close()
        await until(
            pilot, lambda: "2 of 5" in shown(pilot) and "Practice code: nothing → RED" in shown(pilot)
        )
        await pilot.press("escape")
        await until(pilot, lambda: "5 entries" in shown(pilot))
        await pilot.press("slash", *"nowhere to be found")
        await until(pilot, lambda: "No entries match" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "5 entries" in shown(pilot))
        # Three codes in a row are now one line. Opens it, then its first entry.
        await pilot.press("enter")
        await until(pilot, lambda: "▾ code set: 3 entries" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
        await pilot.press("h")
        await until(pilot, lambda: "[red]x[/] & Co › History" in shown(pilot) and "2 entries" in shown(pilot))
    app.workplace.close()


async def test_history_does_what_its_help_says_and_counts_the_clients_entries(practice: Practice) -> None:
    app = practice.app()
    store = app.workplace.store
    store.ledger.append(client_added(1, "Tūī Café"), client_added(2), code_set(2, "AB1", None))
    store.ledger.append(NewEntry(Kind.NOTE_SET, app.workplace.actor, "c2", body={"note": "mine"}))
    async with run_app(app, size=(100, 24)) as pilot:
        app.open("history", client="c2")
        await until(pilot, lambda: "Client 2 › History" in shown(pilot) and "3 entries" in shown(pilot))
        await pilot.press("slash", *"by:bob")
        await until(pilot, lambda: "1 of 3" in shown(pilot))
        await pilot.press("escape", "h", "slash", *"by:you")
        await until(pilot, lambda: "1 of 4" in shown(pilot) and "mine" in shown(pilot))
        await pilot.press("escape", "slash", *"tui since:yesterday")
        await until(pilot, lambda: "1 of 4" in shown(pilot) and "Tūī Café" in shown(pilot))
        await pilot.press("escape", "slash", *"since:someday")
        await until(
            pilot, lambda: '"someday" is not a time. Write today, yesterday' in " ".join(shown(pilot).split())
        )
    app.workplace.close()


async def test_cursor_stays_on_its_entry_while_others_come_in(practice: Practice) -> None:
    app = practice.app()
    store = app.workplace.store
    store.ledger.append(*(client_added(n) for n in range(5_000)))
    async with run_app(app, size=(40, 10)) as pilot:
        app.open("history")
        await until(pilot, lambda: "added: 5,000 entries" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#entries").row_count == 5_001)  # type: ignore[attr-defined]
        await pilot.press("G")
        await until(pilot, lambda: app.screen.query_one("#entries").cursor_id == 1)  # type: ignore[attr-defined]
        store.ledger.append(client_added(6_000))
        await until(pilot, lambda: app.screen.query_one("#entries").row_count == 5_002)  # type: ignore[attr-defined]
        assert app.screen.query_one("#entries").cursor_id == 1  # type: ignore[attr-defined]
        assert "Client 0" in shown(pilot)
    app.workplace.close()


async def test_entries_of_one_job_are_one_line_that_opens(practice: Practice) -> None:
    app = practice.app()
    store = app.workplace.store
    store.ledger.append(*(client_added(n, f"Old {n}") for n in range(4)), at=datetime(2026, 1, 5, tzinfo=UTC))
    store.ledger.append(*(client_added(n, f"New {n}") for n in range(10, 13)), code_set(1, "AB1", None))
    async with run_app(app, size=(100, 24)) as pilot:
        app.open("history")
        # Another day is another step. A single entry stays single.
        await until(pilot, lambda: "8 entries" in shown(pilot) and "▸ added: 4 entries" in shown(pilot))
        assert "▸ added: 3 entries" in shown(pilot) and "practice code set to AB1" in shown(pilot)
        assert "New 11" not in shown(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "3 clients, 3 entries. Enter opens and closes them." in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "▾ added: 3 entries" in shown(pilot) and "New 11" in shown(pilot))
        assert "Old 2" not in shown(pilot)
        # A new entry of the same step joins it. The step stays open.
        store.ledger.append(client_added(13, "New 13"))
        await until(pilot, lambda: "New 13" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "New 11" not in shown(pilot))
        # A search finds entries, not steps.
        await pilot.press("slash", *"New")
        await until(pilot, lambda: "New 11" in shown(pilot) and "▸" not in shown(pilot))
    app.workplace.close()


def test_last_step_is_whole_however_long_it_is(practice: Practice) -> None:
    store = practice.workplace().store
    store.ledger.append(client_added(0, "first"), code_set(0, "A", None))
    store.ledger.append(*(client_added(n) for n in range(1, 31)))
    history = store.history()
    assert history.steps(10) == [Step(32, 3, 30)]
    assert history.steps(1_000) == [Step(32, 3, 30), Step(2, 2, 1), Step(1, 1, 1)]
    lines = Lines(history.steps(10), {"3"})
    assert list(lines) == ["3", *range(32, 0, -1)] and lines.index(2) == 31 and len(lines) == 33
    assert lines[1:3] == [32, 31] and lines[-1] == 1
