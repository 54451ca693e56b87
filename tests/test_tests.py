"""Rules that the tests themselves follow."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent
FAILS = {"raises", "warns", "fail", "AssertionError", "run_state_machine_as_test"}
"""What can fail a test besides `assert`."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Name = tuple[str, str]
"""A function's module and name. A method's module is `.`, because a call in a test does not show its class."""


class Facts(NamedTuple):
    """What this test needs to know about a function. `uses`: the functions that it refers to. `fails`: whether it can fail by itself."""

    name: Name
    uses: set[Name]
    fails: bool


def functions_in(file: Path) -> Iterator[Facts]:
    """Each function and method of a file."""
    tree = ast.parse(file.read_text("utf-8"))
    module = ".".join(("tests", *file.relative_to(TESTS).with_suffix("").parts))
    imported: dict[str, Name] = {}
    methods: set[ast.AST] = set()
    functions: list[Function] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests"):
            imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            methods |= set(node.body)
        elif isinstance(node, Function):
            functions.append(node)
    known = {function.name: (module, function.name) for function in functions} | imported
    for function in functions:
        yield Facts(("." if function in methods else module, function.name), *facts_of(function, known))


def facts_of(function: Function, known: dict[str, Name]) -> tuple[set[Name], bool]:
    """The functions that it refers to, and whether it fails by itself."""
    uses: set[Name] = set()
    fails = False
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            fails = fails or node.id in FAILS
            if node.id in known:
                uses.add(known[node.id])
        elif isinstance(node, ast.Attribute):
            fails = fails or node.attr in FAILS
            uses.add((".", node.attr))
            if isinstance(node.value, ast.Name) and node.value.id in known:
                uses.add((".".join(known[node.value.id]), node.attr))
        elif isinstance(node, ast.Assert):
            fails = True
    return uses, fails


def test_every_test_asserts_something() -> None:
    functions = [facts for file in sorted(TESTS.rglob("*.py")) for facts in functions_in(file)]
    asserting = {facts.name for facts in functions if facts.fails}
    while more := {facts.name for facts in functions if facts.uses & asserting} - asserting:
        asserting |= more
    tests = {facts.name for facts in functions if facts.name[1].startswith("test_")}
    assert len(tests) > 1000
    assert sorted(tests - asserting) == []
