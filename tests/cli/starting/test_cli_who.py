"""Who is who: what a person holds and did does not depend on the host's name or on what the environment calls them."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from clientsync_tui.host import this_user
from clientsync_tui.signin.vault import SERVICE
from clientsync_tui.sync.jobs.engine import Engine
from tests.cli.menu.office import Office, office
from tests.signin.keyrings import Folder
from tests.support.command import PATIENCE_S
from tests.support.inside import database_of

__all__ = ["office"]


@pytest.fixture
def alone(office: Office) -> Office:
    """Bob added nine clients, and no one else ever signed in."""
    office.practice.add(office.bob)
    return office


@pytest.fixture
def no_keyring(alone: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty keyring whose file is elsewhere. To the program it is another user's."""
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def held_by(office: Office) -> list[str]:
    workplace = office.practice.workplace()
    rows = database_of(workplace.store).connection.execute("SELECT holder FROM held").fetchall()
    workplace.close()
    return [row[0] for row in rows]


def hold_as(office: Office, holder: str) -> None:
    workplace = office.practice.workplace()
    with database_of(workplace.store).writing() as db:
        db.execute("UPDATE held SET holder = ?", (holder,))
    workplace.close()


@pytest.mark.parametrize(
    "names", [{"LOGNAME": "mallory", "USER": "mallory"}, {"HOSTNAME": "elsewhere"}], ids=str
)
def test_environment_does_not_change_the_holder_or_the_actor(
    alone: Office, names: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    checked = alone.cli.run("check", "--json")
    assert (checked.code, checked.json["done"]) == (0, 9)
    client = alone.cli.inside("clients", "--json").json[0]["id"]
    assert alone.cli.run("disconnect", "--client", client, "--yes").code == 0
    acted = alone.cli.inside("log", "--json").json[-1]["actor"]
    assert "@" in acted and acted not in names.values(), "who signed in acts with that sign-in"
    codes = tmp_path / "codes.csv"
    codes.write_text(f"ID,Practice code\n{client},WHO1\n", "utf-8")
    assert alone.cli.inside("codes", "upload", str(codes)).code == 0
    assert alone.cli.inside("log", "--json").json[-1]["actor"] == this_user.login()


def test_sign_in_is_still_held_after_the_host_is_renamed(alone: Office) -> None:
    renamed = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run([*renamed, "true"], capture_output=True).returncode:
        pytest.skip("no host name of its own can be given to a process here")
    command = [*renamed, *alone.cli.line("check", "--json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, '"done": 9' in done.stdout) == (0, True), done


@pytest.mark.skipif(os.name != "posix" or this_user.login() is None, reason="needs a login name")
def test_sign_ins_recorded_by_the_former_release_are_still_held(alone: Office) -> None:
    hold_as(alone, f"{this_user.login()}@{socket.gethostname()}")
    assert [
        each["signed_in"] for each in alone.cli.inside("software", "--json").json if each["name"] == "xero"
    ] == [True]
    (holder,) = held_by(alone)
    assert this_user.is_holder(holder) and not this_user.is_another(holder)


@pytest.mark.parametrize("holder", ["nobody-knows@another-host", None])
def test_keyring_decides_which_sign_ins_are_held(alone: Office, holder: str | None) -> None:
    if holder:
        hold_as(alone, holder)
    else:
        workplace = alone.practice.workplace()
        with database_of(workplace.store).writing() as db:
            db.execute("DELETE FROM held")
        workplace.close()
    checked = alone.cli.inside("check", "--json")
    assert (checked.code, checked.json["done"]) == (0, 9), checked.err
    assert any(map(this_user.is_holder, held_by(alone)))


def test_full_screen_program_asks_the_keyring_too(alone: Office) -> None:
    hold_as(alone, "nobody-knows@another-host")
    workplace = alone.practice.workplace()
    engine = Engine(workplace.session, workplace.store.jobs.one, lambda job, trouble: None)
    engine.submit(lambda session: asyncio.sleep(0)).result(PATIENCE_S)
    end = time.monotonic() + PATIENCE_S
    while not workplace.held() and time.monotonic() < end:
        time.sleep(0.01)
    assert [each.person.email for each in workplace.held()] == [alone.bob]
    engine.close()
    workplace.close()


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("quick", [(), ("--quick",)], ids=["", "quick"])
def test_check_without_any_held_sign_in_says_so(alone: Office, quick: tuple[str, ...]) -> None:
    said = alone.cli.inside("check", "--json", *quick)
    assert (said.code, said.json["done"]) == (3, 0)
    assert "9 integrations were not checked (xero 9)" in said.err
    assert "clientsync sign-in xero" in said.err


def test_sign_in_that_no_one_holds_is_reported(alone: Office) -> None:
    """Ann's sign-in works; Bob's is gone from the keyring, and from the practice's notes."""
    alone.practice.sign_in(alone.ann)
    workplace = alone.practice.workplace()
    gone = workplace.chosen("xero", alone.bob)
    assert gone is not None
    Folder().delete_password(SERVICE, f"{workplace.store.practice_id}/{gone.id}")
    with database_of(workplace.store).writing() as db:
        db.execute("DELETE FROM held WHERE sign_in = ?", (gone.id,))
    workplace.close()
    said = alone.cli.inside("check")
    assert (said.code, "9 integrations were not checked" in said.err) == (3, True), said


@pytest.mark.usefixtures("no_keyring")
def test_sign_out_all_says_why_nothing_was_signed_out(alone: Office) -> None:
    said = alone.cli.inside("sign-out", "--all", "--yes")
    assert said.code == 1
    assert (
        f"Nothing was signed out: this keyring holds no sign-in, but the practice has some ({alone.bob} of xero)"
        in said.err
    )


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become another user")
def test_users_without_a_name_have_their_own_locks() -> None:
    def user_and_name(uid: int) -> str:
        read, write = os.pipe()
        if not (child := os.fork()):
            try:
                os.setuid(uid)
                os.write(write, f"{this_user.uid()} {this_user.login()}".encode())
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        with os.fdopen(read) as answer:
            return answer.read()

    assert user_and_name(45678) == "45678 None"
    assert user_and_name(45679) == "45679 None"
