"""A practice on a sandbox with all three accounting apps, four organisations in each.

In a test module: `from tests.cli.bulk_work.three_apps import cli, practice` makes the fixtures available there.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command
from tests.support.practice import Practice

ONE, MANY, OTHER = "quickbooks", "xero", "freeagent"
LINK = r"(?m)^(http://127\.0\.0\.1:\d+/quickbooks/\S+)\r?\n"


@pytest.fixture
def practice(made: Callable[[Running], Practice]) -> Iterator[Practice]:
    with running(Options(softwares=(ONE, MANY, OTHER), organisations=4, limits=False, lines=3)) as box:
        practice = made(box)
        practice.keep_secrets()
        yield practice


@pytest.fixture
def cli(practice: Practice) -> Command:
    return Command(practice.config)


def company(practice: Practice, place: int) -> str:
    return practice.sandbox.world.id_of(ONE, place)


def consent(practice: Practice, *places: int, who: int = 0) -> None:
    for place in places:
        practice.sign_in(practice.people[who], [company(practice, place)], ONE)


def statuses(cli: Command) -> Counter[tuple[str, str]]:
    clients = cli.inside("clients", "--json").json
    return Counter((link["software"], link["status"]) for each in clients for link in each["integrations"])


def everywhere(practice: Practice, cli: Command) -> None:
    """Clients of all three, added by the first person."""
    for software in (MANY, OTHER):
        practice.sign_in(practice.people[0], software=software)
    consent(practice, 0, 1)
    for software in (ONE, MANY, OTHER):
        said = cli.inside("add", software, "--all", "--json")
        assert (said.code, said.json["failed"]) == (0, 0)
