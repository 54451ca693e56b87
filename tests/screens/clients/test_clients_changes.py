"""What can be done with clients from the list: team, code, name, note, removal, files, and their undo."""

from pathlib import Path

from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from clientsync_tui.practice import longest
from clientsync_tui.practice.model import Client
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.clients.rows import today
from clientsync_tui.screens.dialogues.ask import Ask
from clientsync_tui.screens.dialogues.confirm import Confirm
from clientsync_tui.sync.client_edits import set_note
from tests.screens.clients.test_clients import line_with, opened, practice_of_eleven
from tests.support.practice import shown, until


def client(screen: ClientsScreen, name: str) -> Client:
    return screen.store.clients.named(name, today())


def said(pilot: Pilot[None], words: str) -> bool:
    return any(words in notice.message for notice in pilot.app.notices.log)


async def answer(pilot: Pilot[None], text: str) -> None:
    """Writes into the question's field at once, because a path has many letters."""
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")


async def test_team_is_made_for_the_selected_and_undone_after_a_restart(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", *"lapsed", "enter", "A", "escape", "t", "n", *"West", "enter")
        await until(pilot, lambda: "Assign 3 clients to team West?" in shown(pilot))
        # It can be undone, so the action has the focus. The key that opened it does nothing.
        await pilot.press("t", "enter")
        await until(pilot, lambda: said(pilot, "3 clients assigned to team West"))
        await until(pilot, lambda: "West" in line_with(pilot, "Lapsed 2"))
        assert screen.table.has_focus
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("u")
        await until(pilot, lambda: said(pilot, "3 clients are back in their previous teams"))
        await until(pilot, lambda: "West" not in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: said(pilot, "no change to undo"))


async def test_code_name_and_note_of_the_client_under_the_cursor(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("down")
        await pilot.press("p", "home", *"red", "enter")
        await until(pilot, lambda: client(screen, "Abbey Road Bakery Ltd").practice_code == "redABB01")
        await pilot.press("p", "ctrl+u", *"red", "enter")
        await until(pilot, lambda: 'already has the practice code "red"' in shown(pilot))
        # The typed text stays, and can be corrected.
        assert pilot.app.screen.query_one(Input).value == "red"
        await pilot.press("2", "enter")
        await until(pilot, lambda: client(screen, "Abbey Road Bakery Ltd").practice_code == "red2")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("n", "ctrl+u", *"[b]Bakers[/]", "enter")
        await until(pilot, lambda: "[b]Bakers[/]" in shown(pilot))
        await pilot.press("e", *"Ring on Mondays", "enter")
        await until(pilot, lambda: "Client note: Ring on Mondays" in shown(pilot))
        await pilot.press("n", "enter")
        await until(
            pilot, lambda: said(pilot, "You entered nothing new for [b]Bakers[/]. Nothing was changed.")
        )
        await pilot.press("u")
        await until(pilot, lambda: "note:" not in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Abbey Road Bakery Ltd" in shown(pilot))


async def test_all_lines_of_a_pasted_note_are_saved(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("down", "e", *"Ask: ")
        field = pilot.app.screen.query_one(Input)
        field.post_message(Paste("Mary\r\n\n  01234 567890\nmornings only\n"))
        await until(pilot, lambda: field.value == "Ask: Mary / 01234 567890 / mornings only")
        await pilot.press("home", "shift+right", "shift+right", "shift+right")
        field.post_message(Paste("Ring\nor ask"))
        await until(pilot, lambda: field.value.startswith("Ring / or ask: Mary"))
        before = field.value
        field.post_message(Paste("x\n" * 3_000))
        await until(pilot, lambda: "11,997 characters are more than a field takes" in shown(pilot))
        assert field.value == before
        field.post_message(Paste("y" * longest.NOTE))
        await until(pilot, lambda: "longer than 2,000 characters. Shorten it first." in shown(pilot))
        assert len(field.value) == len(before) + longest.NOTE, "what was typed stays"
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press("escape")
        await until(pilot, lambda: "Shorten it" not in shown(pilot))
        found = client(screen, "Abbey Road Bakery Ltd")
        set_note(screen.store, "ann", found, "one\ntwo\r\n three")
        assert client(screen, "Abbey Road Bakery Ltd").note == "one / two / three"


async def test_only_clients_without_an_active_integration_are_removed(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("A", "X")
        await until(pilot, lambda: "Take 1 client off the list?" in shown(pilot))
        assert "10 clients still have an active integration: disconnect first." in shown(pilot)
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.shown == 11
        await pilot.press("X")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "All 10" in shown(pilot) and "10 selected" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "All 11" in shown(pilot) and "Alone Ltd" in shown(pilot))


async def test_export_can_be_uploaded_again_with_codes(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    file = tmp_path / "out" / "clients.csv"
    file.parent.mkdir()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", *"lapsed", "enter", "a", "E")
        await until(pilot, lambda: "Export 3 clients to a CSV file" in shown(pilot))
        await answer(pilot, str(file))
        await until(pilot, lambda: said(pilot, "3 clients written to"))
        text = file.read_text("utf-8-sig")
        assert "Lapsed 1" in text and "Abbey" not in text
        file.write_text(text.replace("Lapsed 1,,", "Lapsed 1,L1,"))
        await pilot.press("U")
        await answer(pilot, str(file))
        await until(pilot, lambda: "Set 1 practice code?" in shown(pilot))
        assert "Lapsed 1: none → L1" in shown(pilot)
        await pilot.press("y")
        await until(pilot, lambda: client(screen, "Lapsed 1").practice_code == "L1")
        # An existing file is replaced only if you confirm.
        await pilot.press("E")
        await answer(pilot, str(file))
        await until(pilot, lambda: "Replace" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        assert pilot.app.screen.query_one(Input).value == str(file)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert "Lapsed 1,L1," in file.read_text()
        await pilot.press("u")
        await until(pilot, lambda: client(screen, "Lapsed 1").practice_code is None)


async def test_typing_replaces_the_name_that_export_suggests(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    file = tmp_path / "typed.csv"
    async with opened(tmp_path) as (pilot, _):
        await pilot.press("E")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        field = pilot.app.screen.query_one(Input)
        assert field.selected_text == field.value != ""
        await pilot.press(*str(file), "enter")
        await until(pilot, lambda: file.exists())


async def test_export_does_not_replace_the_programs_own_files(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    before = (tmp_path / "config.toml").read_bytes()
    async with opened(tmp_path) as (pilot, _):
        for name in ("config.toml", "practice.db", "practice.db-wal"):
            await pilot.press("E")
            await answer(pilot, str(tmp_path / name))
            await until(pilot, lambda: "own files. Choose another name" in shown(pilot))
            assert pilot.app.screen.query_one(Input).value == str(tmp_path / name)
            await pilot.press("escape")
    assert (tmp_path / "config.toml").read_bytes() == before


async def test_every_wrong_line_of_an_upload_is_reported_and_nothing_changed(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    file = tmp_path / "codes.csv"
    file.write_text("Client,Practice code\nLapsed 1,L1\nNobody,N1\nLapsed 2,RED\n")
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("U")
        await answer(pilot, str(file))
        await until(pilot, lambda: "2 lines are wrong. Nothing was changed." in shown(pilot))
        assert 'line 3: There is no client called "Nobody".' in shown(pilot)
        assert "line 4:" in shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        assert client(screen, "Lapsed 1").practice_code is None
        assert pilot.app.screen.query_one(Input).value == str(file)
        await answer(pilot, "/nowhere/codes.csv")
        await until(pilot, lambda: "/nowhere/codes.csv can't be read" in shown(pilot))
        assert pilot.app.screen.query_one(Input).value == "/nowhere/codes.csv"


async def test_codes_that_a_spreadsheet_changed_are_used_only_when_that_is_confirmed(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    file = tmp_path / "codes.csv"
    file.write_text("Client,Practice code\nLapsed 1,01-Mar\n")
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("U")
        await answer(pilot, str(file))
        await until(pilot, lambda: "1 line is wrong. Nothing was changed." in shown(pilot))
        assert "looks like a date that a spreadsheet made" in " ".join(shown(pilot).split())
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        assert client(screen, "Lapsed 1").practice_code is None
        await answer(pilot, str(file))
        await until(pilot, lambda: "Use as written" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "Lapsed 1: none → 01-Mar" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: client(screen, "Lapsed 1").practice_code == "01-Mar")


async def test_enter_without_a_name_says_so_and_asks_again(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        for keys, says in (
            ("t n space enter", "Enter a name for the team."),
            ("slash l a p s e d enter w s enter", "Enter a name for the view."),
            ("U enter", "Enter the file's name."),
        ):
            await pilot.press(*keys.split())
            await until(pilot, lambda says=says: says in shown(pilot))
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is screen)


async def test_sentences_name_the_persons_own_keys(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[keys]\n"everywhere.undo" = "I"\n"everywhere.back" = "T"\n"table.toggle" = "Q"\n')
    async with opened(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "Q Select" in shown(pilot))
        await pilot.press("p", *"99", "enter")
        await until(pilot, lambda: said(pilot, "Press I to undo."))
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("A", "X", "enter")
        await until(pilot, lambda: said(pilot, "taken off the list. Press I to undo."))
        await pilot.press("h", "slash", *"nowhere")
        await until(pilot, lambda: "T clears the search" in shown(pilot))


async def test_team_is_renamed_and_deleted_where_teams_are_chosen(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("t", "r", "enter")
        await until(pilot, lambda: "New name of team North" in shown(pilot))
        await answer(pilot, "south")
        await until(pilot, lambda: 'There is already a team "south".' in shown(pilot))
        await answer(pilot, "North")
        await until(pilot, lambda: said(pilot, "Team North already has that name. Nothing was changed."))
        await pilot.press("t", "r", "enter")
        await until(pilot, lambda: "New name of team North" in shown(pilot))
        await answer(pilot, "Far North")
        await until(pilot, lambda: said(pilot, "Renamed team North to Far North: 2 clients."))
        await until(pilot, lambda: "Far North" in line_with(pilot, "Abbey"))
        await pilot.press("t", "d", "enter")
        await until(pilot, lambda: "Delete team Far North?" in shown(pilot))
        assert "2 clients will have no team." in shown(pilot)
        await pilot.press("y")
        await until(pilot, lambda: said(pilot, "Deleted team Far North: 2 clients now have no team."))
        assert screen.store.clients.teams() == ["South"]
        await pilot.press("u")
        await until(pilot, lambda: "Far North" in line_with(pilot, "Abbey"))
