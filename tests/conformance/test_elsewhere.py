"""A package of someone else's: built and run as the document says, used by the program, and left out if it is broken."""

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


def test_it_is_tried_by_hand_as_the_document_says(installed: Path, tmp_path: Path) -> None:
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


@pytest.mark.long
def test_it_passes_the_suite(installed: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "suite.py", tmp_path)
    # What takes long is shown with the package's own apps.
    quick = "not nonsense and not token and not unused and not late and not foreign"
    said = python(
        "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir=.", "-k", quick, "suite.py",
        env=environment(installed), cwd=tmp_path,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    passed = re.search(r"(\d+) passed", said.stdout)
    assert passed and int(passed[1]) > 15, said.stdout


BROKEN = {
    "it raises": ("raise RuntimeError('a new version is needed')", "RuntimeError: a new version is needed"),
    "it needs what is not there": ("import no_such_module_anywhere", "No module named"),
    "it ends the program": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "it is of another time": ("class SOFTWARE: name = title = 'Old'", "it has no"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_broken_plug_in_is_left_out_and_said(installed: Path, tmp_path: Path, how: str) -> None:
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    text, why = BROKEN[how]
    (site / "example_books" / "adapter.py").write_text(text)
    (site / "example_books" / "personality.py").write_text(text)
    config = tmp_path / "config.toml"
    config.write_text("[practice]\nname = 'Tester'\ndatabase = 'practice.db'\n")
    config.chmod(0o600)
    env = environment(site, XDG_DATA_HOME=str(tmp_path / "data"))
    line = ("-m", "clientsync_tui", "--config", str(config))
    said = python(*line, "software", "--json", env=env, cwd=tmp_path)
    names = {software["name"] for software in json.loads(said.stdout)}
    assert "xero" in names and "example" not in names
    sentence = 'The plug-in "example" of example-books 1.0 was left out ('
    assert sentence in said.stderr and why in said.stderr
    looked = json.loads(python(*line, "doctor", "--json", env=env, cwd=tmp_path).stdout)
    found = [each for each in looked if each["name"] == "plug-ins"]
    assert [each["ok"] for each in found] == [False, False] and all(
        sentence in each["says"] for each in found
    )
    used = python(*line, "organisations", "example", env=env, cwd=tmp_path)
    assert used.returncode == 2 and sentence in used.stderr
    # A sandbox goes without it, and a demo practice on that.
    begun = python(
        "-c",
        "from clientsync_tui.sandbox.registry import personalities; print(*personalities())",
        env=env, cwd=tmp_path,
    )  # fmt: skip
    assert {"freeagent", "quickbooks", "xero"} <= set(begun.stdout.split()) and "example" not in begun.stdout


def test_throwaway_practice_starts_without_a_plug_ins_adapter(installed: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    (site / "example_books" / "adapter.py").write_text(BROKEN["it raises"][0])
    begun = subprocess.run(
        [sys.executable, "-m", "clientsync_tui.demo.throwaway"],
        input="", capture_output=True, text=True, timeout=100, env=environment(site), cwd=tmp_path,
    )  # fmt: skip
    assert begun.returncode == 0 and "\nready " in begun.stdout, begun.stderr
