"""The private members of Textual that the program uses."""

import ast
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import textual
from textual.app import App
from textual.geometry import Size
from textual.widget import Widget

import clientsync_tui
from clientsync_tui.terminal import textual_internals
from clientsync_tui.terminal.changed_cells import ChangedCells
from tests.support.clients import workplace_in


def classes() -> list[type]:
    """Every class of ours that extends one of Textual's."""
    for module in pkgutil.walk_packages(clientsync_tui.__path__, "clientsync_tui."):
        if module.name.split(".")[1] in ("app", "screens", "widgets"):
            importlib.import_module(module.name)
    found: set[type] = set()
    left: list[type] = [Widget, App]
    while left:
        found.update(children := left.pop().__subclasses__())
        left += children
    return sorted((kind for kind in found if kind.__module__.startswith("clientsync_tui.")), key=str)


def private_names(kind: type) -> set[str]:
    """The private attributes that a class itself has: in its body, or assigned to `self` by its methods."""
    module = sys.modules[kind.__module__]
    names = set(kind.__dict__)
    for node in ast.walk(tree(module.__file__ or "")):
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            for target in ast.walk(node):
                if (
                    isinstance(target, ast.Attribute)
                    and isinstance(target.ctx, ast.Store)
                    and isinstance(target.value, ast.Name)
                    and target.value.id == "self"
                ):
                    names.add(target.attr)
    # Subclasses may declare a reactive's default again.
    return {name for name in names if re.match("_(?!_|default_)", name)}


@lru_cache
def tree(path: str) -> ast.Module:
    """A module's source, parsed."""
    return ast.parse(Path(path).read_text("utf-8"))


# Textual itself gives these to each class that needs them.
GIVEN = {"_abc_impl", "_css_bases", "_css_type_name", "_css_type_names", "_decorated_handlers", "_inherit_bindings",
         "_inherit_component_classes", "_inherit_css", "_merged_bindings", "_reactives", "_computes"}  # fmt: skip


def test_our_attributes_do_not_overwrite_textuals_private_ones() -> None:
    textuals: dict[type, set[str]] = {}
    clashes: list[str] = []
    ours = classes()
    assert len(ours) > 50
    for kind in ours:
        mine = private_names(kind) - GIVEN
        for base in kind.__mro__[1:]:
            if base.__module__.startswith("textual."):
                if base not in textuals:
                    textuals[base] = private_names(base)
                clashes += [f"{kind.__module__}.{kind.__name__}: {name}" for name in mine & textuals[base]]
    assert "\n".join(clashes) == ""


# Names that only Textual's and textual-serve's objects have.
PRIVATE = re.compile(
    r"textual\._\w+|\b_(display|filters|driver|writer_thread|clipboard|handle_exception|fatal_error|exception|exit|dirty_widgets"
    r"|on_timer_update|compositor|notifications|exit_renderables|close_messages_no_wait|color_system|make_app|running)\b(?!:)"
)


def used_in(path: Path) -> Iterator[str]:
    """The private members of others that a module uses, including those of its base classes if they are Textual's."""
    module = ast.parse(path.read_text("utf-8"))
    own = {node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute) and is_of_self(node)
           and isinstance(node.ctx, ast.Store)}  # fmt: skip
    own |= {
        node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("textual._", "rich._", "textual_serve._")
        ):
            yield f"{path}: {node.module}"
        elif isinstance(node, ast.Attribute) and PRIVATE.fullmatch(node.attr) and node.attr not in own:
            yield f"{path}: {node.attr}"


def is_of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def test_private_members_of_textual_are_used_in_one_module_only() -> None:
    package = Path(clientsync_tui.__file__).parent
    screens = [
        package / "serve.py",
        *(p for f in ("app", "screens", "widgets", "terminal") for p in (package / f).rglob("*.py")),
    ]
    used = [use for path in screens for use in used_in(path)]
    assert any("textual_internals" in use for use in used)
    assert [use for use in used if "textual_internals" not in use] == []
    outside = [
        p
        for p in package.rglob("*.py")
        if p not in screens and re.search(r"\btextual(_serve)?\._", p.read_text("utf-8"))
    ]
    assert outside == []


def test_handlers_leave_those_of_base_classes_to_textual() -> None:
    """Textual calls the handler of each class itself, so one that also calls its base's runs it twice."""
    package = Path(clientsync_tui.__file__).parent
    sources = {path: path.read_text("utf-8") for path in package.rglob("*.py")}
    called = {path.name: re.findall(r"super\(\)\.(on_\w+)\(", source) for path, source in sources.items()}
    # `on_event` is what calls the handlers.
    assert [calls for calls in called.items() if set(calls[1]) - {"on_event"}] == []


# Without the members


class Bare:
    """Textual without any of these members."""

    size = Size(80, 24)
    is_headless = False


def test_each_use_does_nothing_where_the_member_is_missing() -> None:
    bare = Bare()
    assert not textual_internals.send_only_changes(bare, ChangedCells())
    assert not textual_internals.draw_now(bare)
    assert not textual_internals.write(bare, "x")
    assert not textual_internals.stop_writing(bare)
    assert not textual_internals.remember_copied(bare, "x")
    assert not textual_internals.send_mouse(bare, on=True)
    assert not textual_internals.on_unexpected(bare, lambda error: False, str)
    assert not textual_internals.can_be_guarded(Bare)
    assert vars(bare) == {}
    assert "</html>" in textual_internals.page_that_takes_keys("<html></html>")


RENAMED = {
    "_display", "_filters", "_driver", "_writer_thread", "_clipboard", "_handle_exception", "_fatal_error", "_dirty_widgets",
    "_on_timer_update", "_xterm_parser", "_compositor",
}  # fmt: skip
RUN = """
import asyncio, sys
from pathlib import Path
import textual.app
assert not hasattr(textual.app.App, "_display")
from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.app.kept_frame import Start
from clientsync_tui.workplace import Workplace
async def main():
    app = ClientSyncApp(Workplace.open(Path(sys.argv[1])), Start(typed=b"x"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        app.copy_to_clipboard("copied")
        app.write("\\a")
        app.draw_now(app.screen)
        await pilot.press("f1")
        await pilot.pause(0.1)
        print(type(app.screen).__name__, app.clipboard)
    app.workplace.close()
asyncio.run(main())
"""


def test_app_works_with_a_textual_that_names_all_of_them_otherwise(tmp_path: Path) -> None:
    workplace_in(tmp_path).close()
    shutil.copytree(Path(textual.__file__).parent, tmp_path / "other" / "textual")
    word = re.compile(rf"(?<!os\.)\b({'|'.join(RENAMED)})\b")
    for path in (tmp_path / "other").rglob("*.py"):
        text = path.read_text("utf-8")
        if (renamed := word.sub(r"\1_2", text)) != text:
            path.write_text(renamed, "utf-8")
        if path.stem in RENAMED:
            path.rename(path.with_stem(path.stem + "_2"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "other")}
    command = [sys.executable, "-c", RUN, str(tmp_path / "config.toml")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.stdout.split() == ["HelpScreen", "copied"], ended.stderr
