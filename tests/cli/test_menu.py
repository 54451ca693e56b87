"""`clientsync menu`, answered by lines on its stdin, against the sandbox."""

import os
import pty
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.sandbox.authorise import sign_in as authorise
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from clientsync_tui.sync import plans
from tests.support.command import PATIENCE_S, Command, Said, Started
from tests.support.practice import Practice

CLIENTS, CLIENT_SYNC, JOBS, HISTORY, UNDO = "clients", "open client sync", "jobs", "history", "undo"
XERO = (CLIENT_SYNC, str(list(softwares()).index("xero") + 1))


@contextmanager
def answering(answers: Sequence[str]) -> Iterator[None]:
    """Makes the answers this process's input: a line each, then the end."""
    before = os.dup(0)
    with tempfile.TemporaryFile() as file:
        file.write("".join(f"{answer}\n" for answer in answers).encode())
        file.seek(0)
        os.dup2(file.fileno(), 0)
        try:
            yield
        finally:
            os.dup2(before, 0)
            os.close(before)


@dataclass
class Office:
    """A practice whose first accountant reaches all twelve organisations, and the second nine."""

    practice: Practice
    cli: Command
    ann: str
    bob: str

    def menu(self, *answers: str) -> str:
        """What the menu says to these answers; then its input ends."""
        with answering(answers):
            said = self.cli.inside("menu")
        assert said.code == 0, said.err
        assert "\x1b" not in said.out + said.err and "\r" not in said.out + said.err
        return said.out + said.err

    def links(self) -> list[dict[str, object]]:
        return [link for each in self.cli.inside("clients", "--json").json for link in each["integrations"]]

    def statuses(self) -> list[object]:
        return [link["status"] for link in self.links()]

    def emails(self) -> set[str]:
        return {link["integrated_by"]["email"] for link in self.links()}  # pyright: ignore

    def names(self) -> list[str]:
        return [each["name"] for each in self.cli.inside("clients", "--json").json]


@pytest.fixture
def office(made: Callable[[Running], Practice]) -> Iterator[Office]:
    """Nobody has signed in yet."""
    with running(Options(organisations=12, limits=False)) as box:
        practice = made(box)
        yield Office(practice, Command(practice.config), practice.people[0], practice.people[1])


@pytest.fixture
def busy(office: Office) -> Office:
    """Bob added nine clients; Ann is signed in last."""
    office.practice.add(office.bob)
    office.practice.sign_in(office.ann)
    return office


def test_adding_clients_says_the_plan_and_asks(office: Office) -> None:
    office.practice.sign_in(office.ann)
    said = office.menu(*XERO, "add clients", "1,3-5", "done", "North", "y")
    assert "4 selected." in said
    assert "4 clients will be added." in said
    assert "Create accounts for 4 clients?" in said
    assert "4 done, 0 failed" in said
    assert {each["team"] for each in office.cli.inside("clients", "--json").json} == {"North"}
    assert len(office.statuses()) == 4
    said = office.menu(*XERO, "1", "all", "none", "all", "done", "", "l", "")
    assert "8 selected." in said and "0 selected." in said
    assert said.count(": will be done") == 8
    assert "Nothing was changed." in said
    assert len(office.statuses()) == 4


def test_without_a_sign_in_the_menu_says_so_and_goes_on(office: Office) -> None:
    said = office.menu(*XERO, "1", "b", "b", HISTORY)
    assert "clientsync sign-in xero" in said
    assert "History, the newest first: 0" in said


def test_reconnecting_all_after_a_colleague_left(busy: Office) -> None:
    busy.practice.sandbox.fault("expire", person=busy.bob)
    busy.cli.inside("check")
    assert set(busy.statuses()) == {"expired"}
    said = busy.menu(*XERO, "reconnect all", busy.ann, "1", "y")
    assert "9 clients will be reconnected." in said
    assert "9 done, 0 failed" in said
    assert set(busy.statuses()) == {"connected"}
    assert busy.emails() == {busy.ann}
    assert "There is nothing to do." in busy.menu(*XERO, "reconnect all")


def test_reassigning_from_a_colleague(busy: Office) -> None:
    said = busy.menu(*XERO, "reassign clients", f"{busy.bob}", "1", "/" + busy.ann, "1", "n")
    assert "Reassign 9 clients?" in said and "Nothing was changed." in said
    assert busy.emails() == {busy.bob}
    said = busy.menu(*XERO, "reassign clients", "2", busy.ann, "1", "y")
    assert "You become the authenticated user" in said
    assert busy.emails() == {busy.ann}


