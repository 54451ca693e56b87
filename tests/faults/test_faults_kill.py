"""Bulk commands killed at a random instant and run again: nothing lost, nothing doubled, nothing left to do."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from tests.faults.ground import Ground, nothing_lost, nothing_waits, somebody, state

ORGANISATIONS = 12
BEGUN = 4
"""Calls after which a command has started its first item, by the slowest way there."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A practice whose second person's clients are expired, broken and well."""
    folder = tmp_path_factory.mktemp("faults")
    options = Options(organisations=ORGANISATIONS, softwares=("xero",), limits=False, latency_s=0.02)
    with running(options) as box, somebody(folder):
        yield Ground.made(box, folder / "practice")


@pytest.mark.parametrize("command", ["reassign xero --all", "refresh --all", "reconnect xero --all"])
def test_killed_command_completes_when_run_again(ground: Ground, tmp_path: Path, command: str) -> None:
    words = command.split()
    here = ground.copy(tmp_path / "practice")
    if words[0] == "reconnect":
        here.box.fault("revoke", person=here.practice.people[1])
        assert here.cli.inside("check").code == 3
    before = state(here.database)
    calls = random.Random(command).randint(BEGUN, BEGUN + len(before.clients) // 2)
    assert here.killed_after(calls, here.cli.start(*words))
    between = state(here.database)
    nothing_lost(before, between)
    result = here.cli.inside(*words, "--json")
    assert result.code == 0, result
    after = state(here.database)
    nothing_lost(between, after)
    nothing_waits(here.database)
