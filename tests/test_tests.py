"""Rules that the tests themselves follow."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
FAILS = {"raises", "warns", "fail", "AssertionError", "run_state_machine_as_test"}
"""What fails a test besides `assert`."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Name = tuple[str, str]
"""A function's module and name; a method's module is `.`, because a test does not say of which class it is."""


def functions_in(file: Path, tree: ast.Module) -> Iterator[tuple[Name, Function, dict[str, Name]]]:
    """Each function and method, and what the names that a module imports from other tests stand for."""
    module = ".".join(("tests", *file.relative_to(TESTS).with_suffix("").parts))
    known: dict[str, Name] = {}
    methods: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests"):
            known |= {each.asname or each.name: (node.module, each.name) for each in node.names}
        elif isinstance(node, ast.ClassDef):
            methods |= set(node.body)
        elif isinstance(node, Function):
            known.setdefault(node.name, (module, node.name))
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield ("." if node in methods else module, node.name), node, known


def uses(function: Function, known: dict[str, Name]) -> set[Name]:
    """The functions that it refers to."""
    found: set[Name] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in known:
            found.add(known[node.id])
        elif isinstance(node, ast.Attribute):
            found.add((".", node.attr))
            if isinstance(node.value, ast.Name) and node.value.id in known:
                found.add((".".join(known[node.value.id]), node.attr))
    return found


def asserts(function: Function) -> bool:
    """Whether it fails by itself when something is wrong."""
    names = {getattr(node, "id", getattr(node, "attr", None)) for node in ast.walk(function)}
    return bool(FAILS & names) or any(isinstance(node, ast.Assert) for node in ast.walk(function))


def test_every_test_asserts_something() -> None:
    functions = [
        each
        for file in sorted(TESTS.rglob("*.py"))
        for each in functions_in(file, ast.parse(file.read_text("utf-8")))
    ]
    asserting = {name for name, function, _ in functions if asserts(function)}
    used = [(name, uses(function, known)) for name, function, known in functions]
    while more := {name for name, those in used if those & asserting} - asserting:
        asserting |= more
    tests = {name for name, _, _ in functions if name[1].startswith("test_")}
    assert len(tests) > 1000
    assert sorted(tests - asserting) == []
