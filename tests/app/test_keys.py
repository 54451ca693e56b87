"""Keys: no two actions of a screen share one, the same key means the same everywhere, and a user's own keys are accepted or
rejected with a reason.
"""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import ModalScreen, Screen

import clientsync_tui.screens
from clientsync_tui.app import keymap
from clientsync_tui.app.actions import ACTIONS
from clientsync_tui.screens.base import ActionScreen
from clientsync_tui.screens.dialogues.ask import Ask
from clientsync_tui.screens.dialogues.confirm import Confirm
from clientsync_tui.screens.help import HelpScreen
from clientsync_tui.widgets.select_table.keys import MOVING, SELECTING
from clientsync_tui.workplace import Workplace
from tests.support.clients import ANN, add, app_in, signed_in, workplace_in
from tests.support.command import Command
from tests.support.network.browser import link_shown
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]

FAMILIES = {
    "r": "again: reconnect, resume, try again",
    "f": "refresh",
    "d": "disconnect",
    "l": "sign in",
    "e": "edit: set up, settings, note",
    "b": "the browser; for a colleague's clients, who they are integrated by",
    "x": "bind to something else",
    "t": "team; of one integration, its lists (tables)",
    "y": "copy; while a sign-in waits, its link",
    "p": "practice code; while a sign-in waits, paste",
    "L": "let go: of a sign-in, of a client",
    "1": "the first tab, or button",
    "2": "the second",
    "3": "the third",
    "4": "the fourth",
    "enter": "open, or go on",
    "escape": "back",
}
"""Keys with more than one action, and the one meaning of them all."""
WHILE_SOMETHING_IS_ON = {("escape", "end_range"), ("enter", "open")}
"""Keys that the table has only while a range is extended, or that do the same on the screen."""


def all_screens() -> list[type[Screen[object]]]:
    for module in pkgutil.walk_packages(clientsync_tui.screens.__path__, "clientsync_tui.screens."):
        importlib.import_module(module.name)
    found, waiting = [], [ActionScreen, ModalScreen]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("clientsync_tui"):
            found.append(kind)
    # Always in the same order, whatever was imported earlier.
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


def own_bindings(kind: type) -> list[Binding]:
    """Its bindings, without those that it replaces on purpose."""
    without = {f"act('{name}')" for name in getattr(kind, "without", ())}
    return [
        binding
        for each in kind.__mro__
        if each.__module__.startswith("clientsync_tui")
        for binding in each.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.action not in without
    ]


@pytest.mark.parametrize("kind", all_screens(), ids=lambda kind: kind.__name__)
def test_no_two_actions_of_a_screen_share_a_key(kind: type[Screen[object]]) -> None:
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    for binding in own_bindings(kind):
        for key in binding.key.split(","):
            by_key[key].add(binding.action)
    if issubclass(kind, ActionScreen):
        # A table may be on any of them, and its keys come first.
        for binding in (*MOVING, *SELECTING):
            for key in binding.key.split(","):
                moves = binding in MOVING and not kind_moves(kind, key)
                if (key, binding.action) not in WHILE_SOMETHING_IS_ON and moves:
                    by_key[key].add(binding.action)
    assert {key: actions for key, actions in by_key.items() if len(actions) > 1} == {}


def kind_moves(kind: type, key: str) -> bool:
    """Whether a screen uses a key that moves in tables to move something else."""
    return any(key in binding.key.split(",") and binding.id not in ACTIONS for binding in own_bindings(kind))


def test_key_means_the_same_on_every_screen() -> None:
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    for action in ACTIONS.values():
        for key in action.keys.split(","):
            by_key[key].add(action.name)
    for binding in (*MOVING, *SELECTING):
        for key in binding.key.split(","):
            by_key[key].add(binding.action)
    assert {key for key, names in by_key.items() if len(names) > 1} <= set(FAMILIES)


def test_every_action_has_a_key_that_every_terminal_sends() -> None:
    for action in ACTIONS.values():
        for key in action.keys.split(","):
            assert key not in keymap.NEVER_ARRIVE, action
        plain = [key for key in action.keys.split(",") if "+" not in key]
        assert plain or action.name in ("suspend", "status_before"), action


def test_keys_that_screens_have_for_themselves_are_known_to_the_keymap() -> None:
    for kind in all_screens():
        if issubclass(kind, ActionScreen) and kind.place in keymap.FIXED:
            fixed = set(keymap.FIXED[kind.place].split(","))
            own = {key for b in own_bindings(kind) if b.id is None for key in b.key.split(",")}
            assert own <= fixed, kind


