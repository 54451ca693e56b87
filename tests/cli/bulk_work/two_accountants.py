"""A practice with two accountants, for tests of bulk commands that they use one after another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command, Said, keys
from tests.support.practice import Practice

BULK = {"job", "done", "failed", "skipped", "items"}
ITEM = frozenset({"client", "name", "organisation_id", "outcome", "reason"})


@dataclass
class Office:
    """A practice, its command line, and the e-mail addresses of two accountants. The first one reaches all twelve organisations."""

    practice: Practice
    cli: Command
    ann: str
    bob: str

    def bulk(self, *words: str) -> tuple[int, int, int, int]:
        """A bulk command's status and counts, its JSON looked at."""
        return counted(self.cli.inside(*words, "--json"))

    def statuses(self) -> dict[str, str]:
        clients = self.cli.inside("clients", "--json").json
        return {c["id"]: i["status"] for c in clients for i in c["integrations"]}

    def last_seq(self) -> int:
        return max((entry["seq"] for entry in self.cli.inside("log", "--json").json), default=0)

    def kinds_after(self, seq: int) -> list[str]:
        return [entry["kind"] for entry in self.cli.inside("log", "--json").json if entry["seq"] > seq]


def counted(said: Said) -> tuple[int, int, int, int]:
    document = said.json
    assert document.keys() == BULK
    assert keys(document["items"]) <= {ITEM}
    for outcome in ("done", "failed", "skipped"):
        of_that = [item for item in document["items"] if item["outcome"] == outcome]
        assert document[outcome] == len(of_that)
        assert all((item["reason"] is None) == (outcome == "done") for item in of_that)
    return said.code, document["done"], document["failed"], document["skipped"]


@pytest.fixture
def office(made: Callable[[Running], Practice]) -> Iterator[Office]:
    """No one has signed in yet. Each practice has its own sandbox, because sandboxes limit each organisation's calls per minute."""
    with running(Options(organisations=12, limits=False, hostile=True)) as box:
        practice = made(box)
        yield Office(practice, Command(practice.config), practice.people[0], practice.people[1])


@pytest.fixture
def busy(office: Office) -> Office:
    """Bob added the nine that he reaches, then Ann the rest."""
    office.practice.sign_in(office.bob)
    assert office.bulk("add", "xero", "--all") == (0, 9, 0, 0)
    office.practice.sign_in(office.ann)
    assert office.bulk("add", "xero", "--all") == (0, 3, 0, 9)
    return office
