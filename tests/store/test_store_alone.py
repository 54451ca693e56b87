"""SQL and SQLite stay inside `store`, so that another database can take its place one day."""

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import clientsync_tui
from clientsync_tui.store.store import Store
from tests.support.inside import database_of

PACKAGE = Path(clientsync_tui.__file__).parent
LIMITERS = {
    PACKAGE / "accounting" / "seam" / name
    for name in ("limiter.py", "limits_file.py", "places.py", "blocks.py")
}
"""They count calls to an app in a separate file, which does not belong to the practice."""

QUERIES = PACKAGE / "accounting"
"""An app's own query language can look like SQL."""

SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(UNIQUE\s+)?(TABLE|INDEX)\s|"
    r"PRAGMA\s|BEGIN\b(\s+IMMEDIATE)?$|COMMIT$|ROLLBACK$)",
    re.DOTALL,
)

SUSPICIOUS = re.compile(
    "sqlite|_database|execute|SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN|COMMIT|ROLLBACK"
)
"""A file without any of these has nothing to find, and parsing every file takes a second."""


def outside() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        within = file.relative_to(PACKAGE).parts[0]
        # The sandbox simulates servers with their own query languages.
        if within not in ("store", "sandbox") and file not in LIMITERS:
            text = file.read_text("utf-8")
            if SUSPICIOUS.search(text):
                yield file, ast.parse(text)


def test_only_the_store_contains_sql() -> None:
    found: list[str] = []
    for file, tree in outside():
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names) if any(
                    n.name.split(".")[0] in ("sqlite3", "sqlite_utils") for n in names
                ):
                    what = "imports SQLite"
                case ast.ImportFrom(module="sqlite3" | "sqlite_utils"):
                    what = "imports SQLite"
                case ast.Constant(value=str(text)) if SQL.match(text) and QUERIES not in file.parents:
                    what = f"has SQL: {text[:40]}"
                case ast.Attribute(
                    attr="_database", value=ast.Name(id="store") | ast.Attribute(attr="store")
                ):
                    what = "reaches for the store's database"
                case ast.Attribute(attr="execute" | "executemany" | "executescript"):
                    what = "executes a statement"
                case _:
                    continue
            found.append(f"{file.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)} {what}")
    assert found == []


def test_search_for_sql_finds_it() -> None:
    for text in (
        "SELECT a FROM b",
        "PRAGMA data_version",
        "INSERT OR REPLACE INTO meta VALUES (1)",
        "BEGIN IMMEDIATE",
    ):
        assert SQL.match(text)
    assert not SQL.match("Select clients from the list")


def test_normal_start_does_not_import_sqlite_utils(tmp_path: Path) -> None:
    code = """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from clientsync_tui.store.store import Store
        store = Store(Path(sys.argv[1]))
        store.clients.find((), datetime.now(UTC)), store.history().last(), store.jobs.all(), store.sign_ins.known()
        print("sqlite_utils" in sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "practice.db")]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)
    )
    assert (first, second) == ("True", "False"), "only the start that creates the tables pays for it"


def test_sqlite_utils_leaves_no_table_of_its_own(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "practice.db")) as store:
        tables = database_of(store).connection.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE '!_%' ESCAPE '!'"
        )
        assert tables.fetchall() == []