def test_disconnecting_is_refused_by_anything_but_y(busy: Office) -> None:
    for no in ("n", "", "b", "1", "yep"):
        said = busy.menu(CLIENTS, "all clients", "1-3", "done", "disconnect", no)
        assert "Disconnect 3 clients?" in said
        assert "Nothing was changed." in said
    # The input ends at the question.
    busy.menu(CLIENTS, "all clients", "1-3", "done", "disconnect")
    assert set(busy.statuses()) == {"connected"}
    said = busy.menu(CLIENTS, "all clients", "1-2", "done", "disconnect", "y")
    assert "2 done" in said
    assert busy.statuses().count("disconnected") == 2


def test_one_client_is_changed_and_undone(busy: Office) -> None:
    before = busy.names()
    said = busy.menu(
        CLIENTS,
        "all",
        "1",
        "set practice code",
        "B",
        "note",
        "Ring first",
        "rename",
        "q",
        "b",
        "b",
        "b",
        UNDO,
    )
    assert "Undone" in said
    client = busy.cli.inside("client", "B", "--json").json
    assert client["practice_code"] == "B"
    assert busy.names() == before, "the renaming was the last change"
    said = busy.menu(UNDO, UNDO, UNDO)
    assert said.count("Undone") == 2
    assert "nothing of yours to undo" in said
    assert busy.cli.inside("client", "B").code == 2


def test_one_connection_is_looked_at_refreshed_and_set(busy: Office) -> None:
    here = (CLIENTS, "all clients", "1", "connections")
    said = busy.menu(
        *here,
        "refresh",
        "y",
        "update settings",
        "n",
        "30",
        "n",
        "Ask Bob",
        "update settings",
        "n",
        "",
        "n",
        "-",
    )
    assert "1 done, 0 failed" in said
    assert said.count("Status: connected") == 4
    assert said.count("Settings saved.") == 2
    assert "Refresh: at a check, when 30 days old" in said
    assert said.count("Note: Ask Bob") == 1
    assert "settings of the integration changed" in busy.menu(CLIENTS, "all clients", "1", "history")
    assert "\nTax rates: " in busy.menu(*here, "lists", "tax", "1")
    assert "https://" in busy.menu(*here, "open")


def test_jobs_are_listed_and_what_failed_is_tried_again(busy: Office) -> None:
    world = busy.practice.sandbox.world
    organisation = world.id_of("xero", world.reach(world.people[1])[0])
    busy.practice.sandbox.fault("garbage", organisation=organisation)
    assert "8 done, 1 failed" in busy.menu("check", "y")
    said = busy.menu(JOBS, "1", "clients of the job")
    assert "1. " in said and "failed: " in said
    busy.practice.sandbox.fault("clear")
    assert "9 done, 0 failed" in busy.menu(JOBS, "1", "retry")


def test_a_job_that_was_cut_off_is_resumed_or_cancelled(busy: Office) -> None:
    workplace = busy.practice.workplace()
    plan = plans.check(workplace.store, None, {each.id for each in workplace.held()})
    workplace.store.jobs.create(plan, busy.ann)
    said = busy.menu(JOBS, "1", "cancel", "n", "resume", "cancel")
    assert "1 unfinished jobs" in said
    assert "Nothing was changed." in said
    assert "9 done, 0 failed" in said
    assert "It has ended." in said
    workplace.store.jobs.create(plan, busy.ann)
    workplace.close()
    assert "Check, cancelled, 0 done, 9 skipped" in busy.menu(JOBS, "1", "cancel", "y")


def test_selected_clients_change_teams_and_leave_the_list(busy: Office) -> None:
    names = busy.names()
    file = busy.practice.folder / "two.csv"
    said = busy.menu(
        CLIENTS, "all clients", names[0], "all", "/", "2,", "done", "assign team", "West", "export", str(file)
    )
    assert "2 clients assigned to West." in said
    assert "2 clients written" in said
    assert [each["team"] for each in busy.cli.inside("clients", "--json").json] == ["West"] * 2 + [None] * 7
    assert "because of a living integration" in busy.menu(CLIENTS, "all clients", "1-2", "done", "remove")
    busy.cli.inside("disconnect", "--client", names[0])
    said = busy.menu(CLIENTS, "all clients", "1-2", "done", "remove", "y", "b", "b", "b", "b", UNDO)
    assert "1 client removed from the list." in said
    assert "is on the list again" in said
    assert busy.names() == names


def heard(started: Started, words: str) -> None:
    """Waits until the menu says so."""
    end = time.monotonic() + PATIENCE_S
    while words not in started.out + started.err:
        assert time.monotonic() < end and started.process.poll() is None, started.out + started.err
        time.sleep(0.01)


def ended(started: Started, *answers: str) -> Said:
    """Gives the last answers, and waits for the end."""
    for answer in answers:
        started.say(answer)
    return started.end()


