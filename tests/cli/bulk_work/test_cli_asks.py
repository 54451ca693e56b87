"""Commands ask before they end or replace something, and say what is missing."""

import pytest

from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.sync.kinds.seam import registry
from clientsync_tui.sync.kinds.seam.kind import Request
from clientsync_tui.workplace import Workplace
from tests.cli.bulk_work.two_accountants import Office, busy, counted, office
from tests.support.command import Command
from tests.support.practice import Practice

__all__ = ["busy", "office"]


@pytest.mark.parametrize(
    "words",
    [
        ("add", "xero"),
        ("add", "xero", "--all", "--organisation", "x"),
        ("reconnect", "xero"),
        ("reassign", "xero"),
        ("reassign", "xero", "--all", "--from", "x"),
        ("refresh",),
        ("disconnect", "--yes"),
        ("disconnect", "--yes", "--all", "--client", "x"),
        ("sign-out", "--yes"),
        ("sign-out", "--yes", "xero", "--all"),
        ("check", "--software", "xerro"),
        ("refresh", "--client", "nobody"),
    ],
    ids=" ".join,
)
def test_missing_values_are_asked_for(cli: Command, words: tuple[str, ...]) -> None:
    said = cli.inside(*words)
    assert (said.code, said.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    [
        ("disconnect", "--all"),
        ("sign-out", "xero"),
        ("sign-out", "--all"),
        ("restore", "copy.db"),
        ("change", "--client", "C1", "--to", "xero", "--organisation", "x"),
    ],
    ids=" ".join,
)
def test_nothing_is_ended_without_a_terminal_or_yes(
    cli: Command, practice: Practice, words: tuple[str, ...]
) -> None:
    assert cli.inside("backup", "--yes", str(practice.folder / "copy.db")).code == 0
    words = tuple(str(practice.folder / word) if word == "copy.db" else word for word in words)
    before = cli.inside("log", "--json").out, sorted(practice.folder.glob("practice.db*"))
    for said in (cli.inside(*words), cli.inside(*words, "--json")):
        assert (said.code, said.out) == (2, "") and "add --yes" in said.err
    assert (cli.inside("log", "--json").out, sorted(practice.folder.glob("practice.db*"))) == before
    assert "add --yes" not in cli.inside(*words, "--yes").err


def test_resuming_a_job_that_ends_something_needs_yes(busy: Office) -> None:
    gone_on = busy.cli.inside("jobs", "resume", stopped(busy, "refresh"))
    assert gone_on.code == 0 and "Refresh: 12 integrations to do." in gone_on.err
    job = stopped(busy, "disconnect")
    for words in (("jobs", "resume", job), ("jobs", "retry", job, "--json")):
        refused = busy.cli.inside(*words)
        assert (refused.code, refused.out) == (2, "") and "add --yes" in refused.err
        assert "Disconnect: 12 integrations to do." in refused.err
    assert set(busy.statuses().values()) == {"connected"}
    assert counted(busy.cli.inside("jobs", "resume", job, "--json", "--yes")) == (0, 12, 0, 0)


def stopped(office: Office, kind: str) -> str:
    """A job that is saved but not started."""

    async def work(workplace: Workplace, session: Session) -> str:
        held = {sign_in.id for sign_in in workplace.held()}
        plan = registry.kind(kind).plan(Request(workplace.store, None, None, held))
        return workplace.store.jobs.create(plan, "ann@example.com")

    return office.practice.do(work)
