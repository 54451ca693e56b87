"""Reconnecting what lacks a permission: the program does not try the sign-in that lacks it again, but asks for a new one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.status import Reason
from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sandbox.consent.scripts import Script
from clientsync_tui.sandbox.misbehaviour.faults import Target
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support.command import Command, Terminal
from tests.support.practice import Practice

XERO = "xero"


@pytest.fixture
def practice(made: Callable[[Running], Practice]) -> Iterator[Practice]:
    with running(Options(softwares=(XERO,), organisations=2, limits=False, lines=3)) as box:
        practice = made(box)
        practice.keep_secrets()
        yield practice


@pytest.fixture
def cli(practice: Practice) -> Command:
    return Command(practice.config)


def lacks_permission(practice: Practice, organisation: str) -> None:
    """Makes the app say that a permission is missing there."""
    errors = practice.sandbox.sandbox.softwares[XERO].errors
    answer = next(
        error
        for error in errors
        if error.at == "api" and error.means is Reason.PERMISSION_MISSING and not error.renewed
    )
    practice.sandbox.script(Script("api", Target(XERO, None, organisation), answer))


def connected(practice: Practice) -> list[str]:
    """Two clients, integrated by the first person."""
    ids = [practice.sandbox.world.id_of(XERO, place) for place in range(2)]
    practice.add(practice.people[0], ids)
    return ids


def found_broken(practice: Practice, organisation: str, reason: Reason = Reason.PERMISSION_MISSING) -> None:
    """The same finding from a colleague's host or an earlier release, which recorded nothing about the sign-in itself."""

    async def find(workplace: Workplace, _: Session) -> None:
        store = workplace.store
        client = next(
            c
            for c, link in store.clients.integrations(XERO, datetime.now(UTC))
            if link.organisation_id == organisation
        )
        body = {"reason": reason, "was": None}
        store.ledger.append(NewEntry(Kind.FOUND_BROKEN, "colleague", client.id, XERO, organisation, body))

    practice.do(find)


@pytest.mark.parametrize("found_here", [True, False])
def test_sign_in_that_lacks_a_permission_is_replaced(
    practice: Practice, cli: Command, found_here: bool
) -> None:
    first, *_ = connected(practice)
    lacks_permission(practice, first)
    if found_here:
        assert cli.inside("check").code == 1
    else:
        found_broken(practice, first)
    waits = cli.inside("reconnect", XERO, "--all", "--json")
    assert waits.code == 3
    assert "permission_missing" not in waits.out
    practice.sandbox.unscripted()
    practice.sign_in(practice.people[0])
    done = cli.inside("reconnect", XERO, "--all", "--json")
    assert (done.code, done.json["done"]) == (0, 1)


def test_terminal_signs_in_again_at_once(practice: Practice, cli: Command) -> None:
    first, *_ = connected(practice)
    found_broken(practice, first)
    terminal = Terminal(cli, "reconnect", XERO, "--all")
    terminal.until("lacks a permission for 1 organisation")
    authorise(terminal.until(r"(?m)^(http://127\.0\.0\.1:\d+/xero/\S+)\r?$"), practice.people[0])
    terminal.until("reconnect: 1 integration done, 0 failed, 0 skipped")
    assert terminal.end() == 0


def test_client_without_a_missing_permission_is_reconnected_at_once(practice: Practice, cli: Command) -> None:
    first, second = connected(practice)
    found_broken(practice, first)
    found_broken(practice, second, Reason.DISCONNECTED_THERE)
    said = cli.inside("reconnect", XERO, "--all", "--json")
    assert (said.code, said.json["done"], said.json["failed"]) == (3, 1, 1)
    assert "lacks a permission for 1 organisation" in said.err and f"clientsync sign-in {XERO}" in said.err
    dry = cli.inside("reconnect", XERO, "--all", "--dry-run", "--json")
    assert (dry.code, dry.json["cannot"], dry.json["items"][0]["reason"]) == (0, 1, "permission_missing")
