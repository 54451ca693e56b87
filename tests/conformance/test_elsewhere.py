"""Another package: built and run as the document says, used by the program, and left out if it is broken."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.support.command import Started

EXAMPLE = Path(__file__).parent / "example"
ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "adding-a-software.md").read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example package as a wheel puts it there, built from a copy."""
    source = tmp_path_factory.mktemp("source") / "example"
    shutil.copytree(EXAMPLE, source)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (source / "dist").glob("*.whl")
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    return site


def environment(*folders: Path, **more: str) -> dict[str, str]:
    path = os.pathsep.join(map(str, (*folders, ROOT)))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


def python(
    *arguments: str, env: dict[str, str], cwd: Path, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=100, cwd=cwd, env=env, input=stdin or "",
    )  # fmt: skip


def test_document_shows_the_packages_own_file() -> None:
    assert (EXAMPLE / "pyproject.toml").read_text("utf-8") in DOCUMENT


def test_commands_in_the_document_work(installed: Path, tmp_path: Path) -> None:
    (block,) = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    serving, secret, sign_in, organisations = block.splitlines()
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    env = environment(
        installed,
        XDG_CONFIG_HOME=str(folder / "config"),
        XDG_DATA_HOME=str(folder / "data"),
        HOME=str(folder),
    )

    def words(line: str) -> list[str]:
        return ["-m", "clientsync_tui", *line.partition("clientsync ")[2].split()]

    box = subprocess.Popen(
        [sys.executable, *words(serving)], cwd=folder, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert box.stdout is not None and box.stdout.readline().startswith("ready ")
        piped = secret.partition(" | ")[0].removeprefix("printf ")
        done = python(*words(secret), env=env, cwd=folder, stdin=piped)
        assert done.returncode == 0, done.stderr
        signing = Started(
            subprocess.Popen(
                [sys.executable, *words(sign_in), "--no-browser"], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        link = signing.line("http")
        with httpx2.Client(trust_env=False, verify=False, follow_redirects=True) as browser:
            browser.get(f"{link}&prompt=none&login_hint=amelia.ferreira@example.com")
        assert signing.end().code == 0
        listed = python(*words(organisations), "--json", env=env, cwd=folder)
        assert len(json.loads(listed.stdout)) == 40, listed.stderr
    finally:
        box.terminate()
        box.wait()


#: One test of each part of the suite, for every way in which a test gets its arguments. All of it is run for the package's own apps.
PARTS = (
    "a_sign_in_says_who", "a_code_that_is_entered", "the_lists_are_whole", "limits_are_kept", "an_error_answer", "every_new_refresh_token",
    "an_answer_of_another_kind", "a_list_may_be_empty", "a_foreign_reply_changes_no_status", "one_bad_row_is_left_out",
)  # fmt: skip


@pytest.mark.long
def test_example_passes_the_conformance_suite(installed: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "suite.py", tmp_path)
    said = python(
        "-m", "pytest", "-p", "no:cacheprovider", "--rootdir=.", "-rA", "-k", " or ".join(PARTS), "suite.py",
        # The suite needs no plug-in of pytest.
        env=environment(installed, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"), cwd=tmp_path,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    for part in PARTS:
        # The example signs nobody in by a code.
        outcome = "SKIPPED" if part == "a_code_that_is_entered" else f"PASSED suite.py::test_{part}"
        assert outcome in said.stdout, part


BROKEN = {
    "raising": ("raise RuntimeError('a new version is needed')", "RuntimeError: a new version is needed"),
    "needy": ("import no_such_module_anywhere", "No module named"),
    "ending": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "old": ("class SOFTWARE: name = title = 'Old'", "it has no"),
}
"""Each broken plug-in's source by its name, and why it can't be loaded."""


@pytest.fixture(scope="module")
def broken(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one package per broken plug-in, beside the working one."""
    site = tmp_path_factory.mktemp("broken")
    shutil.copytree(installed, site, dirs_exist_ok=True)
    for name, (text, _) in BROKEN.items():
        package, about = site / f"{name}_books", site / f"{name}_books-1.0.dist-info"
        shutil.copytree(installed / "example_books", package)
        shutil.copytree(installed / "example_books-1.0.dist-info", about)
        for file in ("METADATA", "entry_points.txt"):
            written = (about / file).read_text("utf-8")
            (about / file).write_text(written.replace("example", name), "utf-8")
        for module in ("adapter.py", "personality.py"):
            (package / module).write_text(text, "utf-8")
    return site


#: Uses each of them in turn. Arguments: the configuration, and the names.
USER = """
import sys
from click.testing import CliRunner
from clientsync_tui.cli.main import root

for name in sys.argv[2:]:
    done = CliRunner().invoke(root, ["--config", sys.argv[1], "organisations", name])
    print(done.exit_code, " ".join(done.output.split()))
"""


def test_broken_plug_ins_are_left_out_and_reported(broken: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[practice]\nname = 'Tester'\ndatabase = 'practice.db'\n")
    config.chmod(0o600)
    env = environment(broken, XDG_DATA_HOME=str(tmp_path / "data"))
    line = ("-m", "clientsync_tui", "--config", str(config))
    said = python(*line, "software", "--json", env=env, cwd=tmp_path)
    names = {software["name"] for software in json.loads(said.stdout)}
    assert {"xero", "example"} <= names and not names & {*BROKEN}
    looked = json.loads(python(*line, "doctor", "--json", env=env, cwd=tmp_path).stdout)
    found = [check["says"] for check in looked if check["name"] == "plug-ins" and not check["ok"]]
    used = python("-c", USER, str(config), *BROKEN, env=env, cwd=tmp_path).stdout.splitlines()
    for (name, (_, why)), use in zip(BROKEN.items(), used, strict=True):
        sentence = f'The plug-in "{name}" of {name}-books 1.0 was left out ('
        of_it = [line for line in said.stderr.splitlines() if sentence in line]
        assert of_it and all(why in line for line in of_it), name
        # The adapter and the personality.
        assert sum(sentence in says for says in found) == 2, name
        assert use.startswith("2 ") and sentence in use, name
    # A sandbox goes without them, and a demo practice on that.
    begun = python(
        "-c",
        "from clientsync_tui.sandbox.registry import personalities; print(*personalities())",
        env=env, cwd=tmp_path,
    )  # fmt: skip
    played = set(begun.stdout.split())
    assert {"example", "freeagent", "quickbooks", "xero"} <= played and not played & {*BROKEN}


def test_throwaway_practice_starts_without_a_plug_ins_adapter(installed: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    (site / "example_books" / "adapter.py").write_text(BROKEN["raising"][0])
    begun = subprocess.run(
        [sys.executable, "-m", "clientsync_tui.demo.throwaway"],
        input="", capture_output=True, text=True, timeout=100, env=environment(site), cwd=tmp_path,
    )  # fmt: skip
    assert begun.returncode == 0 and "\nready " in begun.stdout, begun.stderr