def test_signing_in_and_going_on(office: Office) -> None:
    started = office.cli.start("menu", stdin=subprocess.PIPE)
    for answer in (*XERO, "sign in"):
        started.say(answer)
    authorise(started.line("http"), office.bob)
    started.line("Or paste")
    heard(started, "Signed in as")
    said = ended(started, "add clients", "q")
    assert said.code == 0
    assert f"{office.bob} reaches 9 organisations; 0 are clients already." in said.out


def test_control_c_leaves_what_waits_and_not_the_menu(office: Office) -> None:
    started = office.cli.start("menu", stdin=subprocess.PIPE)
    for answer in (*XERO, "sign in"):
        started.say(answer)
    started.line("Or paste")
    started.process.send_signal(signal.SIGINT)
    heard(started, "Stopped.")
    said = ended(started, "b", "b", HISTORY, "q")
    assert said.code == 0
    assert "History, the newest first: 0" in said.out


def test_control_c_stops_a_job_that_can_be_resumed(busy: Office) -> None:
    busy.practice.sandbox.fault("hang")
    started = busy.cli.start("menu", stdin=subprocess.PIPE)
    started.say("check")
    started.say("y")
    heard(started, "9 to do.")
    # What is being done hangs.
    started.process.send_signal(signal.SIGINT)
    heard(started, "once more stops at once")
    started.process.send_signal(signal.SIGINT)
    assert "left: clientsync jobs resume" in started.line("9 left")
    busy.practice.sandbox.fault("clear")
    said = ended(started, JOBS, "1", "resume", "q")
    assert said.code == 0
    assert "1 unfinished jobs" in said.out
    assert "9 done, 0 failed" in said.err


def test_words_filter_a_list_of_clients_and_a_mistake_is_told(busy: Office) -> None:
    name = busy.names()[-1]
    said = busy.menu(CLIENTS, "1", f'"{name}"', "status:nonsense", "1")
    assert "All clients: 1\n" in said
    assert 'There is no status "nonsense"' in said
    assert f"\n{name}\n" in said, "the number is of what is shown"
    said = busy.menu(CLIENTS, "1", "77", "2-1")
    assert "77: the numbers here are from 1 to 9." in said
    assert "2-1: the numbers here are from 1 to 9." in said


def test_codes_are_exported_and_uploaded(busy: Office) -> None:
    file = busy.practice.folder / "clients.csv"
    assert "9 clients written" in busy.menu("export", str(file))
    name = busy.names()[0]
    file.write_text(f'Client,Practice code\n"{name}",N1\n')
    assert "exists. Replace it?" in busy.menu("export", str(file), "n")
    assert f"{name}: none becomes N1" in busy.menu("upload", str(file), "l", "n")
    assert busy.cli.inside("client", "N1").code == 2
    assert "1 practice codes set" in busy.menu("upload", str(file), "y")
    assert busy.cli.inside("client", "N1").code == 0


def test_views_are_saved_opened_and_forgotten(busy: Office) -> None:
    said = busy.menu(CLIENTS, "views", "save", "status:connected", "Fine", "fine", "b", "forget", "1", "fine")
    assert "Fine: 9" in said
    assert "Fine is forgotten." in said


def test_signing_out_is_asked(busy: Office) -> None:
    said = busy.menu(*XERO, "sign out", busy.bob, "1", "n")
    assert "9 clients end with it" in said
    assert "Nothing was changed." in said
    assert "is signed out." in busy.menu(*XERO, "sign out", busy.bob, "1", "y")
    assert set(busy.statuses()) == {"expired"}


def test_it_is_a_command_that_is_answered_by_a_pipe(office: Office) -> None:
    said = office.cli.run("menu", stdin=f"{CLIENTS}\nq\n{HISTORY}\n")
    assert (said.code, said.err) == (0, "")
    assert "All clients, 0" in said.out
    assert "History, the newest" not in said.out


def test_help_back_and_the_end_of_the_input(office: Office) -> None:
    said = office.menu("?", "b", "nonsense", "99", CLIENTS, "b", "q", "never read")
    assert "q: quit" in said
    assert "This is the first menu" in said
    assert said.count("Answer with a number from 1 to 10") == 2
    assert said.count("\nClients\n") == 1


def test_no_escape_on_a_terminal_either(busy: Office) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        busy.cli.line("menu"), stdin=follower, stdout=follower, stderr=follower, start_new_session=True
    )
    os.close(follower)
    os.write(leader, b"check\ny\nq\n")
    seen = b""
    try:
        while part := os.read(leader, 65_536):
            seen += part
    except OSError:
        # On Linux the end of a terminal whose other side is closed.
        pass
    os.close(leader)
    assert process.wait(30) == 0
    assert b"9 done, 0 failed" in seen
    assert b"\x1b" not in seen
