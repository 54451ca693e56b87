"""The bench's command: what it refuses, and how it says so."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_unknown_measure_is_refused_and_the_known_are_named():
    run = subprocess.run(
        [sys.executable, "-m", "bench", "nonsense"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 2
    assert "no measure nonsense" in run.stderr
    assert "select_table" in run.stderr
