"""Bulk jobs for as long as you like, with random faults; after each, everything that must hold is checked."""

import argparse
import json
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.registry import personalities as every
from clientsync_tui.sandbox.server import Running, running
from tests.faults.ground import Ground, explained, nothing_lost, somebody, state
from tests.support.command import Said, Started
from tests.support.practice import set_up

ORGANISATIONS = 60
"""In all accounting apps together."""
COMMANDS = (
    "add SOFTWARE --all",
    "reconnect SOFTWARE --all",
    "reassign SOFTWARE --all",
    "reconnect --all",
    "refresh --all",
    "check",
    "check --quick",
    "disconnect --yes --software SOFTWARE",
    "jobs retry",
    "jobs resume",
    "backup",
    "clients --json",
    "doctor --json",
)
REMOTE = (
    "unavailable",
    "hang",
    "garbage",
    "slow",
    "limit",
    "expire",
    "remove-access",
    "disconnect",
    "revoke",
)
MEMORY_MAY_GROW = 1.10
"""How much more memory the last quarter may use than the second. The first quarter fills the caches."""


class Soak:
    """One practice, a program that runs beside it all the time, and the random numbers."""

    def __init__(self, box: Running, folder: Path, seed: int) -> None:
        self.box = box
        self.dice = random.Random(seed)
        self.softwares = list(box.sandbox.softwares)
        folder.mkdir()
        practice = set_up(box, folder)
        practice.keep_secrets()
        self.ground = Ground(box, folder)
        first, second = practice.people[:2]
        for software in self.softwares:
            for organisations in self._consents(second, software):
                practice.add(second, organisations, software)
            for organisations in self._consents(first, software):
                practice.sign_in(first, organisations, software)
        self.counts: Counter[str] = Counter()
        self.memory: list[int] = []
        self.before = state(self.ground.database)

    def _consents(self, email: str, software: str) -> list[list[str] | None]:
        """What this person consents to: everything at once (None), or one organisation at a time if a consent covers one."""
        if self.box.sandbox.softwares[software].reach != "one":
            return [None]
        world = self.box.sandbox.world
        person = next(accountant for accountant in world.people if accountant.email == email)
        return [[world.id_of(software, place)] for place in world.reach(person)]

    def round(self) -> None:
        """Sets a fault in the app or none, runs a command with a fault of its own or none, and checks everything."""
        if self.dice.random() < 0.4:
            self._remote()
        fault = self.dice.choice(
            (
                self._left_alone,
                self._left_alone,
                self._killed,
                self._killed,
                self._interrupted,
                self._locked,
                self._full,
                self._two,
            )
        )
        fault(self._command())
        if self.dice.random() < 0.5:
            self.box.fault("clear")
            self._signed_in()
        after = state(self.ground.database)
        nothing_lost(self.before, after)
        self.before = after
        self.counts["checked completely"] += 1

    def _command(self) -> list[str]:
        software = self.dice.choice(self.softwares)
        words = self.dice.choice(COMMANDS).replace("SOFTWARE", software).split()
        if words[0] == "jobs":
            jobs = self.ground.cli.inside("jobs", "--json").json
            words = [*words, self.dice.choice(jobs)["id"]] if jobs else ["jobs"]
        return words

    def _remote(self) -> None:
        kind = self.dice.choice(REMOTE)
        person, software = self.dice.choice(self.ground.practice.people[:2]), self.dice.choice(self.softwares)
        self.box.fault(kind, software=software, person=person, times=self.dice.randint(1, 30), seconds=0.2)
        self.counts[f"software: {kind}"] += 1

    def _signed_in(self) -> None:
        for person in self.ground.practice.people[:2]:
            if self.dice.random() < 0.5:
                software = self.dice.choice(self.softwares)
                consents = self._consents(person, software)
                self.ground.practice.sign_in(person, self.dice.choice(consents), software)
                self.counts["signed in again"] += 1

    def _ended(self, result: Said) -> None:
        self.counts[f"exit status {result.code}"] += 1
        if result.code not in (-signal.SIGKILL, -signal.SIGTERM):
            explained(result)

    def _left_alone(self, words: list[str]) -> None:
        self._ended(self.ground.cli.start(*words).end())

    def _later(self, started: Started, act: Callable[[], None]) -> None:
        """Does something at a random instant of a command's life."""
        end = time.monotonic() + self.dice.uniform(0.2, 2.5)
        while started.process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        if started.process.poll() is None:
            act()

    def _killed(self, words: list[str]) -> None:
        started = self.ground.cli.start(*words)
        self._later(started, started.process.kill)
        result = started.end()
        self.counts["killed"] += result.code == -signal.SIGKILL
        self._ended(result)

    def _interrupted(self, words: list[str]) -> None:
        started = self.ground.cli.start(*words)
        number = self.dice.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        self._later(started, lambda: started.process.send_signal(number))
        started.end()
        self.counts[f"ended by {number.name}"] += 1

    def _locked(self, words: list[str]) -> None:
        with closing(sqlite3.connect(self.ground.database, isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            started = self.ground.cli.start(*words)
            self._later(started, lambda: None)
            other.execute("ROLLBACK")
        self._ended(started.end())
        self.counts["database locked"] += 1

    def _full(self, words: list[str]) -> None:
        size = self.ground.database.stat().st_size + self.dice.randint(0, 200_000)
        process = subprocess.run(
            self.ground.cli.line(*words),
            input="",
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )
        self._ended(Said(process.returncode, process.stdout, process.stderr))
        self.counts["disk full"] += 1

    def _two(self, words: list[str]) -> None:
        both = [self.ground.cli.start(*words) for _ in range(2)]
        for started in both:
            self._ended(started.end())
        self.counts["two at once"] += 1

    def listen(self, lasting: Started) -> None:
        """Reads the memory that the lasting program reported. Fails if the program has ended."""
        assert lasting.process.poll() is None, lasting.err
        assert "Traceback" not in lasting.err, lasting.err
        self.memory = [int(line) for line in lasting.out.split()]

    def sum(self, kind: str) -> int:
        """The sum of all counts whose names begin like this."""
        return sum(count for name, count in self.counts.items() if name.startswith(kind))

    def grown(self) -> float:
        """The lasting program's memory in its last quarter over that in its second."""
        quarter = len(self.memory) // 4
        return max(self.memory[-quarter:]) / max(self.memory[quarter : 2 * quarter]) if quarter else 1.0


def main() -> None:
    """Runs the soak."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--minutes", type=float, default=60)
    reader.add_argument("--seed", type=int, default=7)
    reader.add_argument("--software", action="append", default=[], metavar="NAME")
    arguments = reader.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        softwares = tuple(arguments.software) or tuple(every())
        options = Options(
            organisations=ORGANISATIONS // len(softwares), softwares=softwares, limits=False, latency_s=0.01
        )
        box = stack.enter_context(running(options))
        stack.enter_context(somebody(folder))
        soak = Soak(box, folder / "practice", arguments.seed)
        line = [sys.executable, "-m", "tests.faults.lasting", str(soak.ground.cli.config)]
        lasting = Started(
            subprocess.Popen(
                line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        stack.callback(lasting.kill)
        end = time.monotonic() + arguments.minutes * 60
        try:
            while time.monotonic() < end:
                soak.round()
                soak.listen(lasting)
                print(
                    soak.counts["checked completely"],
                    len(soak.before.hashes),
                    soak.memory[-1:],
                    file=sys.stderr,
                    flush=True,
                )
        finally:
            jobs, grown = len(soak.memory), round(soak.grown(), 3)
            facts = {
                **dict(sorted(soak.counts.items())),
                "ended by a signal": soak.sum("ended by "),
                "faults of the app": soak.sum("software: "),
                "jobs in one process": jobs,
                "its memory grew by": grown,
            }
            facts |= {"entries": len(soak.before.hashes), "clients": len(soak.before.clients)}
            print(json.dumps(facts, indent=1))
        assert soak.grown() <= MEMORY_MAY_GROW, soak.memory


if __name__ == "__main__":
    main()