@pytest.mark.parametrize(
    ("written", "keys", "says"),
    [
        ({"select.filter": "f3"}, {"select.filter": "f3"}, ""),
        ({"clients.views": "ctrl+v, F4"}, {"clients.views": "ctrl+v,f4"}, ""),
        ({"clients.remove": "+"}, {"clients.remove": "plus"}, ""),
        ({"clients.remove": "ü"}, {"clients.remove": "ü"}, ""),
        ({"clients.filter": "f3"}, {}, 'unknown action "clients.filter". Did you mean "select.filter"?'),
        ({"clients.veiws": "f3"}, {}, 'Did you mean "clients.views"?'),
        ({"clients.views": "F33"}, {}, 'there is no key "F33"'),
        ({"clients.views": "esc"}, {}, 'Did you mean "escape"?'),
        ({"clients.views": ""}, {}, 'there is no key ""'),
        ({"clients.views": "ctrl+m"}, {}, "terminals send enter for it"),
        ({"clients.views": "shift+w"}, {}, 'write "W"'),
        ({"clients.views": "hyperspace+w"}, {}, "is not a modifier key"),
        ({"clients.views": "?"}, {}, '"?" would be both "Help" (everywhere.help) and "Views" (clients.views)'),
        ({"clients.views": "j"}, {}, '"j" would be both'),
        ({"client_sync.sign_in": "left"}, {}, "moves or answers on a screen"),
        ({"dialogue.yes": "o", "dialogue.no": "x"}, {"dialogue.yes": "o"}, '"Link or new client" (organisations.toggle_link)'),
        ({"dialogue.yes": "i"}, {}, '"Invert" (table.invert)'),
        ({"dialogue.close": "?"}, {}, '"Help" (everywhere.help)'),
        # Dialogues have no actions of the screen below, and the sort has a key of the tables by nature.
        ({"dialogue.yes": "s", "table.toggle": "X,space"}, {"dialogue.yes": "s"}, '"Remove from the list"'),
        ({"columns.wider": "J", "table.toggle": "Q,space"}, {"table.toggle": "Q,space"}, '"Move the column down"'),
        # Swapping two keys is no clash, and neither is sharing one between screens that are never open together.
        ({"clients.views": "t", "clients.assign_team": "w"}, {"clients.views": "t", "clients.assign_team": "w"}, ""),
        ({"clients.views": "D"}, {"clients.views": "D"}, ""),
        ({"clients.views": "l"}, {"clients.views": "l"}, ""),
        # Both want a third key.
        ({"clients.views": "f5", "clients.check": "f5"}, {}, '"f5" would be both'),
    ],
)  # fmt: skip
def test_own_keys_are_accepted_or_refused_in_words(
    written: dict[str, str], keys: dict[str, str], says: str
) -> None:
    found = keymap.read(written)
    assert dict(found.keys) == keys
    assert says in " ".join(found.mistakes) and bool(says) == bool(found.mistakes)


async def test_sentences_name_the_persons_own_keys(tmp_path: Path) -> None:
    workplace_in(tmp_path)
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[keys]\n"everywhere.client_sync" = "f3"\n"everywhere.quit" = "f10"\n')
    app = app_in(tmp_path)
    async with run_app(app, size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: "Press f3 for Client Sync" in shown(pilot))
        await pilot.press("ctrl+c", "J")
        await until(pilot, lambda: "Press f3 to open Client Sync" in shown(pilot))
        assert any("Press f10 to leave" in notice.message for notice in app.notices.log)
    app.workplace.close()


async def test_notices_name_the_persons_own_keys(tmp_path: Path) -> None:
    workplace_in(tmp_path)
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[keys]\n"clients.views" = "f6"\n')
    app = app_in(tmp_path)
    add(app.workplace.store, "Birch Ltd", signed_in(app.workplace.store, ANN))
    async with run_app(app, size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: "Birch Ltd" in shown(pilot))
        await pilot.press("slash", *"birch", "enter", "f6", "enter", *"mine", "enter")
        said = lambda: [notice.message for notice in app.notices.log]  # noqa: E731
        await until(pilot, lambda: any("Saved as “mine”" in each for each in said()))
        assert "Saved as “mine”. Press f6 to open it." in said()
    app.workplace.close()


