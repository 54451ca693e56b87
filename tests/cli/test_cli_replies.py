"""Replies that are not the accounting app's own, or only in part, as a whole practice meets them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from clientsync_tui.practice.status import Fault
from clientsync_tui.sandbox.errors import ErrorAnswer
from clientsync_tui.sandbox.faults import Target
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.scripts import Script
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command
from tests.support.practice import Practice

PAGE = "<html><head><title>Request blocked</title></head><body><h1>403 ERROR</h1></body></html>"
XERO = ("xero",)


@dataclass
class Office:
    """Everybody signs in by hand; the first person reaches every organisation."""

    box: Running
    practice: Practice
    cli: Command

    def said(self, *words: str) -> str:
        told = self.cli.inside(*words)
        return told.out + told.err

    def links(self) -> list[dict[str, object]]:
        return [link for each in self.cli.inside("clients", "--json").json for link in each["integrations"]]


@pytest.fixture
def office(made: Callable[[Running], Practice], request: pytest.FixtureRequest) -> Iterator[Office]:
    softwares = getattr(request, "param", XERO)
    with running(Options(organisations=12, limits=False, softwares=softwares)) as box:
        practice = made(box)
        yield Office(box, practice, Command(practice.config))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_page_of_a_filter_marks_no_client(office: Office, status: int) -> None:
    office.practice.add(office.practice.people[0])
    page = ErrorAnswer("a page", "api", status, PAGE, Fault.NONSENSE)
    for link in office.links():
        office.box.script(Script("api", Target("xero", organisation=str(link["organisation_id"])), page))
    said = office.cli.inside("check", "--json")
    assert said.code == 1 and {item["reason"] for item in said.json["items"]} == {"nonsense"}
    links = office.links()
    assert [link["status"] for link in links] == ["connected"] * 12
    assert all("nonsense" in str(link["last_fault"]) for link in links)
    assert "an HTML page; a proxy or filter may be in the way" in office.said("check")
