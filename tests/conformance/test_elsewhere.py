"""A software in somebody else's package is found by its entry points, used by the program, and passes the suite."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parent / "example"
ROOT = Path(__file__).parents[2]


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(EXAMPLE), str(ROOT)))
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=EXAMPLE,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_it_is_among_the_softwares(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[practice]\nname = 'Tester'\ndatabase = 'practice.db'\n")
    said = python("-m", "clientsync_tui", "--config", str(config), "softwares", "--json")
    assert "example" in [software["name"] for software in json.loads(said.stdout)], said.stderr


def test_it_passes_the_suite() -> None:
    # What takes long is shown with the package's own softwares.
    quick = "not nonsense and not token and not unused and not late"
    said = python(
        "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir=.", "-k", quick, "suite.py"
    )
    assert said.returncode == 0, said.stdout
    passed = re.search(r"(\d+) passed", said.stdout)
    assert passed and int(passed[1]) > 15, said.stdout