async def test_message_names_the_users_own_keys_if_plain_text_is_impossible(
    practice: Practice,
) -> None:
    with practice.config.open("a") as config:
        config.write('[keys]\n"sign_in.copy_link" = "f6"\n"sign_in.print_link" = "f7"\n')
    app = practice.app()
    async with run_app(app, size=(100, 30), notifications=True) as pilot:
        await pilot.press("s", "l")
        await link_shown(pilot)
        await pilot.press("f6", "f7")
        said = " ".join(notice.message for notice in app.notices.log)
        assert "press f7 to show the link as plain text" in said
        assert "Press f6 to copy the link" in said
    app.workplace.close()


def test_every_key_that_a_sentence_names_is_known() -> None:
    named: list[str] = []
    for file in Path(keymap.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named += re.findall(r"\{(\w+\.\w+)\}", node.value)
    assert len(named) > 15
    assert set(named) <= set(keymap.usual())


async def test_own_keys_work_and_are_shown_everywhere(tmp_path: Path) -> None:
    workplace_in(tmp_path)
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[keys]\n"select.filter" = "f3"\n"table.down" = "f7"\n"clients.views" = "?"\n')
    app = app_in(tmp_path)
    for name in ("Ash & Co", "Birch Ltd"):
        add(app.workplace.store, name, signed_in(app.workplace.store, ANN))
    async with run_app(app, size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: "f3 Filter" in shown(pilot))
        # The clash is reported at the start, and the action keeps its usual key.
        said = " ".join(notice.message for notice in app.notices.log)
        assert "clients.views keeps its usual key, w" in said
        table = app.screen.query_one("#clients")
        before = table.cursor_id
        await pilot.press("f7")
        assert table.cursor_id != before
        await pilot.press("f3", *"birch")
        await until(pilot, lambda: table.row_count == 1)
        await pilot.press("enter", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        lines = {line.sentence: line.keys for _, group in app.screen.groups() for line in group}
        assert next(keys for says, keys in lines.items() if says.startswith("Filter:")) == "f3"
        assert lines["Move one row"] == "↑ f7 k"
    app.workplace.close()


def test_doctor_says_which_keys_are_wrong(tmp_path: Path) -> None:
    workplace_in(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text() + '[keys]\n"clients.views" = "ctrl+m"\n')
    Workplace.open(config).close()
    found = next(each for each in Command(config).inside("doctor", "--json").json if each["name"] == "keys")
    assert not found["ok"] and "terminals send enter" in found["says"]


def test_list_in_the_docs_is_the_table_of_actions() -> None:
    from docs.keys import text

    assert Path("docs/keys.md").read_text(encoding="utf-8") == text(), "run: python docs/keys.py"


async def test_own_keys_work_in_dialogues_and_are_shown_in_the_last_line(tmp_path: Path) -> None:
    workplace_in(tmp_path)
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[keys]\n"dialogue.yes" = "o"\n"table.down" = "f7"\n"everywhere.help" = "f2"\n')
    app = app_in(tmp_path)
    answers: list[object] = []
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "f2 Help" in shown(pilot))
        app.push_screen(Confirm("Do it?", yes="Do it"), answers.append)
        await until(pilot, lambda: "f2 Help  o Yes  n No" in shown(pilot))
        assert "Do it (o)" in shown(pilot)
        await pilot.press("y", "f7", "f2")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        lines = {line.sentence: line.keys for _, group in app.screen.groups() for line in group}
        assert lines["Yes"] == "o" and lines["Next button"] == "→ f7"
        await pilot.press("q", "o")
        await until(pilot, lambda: answers == [True])
    app.workplace.close()


async def test_last_line_hides_keys_that_a_field_takes_as_letters(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    add(app.workplace.store, "Birch Ltd", signed_in(app.workplace.store, ANN))
    async with run_app(app, size=(100, 24)) as pilot:
        await until(pilot, lambda: "Birch" in shown(pilot))
        await pilot.press("slash")
        last_line = "f1 Help esc Clear enter To the list ctrl+q Quit ctrl+p Commands"
        await until(pilot, lambda: " ".join(shown(pilot).splitlines()[-1].split()) == last_line)
        # Keys for the field come first, then the screen's others.
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        groups = dict(app.screen.groups())
        assert next(iter(groups)) == "In the filter"
        assert {"status:", "since:", "↑ ↓"} <= {line.keys for line in groups["In the filter"]}
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "? Help" in shown(pilot).splitlines()[-1])

        async def accept(_: str) -> bool:
            return True

        app.push_screen(Ask("What is it called?", attempt=accept))
        await until(pilot, lambda: "f1 Help  esc Cancel" in shown(pilot))
    app.workplace.close()


def test_former_id_of_a_key_still_works() -> None:
    found = keymap.read({"organisations.choose_sender": "B"})
    assert found == keymap.Keymap({"organisations.integrated_by": "B"})
