"""A practice with two accountants, and `clientsync menu` on it.

In a test module: `from tests.cli.menu.office import busy, office` makes the fixtures available there.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command
from tests.support.practice import Practice

CLIENTS, CLIENT_SYNC, JOBS, HISTORY, UNDO = "clients", "open client sync", "jobs", "history", "undo"
XERO = (CLIENT_SYNC, "xero")
"""The answers that lead to some menus."""


@contextmanager
def answering(answers: Sequence[str]) -> Iterator[None]:
    """Makes the answers this process's input: a line each, then the end."""
    before = os.dup(0)
    with tempfile.TemporaryFile() as file:
        file.write("".join(f"{answer}\n" for answer in answers).encode())
        file.seek(0)
        os.dup2(file.fileno(), 0)
        try:
            yield
        finally:
            os.dup2(before, 0)
            os.close(before)


@dataclass
class Office:
    """A practice whose first accountant reaches all twelve organisations, and the second nine."""

    practice: Practice
    cli: Command
    ann: str
    bob: str

    def menu(self, *answers: str) -> str:
        """What the menu prints for these answers; then its input ends."""
        with answering(answers):
            said = self.cli.inside("menu")
        assert said.code == 0, said.err
        assert "\x1b" not in said.out + said.err and "\r" not in said.out + said.err
        return said.out + said.err

    def links(self) -> list[dict[str, object]]:
        return [link for each in self.cli.inside("clients", "--json").json for link in each["integrations"]]

    def statuses(self) -> list[object]:
        return [link["status"] for link in self.links()]

    def emails(self) -> set[str]:
        return {link["integrated_by"]["email"] for link in self.links()}  # pyright: ignore

    def names(self) -> list[str]:
        return [each["name"] for each in self.cli.inside("clients", "--json").json]


@pytest.fixture
def office(made: Callable[[Running], Practice]) -> Iterator[Office]:
    """No one has signed in yet."""
    with running(Options(organisations=12, limits=False, hostile=True)) as box:
        practice = made(box)
        yield Office(practice, Command(practice.config), practice.people[0], practice.people[1])


@pytest.fixture
def busy(office: Office) -> Office:
    """Bob added nine clients; Ann is signed in last."""
    office.practice.add(office.bob)
    office.practice.sign_in(office.ann)
    return office
