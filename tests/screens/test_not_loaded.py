"""Clients integrated with an app whose plug-in is gone: everything else works, and says so."""

from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from tests.support.clients import ANN, app_in, workplace_in
from tests.support.command import Command
from tests.support.pilot import run_app
from tests.support.practice import cheap_keyring, shown, until

APP = "lostbooks"
WHY = f"{APP}: its plug-in could not be loaded."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "keyring").mkdir()
    for name, value in cheap_keyring(tmp_path / "keyring").items():
        monkeypatch.setenv(name, value)


def filled(folder: Path) -> str:
    """A practice with one client of that app, whose user is signed in, and a waiting job. Returns the job's id."""
    workplace = workplace_in(folder)
    store = workplace.store
    person = {"id": "Ann", "name": "Ann", "email": ANN}
    store.ledger.append(
        NewEntry(Kind.SIGNED_IN, ANN, software=APP, body={"sign_in": f"{APP}:Ann", "person": person, "ends_at": None}),
        NewEntry(Kind.CLIENT_ADDED, ANN, "c1", body={"name": "Abbey Road Bakery"}),
        NewEntry(Kind.INTEGRATION_CONNECTED, ANN, "c1", APP, "o1", {"organisation_name": "Abbey", "sign_in": f"{APP}:Ann"}),
    )  # fmt: skip
    store.sign_ins.hold(f"{APP}:Ann", workplace.holder)
    store.contacts.fault(APP, "o1", "unreachable")
    item = PlanItem(Will.DO, "c1", "Abbey Road Bakery", APP, "o1", sign_in=f"{APP}:Ann")
    job = store.jobs.create(Plan("check", APP, None, (item,)), ANN)
    workplace.close()
    return job


async def test_connections_and_jobs_show_an_app_whose_plug_in_is_gone(tmp_path: Path) -> None:
    job = filled(tmp_path)
    app = app_in(tmp_path)
    async with run_app(app, size=(100, 40)) as pilot:
        app.open("connections", client="c1")
        await until(pilot, lambda: WHY in " ".join(shown(pilot).split()))
        assert "Abbey" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Manage" in shown(pilot) and shown(pilot).count(WHY) > 2)
        assert "Reconnect" in shown(pilot)
        await pilot.press("escape")
        app.open("jobs")
        await until(pilot, lambda: APP in shown(pilot) and "Check" in shown(pilot))
        app.open("job", job=job)
        await until(pilot, lambda: f"Check · {APP}" in shown(pilot))
        app.engine.run_job(job)
        await until(pilot, lambda: not app.workplace.store.jobs.one(job).left)
        (item,) = app.workplace.store.jobs.items(job)
        assert item.reason == "no_access" and APP in (item.says or "")
    app.workplace.close()


def test_command_line_shows_an_app_whose_plug_in_is_gone(tmp_path: Path) -> None:
    filled(tmp_path)
    cli = Command(tmp_path / "config.toml")
    listed = cli.inside("clients", "--software", APP)
    assert listed.code == 0 and "Abbey Road Bakery" in listed.out
    one = cli.inside("client", "Abbey Road Bakery")
    assert one.code == 0 and APP in one.out and WHY in one.out
    for words in (("check",), ("check", "--quick")):
        checked = cli.inside(*words)
        assert checked.code == 1 and APP in checked.err, (words, checked)


def test_signing_out_of_an_app_whose_plug_in_is_gone_forgets_it_here(tmp_path: Path) -> None:
    filled(tmp_path)
    said = Command(tmp_path / "config.toml").inside("sign-out", APP, "--yes")
    assert said.code == 1 and "This keyring held no token for it" in said.err, said
    workplace = workplace_in(tmp_path)
    assert not workplace.held(APP)
    workplace.close()
