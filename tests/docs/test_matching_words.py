"""The guide explains how organisations are matched in the words that the history uses."""

from pathlib import Path

from clientsync_tui.practice.entries import Entry, Kind
from clientsync_tui.practice.model import Client
from clientsync_tui.sync.history import described
from clientsync_tui.sync.reach.matching import Matcher


def client(id: str, name: str, code: str | None, tax_number: str) -> Client:
    return Client(0, id, name, code, None, "", {"tax_number": tax_number})


def test_guide_names_every_way_an_organisation_is_recognised() -> None:
    matcher = Matcher(
        [client("c1", "Abbey Ltd", "ABB01", "GB 1"), client("c2", "Baker Ltd", None, "2")], "xero"
    )
    guide = " ".join(Path("docs/guide.md").read_text("utf-8").split())
    for name, details in (("Other", {"tax_number": "gb1"}), ("BAKER LTD", {}), ("Books of ABB01", {})):
        match = matcher.match(name, details)
        assert match is not None
        body = {"organisation_name": name, "sign_in": "s1", "linked_by": match.by}
        entry = Entry(Kind.INTEGRATION_CONNECTED, "ann", "c1", "xero", "o1", body, 1, "2026-11-18T12:00:00Z")
        assert described(entry) == f"integrated with {name}, linked by {match.by}"
        assert f'"linked by {match.by}"' in guide
