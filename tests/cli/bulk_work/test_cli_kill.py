"""Bulk work that is cut off: killed at every call of an add, interrupted once and twice, the sandbox gone in the middle."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import PATIENCE_S, Command
from tests.support.practice import Practice

pytestmark = pytest.mark.long

FEW = 2
SOME = 24
MANY = 80
BEGUN = 60
"""Calls after which some of many organisations have been started, and some not."""
WELL_BEGUN = 370
"""Calls after which some are done, and some not started."""


@dataclass
class Ground:
    """A sandbox, and practices on it."""

    box: Running
    made: Callable[[Running], Practice]

    def practice(self) -> Command:
        """A new practice where someone who reaches everything is signed in."""
        practice = self.made(self.box)
        practice.sign_in(practice.people[0])
        return Command(practice.config)

    def copy(self, cli: Command, folder: Path) -> Command:
        """A copy of the practice's present state in another folder. It uses the same keyring, and so the same sign-in."""
        shutil.copytree(cli.config.parent, folder)
        return Command(folder / cli.config.name)

    def calls(self) -> int:
        return self.box.sandbox.calls.total

    def until_calls(self, count: int, runs: Callable[[], bool]) -> None:
        """Waits until the sandbox has answered that many calls, or the command has ended."""
        end = time.monotonic() + PATIENCE_S
        while runs() and self.calls() < count:
            assert time.monotonic() < end
            time.sleep(0.001)


@pytest.fixture
def few(made: Callable[[Running], Practice]) -> Iterator[Ground]:
    with running(Options(organisations=FEW, limits=False, latency_s=0.01)) as box:
        yield Ground(box, made)


@pytest.fixture
def some(made: Callable[[Running], Practice]) -> Iterator[Ground]:
    with running(Options(organisations=SOME, limits=False, latency_s=0.03)) as box:
        yield Ground(box, made)


@pytest.fixture
def many(made: Callable[[Running], Practice]) -> Iterator[Ground]:
    """Enough organisations, and slow enough, to be interrupted in the middle."""
    with running(Options(organisations=MANY, limits=False, latency_s=0.03)) as box:
        yield Ground(box, made)


def whole(cli: Command, organisations: int) -> None:
    """Nothing is lost or doubled, and no job is left to resume."""
    clients = cli.inside("clients", "--json").json
    links = [link["organisation_id"] for client in clients for link in client["integrations"]]
    assert len(clients) == len(links) == len(set(links)) == organisations
    kinds = [entry["kind"] for entry in cli.inside("log", "--json").json]
    assert kinds.count("client_added") == kinds.count("integration_connected") == organisations
    assert [job for job in cli.inside("jobs", "--json").json if job["waiting"]] == []


def test_add_killed_at_any_call_completes_when_run_again(few: Ground, tmp_path: Path) -> None:
    base = few.practice()
    cli = few.copy(base, tmp_path / "whole")
    before = few.calls()
    assert cli.inside("add", "xero", "--all").code == 0
    whole(cli, FEW)
    steps = few.calls() - before
    assert steps > 2 + 4 * FEW, "renewing, listing, and for each organisation its details and lists"
    cut_off = 0
    for step in range(1, steps + 1):
        # Each organisation limits calls per minute, and these are the same two each time.
        few.box.advance(61)
        cli = few.copy(base, tmp_path / str(step))
        adding = cli.start("add", "xero", "--all")
        few.until_calls(few.calls() + step, adding.runs)
        cut_off += adding.kill().code == -signal.SIGKILL
        done = len(cli.inside("clients", "--json").json)
        waiting = [job for job in cli.inside("jobs", "--json").json if job["waiting"]]
        if waiting and step % 2:
            assert cli.inside("jobs", "resume", waiting[0]["id"]).code == 0
        said = cli.inside("add", "xero", "--all", "--json")
        assert said.code == 0
        assert said.json["done"] == (0 if waiting and step % 2 else FEW - done)
        whole(cli, FEW)
        assert cli.inside("add", "xero", "--all", "--json").json["done"] == 0
    # On a busy machine, a kill may come late.
    assert cut_off >= steps // 2, "half of the steps are before the end"


def test_first_interrupt_finishes_what_runs_and_says_how_to_continue(many: Ground) -> None:
    cli = many.practice()
    started = cli.start("add", "xero", "--all", "--json")
    many.until_calls(many.calls() + BEGUN, started.runs)
    started.process.send_signal(signal.SIGINT)
    said = started.end()
    assert said.code == 1
    assert "Finishing items in progress" in said.err
    left = cli.inside("jobs", "--json").json[0]
    assert left["state"] == "paused" and left["waiting"] > 0 and left["done"] > 0
    assert f"{left['waiting']} clients left: clientsync jobs resume {left['id']}" in said.err
    assert said.json["done"] == left["done"] == len(cli.inside("clients", "--json").json)
    assert cli.inside("jobs", "resume", left["id"]).code == 0
    whole(cli, MANY)


def test_second_interrupt_stops_at_once_and_a_job_can_be_cancelled(many: Ground) -> None:
    cli = many.practice()
    started = cli.start("add", "xero", "--all", "--json")
    many.until_calls(many.calls() + BEGUN, started.runs)
    started.process.send_signal(signal.SIGINT)
    started.line("Finishing items in progress")
    started.process.send_signal(signal.SIGINT)
    said = started.end()
    assert said.code == 1
    job = cli.inside("jobs", "--json").json[0]
    assert job["waiting"] > 0
    assert cli.inside("jobs", "cancel", job["id"]).code == 0
    after = cli.inside("jobs", "--json").json[0]
    assert (after["state"], after["waiting"], after["skipped"]) == ("cancelled", 0, job["waiting"])
    assert cli.inside("add", "xero", "--all", "--json").json["done"] == job["waiting"]
    whole(cli, MANY)


def test_two_at_once_add_nothing_twice(some: Ground) -> None:
    cli = some.practice()
    both = [cli.start("add", "xero", "--all", "--json") for _ in range(2)]
    said = [each.end() for each in both]
    assert [each.code for each in said] == [0, 0]
    assert sum(each.json["done"] for each in said) == SOME
    whole(cli, SOME)


def test_software_gone_in_the_middle_fails_the_rest_with_the_reason(many: Ground) -> None:
    cli = many.practice()
    started = cli.start("add", "xero", "--all", "--json")
    many.until_calls(many.calls() + WELL_BEGUN, started.runs)
    many.box.fault("unavailable")
    said = started.end()
    assert said.code == 1
    assert said.json["done"] + said.json["failed"] == MANY
    assert {item["reason"] for item in said.json["items"]} == {None, "server_error"}
    many.box.fault("clear")
    assert cli.inside("jobs", "retry", said.json["job"]).code == 0
    whole(cli, MANY)
