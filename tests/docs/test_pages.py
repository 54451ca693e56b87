"""Every command in the documents works when you follow the page from top to bottom."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.cli.main import root
from tests.docs.reader import Reader
from tests.support.command import every_command
from tests.support.practice import ELSEWHERE, cheap_keyring

BLOCKS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md"), DOCS.parent / "bench" / "README.md"])
NOT_RUN = {"CHANGELOG.md"}
"""Pages that are not run. The changelog names commands of earlier versions."""


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (tmp_path / "keyring").mkdir()
    checkout = str(Path.cwd())
    for name in (*ELSEWHERE, "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    variables = {"HOME": str(home), "PYTHONPATH": checkout, "PATH": f"{home}/.local/bin:/usr/bin:/bin"}
    for name, value in (variables | cheap_keyring(tmp_path / "keyring")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)
    reader = Reader(home, monkeypatch)
    yield reader
    reader.leave()


RUN_ELSEWHERE = {
    "uv tool install .": (".ci/install", "tool install --quiet"),
    "python3 -m venv ~/clientsync && ~/clientsync/bin/pip install .": (".ci/install", "-m pip install -q"),
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,lint,release]'": (
        ".ci/run",
        "-m pip install -q",
    ),
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/clientsync --sandbox": (
        "tests/cli/starting/test_cli_throwaway.py",
        '"--sandbox"',
    ),
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest -n 4": (
        ".ci/run",
        "python3 .*pytest",
    ),
    ".venv/bin/python -m pytest -n 4": ("README.md", ".venv/bin/python -m pytest -n 4"),
    ".ci/run": ("docs/contributors.md", ".ci/run"),
    ".venv/bin/ruff format --check .": (".ci/run", ".venv/bin/ruff format --check ."),
    ".venv/bin/ruff check .": (".ci/run", ".venv/bin/ruff check ."),
    ".venv/bin/pyright --pythonpath .venv/bin/python": (
        ".ci/run",
        ".venv/bin/pyright --pythonpath .venv/bin/python",
    ),
    ".venv/bin/lint-imports": (".ci/run", ".venv/bin/lint-imports"),
    "UPDATE_LOOKS=1 .venv/bin/python -m pytest tests/looks": ("tests/looks/golden.py", "UPDATE_LOOKS"),
    ".venv/bin/python -m bench --quick": ("bench/__main__.py", "--quick"),
    ".venv/bin/python docs/keys.py": ("tests/app/test_keys.py", "from docs.keys import text"),
    ".venv/bin/python docs/manpage.py": ("tests/docs/test_made_pages.py", "manpage.page()"),
    ".venv/bin/python docs/licences.py": ("tests/packaging/test_dependencies.py", "licences.page()"),
    ".venv/bin/python docs/pictures.py": ("docs/pictures.py", "`python docs/pictures.py"),
    ".venv/bin/python docs/recording.py": ("docs/recording.py", "`python docs/recording.py"),
    **dict.fromkeys(
        (
            "clientsync sandbox --software example --write-config sandbox.toml",
            "printf sandbox | clientsync --config sandbox.toml setup example --secret-stdin",
            "clientsync --config sandbox.toml sign-in example",
            "clientsync --config sandbox.toml organisations example",
        ),
        ("tests/conformance/test_elsewhere.py", "```sh"),
    ),
    'man "$(uv tool dir)/clientsync-tui/share/man/man1/clientsync.1"': (
        ".ci/install",
        "$work/tools/clientsync-tui",
    ),
    "man ~/clientsync/share/man/man1/clientsync.1": (
        "tests/packaging/installed.py",
        '"man1" / "clientsync.1"',
    ),
    'clientsync practice create postgresql://ann@db.example.com/practice --name "Oak & Co"': (
        "tests/support/hosts.py",
        '"practice", "create"',
    ),
    **dict.fromkeys(
        (
            "clientsync practice join postgresql://ann@db.example.com/practice",
            "clientsync practice join postgresql://ben@db.example.com/practice",
        ),
        ("tests/support/hosts.py", '"practice", "join"'),
    ),
    'clientsync practice grant ben member --name "Ben Ode" --email ben@example.com': (
        "tests/support/hosts.py",
        '"practice", "grant"',
    ),
    "clientsync practice move --dry-run postgresql://ann@db.example.com/practice": (
        "tests/hosts/test_hosts_practice.py",
        '"practice", "move", "--dry-run"',
    ),
    "clientsync practice move postgresql://ann@db.example.com/practice": (
        "tests/hosts/test_hosts_practice.py",
        '"practice", "move"',
    ),
    **dict.fromkeys(
        (
            'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout office.key -out office.crt -subj "/CN=Our authority"',
            'openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj "/CN=db.example.com"',
            "printf 'subjectAltName=DNS:db.example.com' > server.ext",
            "openssl x509 -req -in server.csr -CA office.crt -CAkey office.key -CAcreateserial -days 825 -extfile server.ext -out server.crt",
        ),
        ("tests/hosts/test_hosts_tls.py", "```sh\\n(openssl"),
    ),
    "clientsync practice status": ("tests/hosts/test_hosts_practice.py", '"practice", "status"'),
    "requirements/lock": ("tests/packaging/test_dependencies.py", "requirements/lock"),
}
"""Which test runs the commands of each `sh` block: a file, and a text in it."""

FOR_ROOT = (
    "groupadd practice",
    "usermod --append --groups practice amelia",
    "chgrp practice /srv/practice",
    "systemctl --user daemon-reload",
    "systemctl --user enable --now clientsync-check.timer",
    "loginctl enable-linger",
    "createuser --login ann",
    "createuser --login ben",
    "createdb --owner=ann --encoding=UTF8 --template=template0 practice",
    'psql -c "ALTER SYSTEM SET ssl = on"',
    'psql -c "SELECT pg_reload_conf()"',
    'psql practice -c "SELECT person, lane, sum(n) FROM clientsync.rates GROUP BY 1, 2 ORDER BY 3 DESC"',
)
"""Commands that would change the host that the tests run on. The page's reader starts the service itself."""


