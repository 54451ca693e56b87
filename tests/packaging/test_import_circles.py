"""The package has no import cycles, imports for type checkers included."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import clientsync_tui

PACKAGE = Path(clientsync_tui.__file__).parent


def modules() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in PACKAGE.rglob("*.py"):
        names = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements at any depth; no import is in an expression."""
    found: list[ast.AST] = [tree]
    while found:
        node = found.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            found += getattr(node, part, ())


def imported(module: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules that one imports, wherever in its text."""
    package = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    names: set[str] = set()
    for node in statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            # `from .folder import module`, or a name of a module.
            names.update(
                f"{start}.{alias.name}" if f"{start}.{alias.name}" in known else start for alias in node.names
            )
    return (names & known.keys()) - {module}


def test_imports_have_no_circles() -> None:
    known = modules()
    graph = {module: imported(module, path, known) for module, path in known.items()}
    assert len(graph) > 200 and any("screens.main" in name for name in graph["clientsync_tui.screens.base"])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None
