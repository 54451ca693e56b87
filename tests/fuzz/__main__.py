"""`python -m tests.fuzz NAME [SECONDS]`: tries inputs until the time is over, with atheris if it is installed, else with Hypothesis.

`python -m tests.fuzz all SECONDS` does this for every parser in turn, and prints the counts as JSON.
"""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.inputs import CORPUS, corpus, mutated, mutated_json


def by_hypothesis(name: str, seconds: float) -> int:
    """How many inputs were tried in how many seconds."""
    from tests.fuzz.targets import TARGETS

    seeds, tried, end = list(corpus(name).values()), 0, time.monotonic() + seconds

    @settings(
        max_examples=100,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated_json(seeds) if name == "answers" else mutated(seeds))
    def batch(data: bytes) -> None:
        nonlocal tried
        tried += 1
        TARGETS[name](data)

    while time.monotonic() < end:
        batch()
    return tried


def by_atheris(name: str, seconds: float) -> None:
    """Ends the process itself. atheris prints how many inputs were tried."""
    import atheris  # pyright: ignore[reportMissingImports]

    # atheris only observes the code paths of modules imported here.
    with atheris.instrument_imports(include=["clientsync_tui"]):
        from tests.fuzz.targets import TARGETS
    found = tempfile.mkdtemp(
        prefix=f"fuzz-{name}-"
    )  # inputs that took a new code path are written to the first folder
    atheris.Setup(
        [name, f"-max_total_time={int(seconds)}", "-print_final_stats=1", found, str(CORPUS / name)],
        TARGETS[name],
    )
    atheris.Fuzz()


def every(seconds: float) -> dict[str, int]:
    """How many inputs each parser accepted or refused with a message. Any other outcome ends it."""
    from tests.fuzz.targets import TARGETS

    tried: dict[str, int] = {}
    for name in TARGETS:
        # One process each, because atheris ends the process it runs in.
        line = [sys.executable, "-m", "tests.fuzz", name, str(seconds)]
        process = subprocess.run(line, capture_output=True, text=True, check=False)
        found = re.search(
            r"number_of_executed_units: (\d+)|^([\d,]+) inputs to",
            process.stdout + process.stderr,
            re.MULTILINE,
        )
        if process.returncode or found is None:
            sys.exit(f"{name}:\n{process.stdout}{process.stderr}")
        tried[name] = int((found[1] or found[2]).replace(",", ""))
    return tried


if __name__ == "__main__":
    if sys.argv[1] == "all":
        tried = every(float(sys.argv[2]))
        print(json.dumps({**tried, "inputs": sum(tried.values()), "parsers": len(tried)}, indent=1))
        sys.exit()
    name, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1e9
    with contextlib.suppress(ImportError):
        by_atheris(name, seconds)
    print(f"{by_hypothesis(name, seconds):,} inputs to {name}, each taken or refused in words")