INLINE = re.compile(r"`(clientsync [^`]+)`")
SHELLS = re.compile(r"^```(bash|shell|zsh|shell-session|terminal)\b", re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in NOT_RUN], ids=str)
def test_every_command_named_in_a_sentence_is_one_that_the_program_takes(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, command in every_command(root):
        monkeypatch.setattr(command, "callback", lambda *_, **__: None)
    for line in INLINE.findall(page.read_text("utf-8")):
        _, *words = shlex.split(line)
        if "COMMAND" not in words and "…" not in line:
            assert root.main(words, prog_name="clientsync", standalone_mode=False) in (None, 0), line


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_block_of_a_page_is_run(page: Path) -> None:
    assert not SHELLS.search(page.read_text("utf-8")), "use console or sh: no test reads other blocks"
    for line in (line for block in BLOCKS.findall(page.read_text("utf-8")) for line in block.splitlines()):
        if line not in FOR_ROOT:
            file, words = RUN_ELSEWHERE[line]
            assert words in (DOCS.parent / file).read_text("utf-8"), line


LINK = re.compile(r"\]\(([^)#\s]+)?(?:#([\w-]+))?\)")


@pytest.mark.parametrize(
    "page", sorted([*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")]), ids=lambda page: page.stem
)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        if target.startswith(("http:", "https:")):
            continue
        file = page.parent / target if target else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            titles = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_dependency_is_accounted_for() -> None:
    page = (DOCS / "contributors.md").read_text("utf-8")
    listed = {
        name for row in re.findall(r"^\| ([a-z0-9, -]+) \|", page, re.MULTILINE) for name in row.split(", ")
    }
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert listed - {"package", "folder", "question"} == {
        re.split(r"[<>=\[]", requirement)[0]
        for requirement in (*project["dependencies"], *project["optional-dependencies"]["postgres"])
    }


@pytest.mark.long
def test_page_for_administrators(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    # The encrypted file is what that page is about.
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    assert reader.follow(DOCS / "administrators.md") > 15


@pytest.mark.long
def test_guide(reader: Reader) -> None:
    assert reader.follow(DOCS / "guide.md") > 30
    assert sorted(path.name for path in reader.home.rglob("*") if "clientsync" in path.name) == [
        "clientsync",  # the program
        "clientsync",  # its completion
    ]


def test_every_answer_to_where_it_is_names_a_file() -> None:
    page = (DOCS / "contributors.md").read_text("utf-8")
    answers = re.findall(r"^\| [^|]+\? \| `([\w/]+\.py)` \|$", page, re.MULTILINE)
    assert len(answers) == 10
    assert all((DOCS.parent / "clientsync_tui" / answer).is_file() for answer in answers)
