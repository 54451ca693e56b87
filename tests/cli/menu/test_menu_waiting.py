"""`clientsync menu` as a separate process while it waits for a browser, for a job, or for ctrl+c."""

import signal
import subprocess
import time

from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from tests.cli.menu.office import HISTORY, JOBS, XERO, Office, busy, office
from tests.support.command import PATIENCE_S, Said, Started, Terminal
from tests.support.sandbox import plain_http

__all__ = ["busy", "office"]


def heard(started: Started, words: str) -> None:
    """Waits until the menu says so."""
    end = time.monotonic() + PATIENCE_S
    while words not in started.out + started.err:
        assert time.monotonic() < end and started.process.poll() is None, started.out + started.err
        time.sleep(0.01)


def until_called(office: Office) -> None:
    """Waits until the sandbox has a call that it has not answered."""
    end = time.monotonic() + PATIENCE_S
    while not office.practice.sandbox.sandbox.calls.summary(0)["running"]:
        assert time.monotonic() < end, "the sandbox got no call"
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
    assert f"{office.bob} reaches 9 organisations; 0 already on the client list." in said.out


def test_lines_piped_after_a_pasted_address_reach_the_menu(office: Office) -> None:
    started = office.cli.start("menu", stdin=subprocess.PIPE)
    for answer in (*XERO, "sign in"):
        started.say(answer)
    link = started.line("http")
    with plain_http() as http:
        address = http.get(f"{link}&prompt=none&login_hint={office.bob}").headers["location"]
    # Everything arrives at once.
    said = ended(started, "\n".join(("no address", address, "b", "b", HISTORY, "q")))
    assert said.code == 0
    assert "That is not the address" in said.err
    assert f"Signed in as Grace Haddad, {office.bob}." in said.out
    assert "History, newest first: 1" in said.out


def test_control_c_leaves_what_waits_and_not_the_menu(office: Office) -> None:
    started = office.cli.start("menu", stdin=subprocess.PIPE)
    for answer in (*XERO, "sign in"):
        started.say(answer)
    started.line("Or paste")
    started.process.send_signal(signal.SIGINT)
    heard(started, "Stopped.")
    said = ended(started, "b", "b", HISTORY, "q")
    assert said.code == 0
    assert "History, newest first: 0" in said.out


def test_control_c_stops_a_job_that_can_be_resumed(busy: Office) -> None:
    busy.practice.sandbox.fault("hang")
    started = busy.cli.start("menu", stdin=subprocess.PIPE)
    started.say("check")
    started.say("y")
    until_called(busy)
    # The item in progress hangs.
    started.process.send_signal(signal.SIGINT)
    heard(started, "again to stop now")
    started.process.send_signal(signal.SIGINT)
    assert "left: clientsync jobs resume" in started.line("9 integrations left")
    busy.practice.sandbox.fault("clear")
    said = ended(started, JOBS, "1", "resume", "q")
    assert said.code == 0
    assert "1 unfinished job." in said.out
    assert "9 integrations done, 0 failed" in said.err


def test_menu_sends_no_escape_codes_to_a_terminal(busy: Office) -> None:
    terminal = Terminal(busy.cli, "menu")
    terminal.type("check\ny\nq\n")
    assert terminal.end() == 0
    assert "9 integrations done, 0 failed" in terminal.text
    assert "\x1b" not in terminal.text
