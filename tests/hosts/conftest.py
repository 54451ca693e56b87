"""What the tests of shared practices share. The server is here because a module that imports its fixture would start its own."""

from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from tests.support.hosts import Host, shared
from tests.support.postgres import Database, postgres, server

__all__ = ["postgres", "server"]


@pytest.fixture
def hosts(tmp_path: Path, postgres: Database) -> tuple[Host, Host]:
    """An admin's and a member's host, which share a practice with one client."""
    ann, ben = shared(tmp_path, postgres, "ann", "ben")
    body = {"name": "Abbey", "details": {"country": "GB", "city": "Leeds"}}
    with ann.workplace() as workplace:
        workplace.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", "c1", body=body))
    return ann, ben
