"""The practice of `clientsync --sandbox`: it looks like a real one, and everything in it can be tried."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from clientsync_tui.demo import demo_practice
from clientsync_tui.practice.model import Client, Integration
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.sandbox.config import software_tables
from clientsync_tui.sandbox.server import running
from clientsync_tui.workplace import Workplace
from tests.support.command import Command
from tests.support.practice import cheap_keyring

LEFT = "Grace Haddad"
SATURDAY = 5


@dataclass(frozen=True)
class Demo:
    """The practice as created. `counted`: the reported progress."""

    workplace: Workplace
    folder: Path
    counted: list[tuple[int, int]]

    def integrations(self) -> list[tuple[Client, Integration]]:
        return self.workplace.store.clients.integrations(None, datetime.now(UTC))

    def says(self, *words: str) -> Any:
        return Command(self.folder / "config.toml").inside(*words, "--json").json


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, counted = tmp_path_factory.mktemp("demo"), list[tuple[int, int]]()
    with pytest.MonkeyPatch.context() as patch, running(demo_practice.options()) as sandbox:
        for name, value in cheap_keyring(folder).items():
            patch.setenv(name, value)
        tables = {
            "practice": {"name": "Demo", "database": "practice.db"},
            "software": software_tables(sandbox.url),
        }
        (folder / "config.toml").write_text(tomlkit.dumps(tables))
        workplace = Workplace.open(folder / "config.toml")
        asyncio.run(demo_practice.prepare(workplace, sandbox, lambda done, of: counted.append((done, of))))
        yield Demo(workplace, folder, counted)
        workplace.close()


def test_clients_have_plain_names_and_one_or_two_apps(demo: Demo) -> None:
    clients = {client.id: client for client, _ in demo.integrations()}
    assert 70 < len(clients) < 130
    assert all(client.name.isprintable() and len(client.name) < 40 for client in clients.values())
    assert Counter(len(client.integrations) for client in clients.values()).keys() == {1, 2}
    assert all(client.practice_code for client in clients.values())
    assert len({client.practice_code for client in clients.values()}) == len(clients)
    assert len({client.team for client in clients.values()}) == 4
    assert any(client.note for client in clients.values())


def test_dates_are_working_days_of_the_last_weeks(demo: Demo) -> None:
    now = datetime.now(UTC)
    days = {link.connected_at.date() for _, link in demo.integrations()}
    assert all(day.weekday() < SATURDAY for day in days)
    assert len(days) > 25 and max(days) >= (now - timedelta(days=6)).date()
    recent = [link.refreshed_at for _, link in demo.integrations() if link.refreshed_at]
    assert max(recent) > now - timedelta(days=7)


def test_every_reason_occurs_once_or_twice_beside_the_leaver_and_the_idle(demo: Demo) -> None:
    of_one = Counter(
        link.standing.reason for _, link in demo.integrations() if link.standing.status is Status.BROKEN
    )
    assert set(of_one) == {
        Reason.ACCESS_REMOVED,
        Reason.DISCONNECTED_THERE,
        Reason.ORGANISATION_CLOSED,
        Reason.PERMISSION_MISSING,
        Reason.UNPAID,
    }
    assert set(of_one.values()) <= {1, 2}
    others = {link.standing.reason for _, link in demo.integrations()} - set(of_one)
    assert others == {
        None,
        Reason.SIGN_IN_ENDING,
        Reason.SIGN_IN_LAPSED,
        Reason.SIGN_IN_REFUSED,
        Reason.DISCONNECTED_HERE,
    }


def test_leavers_sign_ins_were_refused_in_every_app(demo: Demo) -> None:
    left = [link for _, link in demo.integrations() if link.integrated_by.name == LEFT]
    assert {link.standing.reason for link in left} == {Reason.SIGN_IN_REFUSED}
    assert {link.software for link in left} == {app.name for app in demo.workplace.softwares()}


def test_list_says_what_the_sandbox_answers(demo: Demo) -> None:
    """After a check, the working integrations work, and those that can't be fixed from here are broken for the same reason."""
    before = {(link.software, link.organisation_id): link.standing for _, link in demo.integrations()}
    demo.says("check", "--software", "xero")
    fixed_meanwhile = Reason.PERMISSION_MISSING
    for _, link in demo.integrations():
        expected = before[link.software, link.organisation_id]
        if expected.reason is not fixed_meanwhile:
            assert link.standing == expected


def test_some_organisations_are_new_and_two_jobs_are_in_the_history(demo: Demo) -> None:
    listed = demo.says("organisations", "xero")
    assert Counter(organisation["state"] for organisation in listed)["new"] >= 5
    jobs = demo.says("jobs")[-2:]
    assert [(job["kind"], job["state"]) for job in jobs] == [("refresh", "done"), ("add", "done")]
    assert jobs[0]["failed"] == 1 and jobs[1]["failed"] == 0


def test_progress_is_reported_for_every_integration(demo: Demo) -> None:
    total = len(demo.integrations())
    assert demo.counted == [(number, total) for number in range(1, total + 1)]
