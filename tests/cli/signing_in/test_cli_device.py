"""`sign-in --device` as a process, and the same from the menu's sign-in."""

import subprocess
from collections.abc import Callable

import pytest

from clientsync_tui.sandbox.consent.authorise import enter_code
from clientsync_tui.sandbox.options import Options
from tests.support.command import Command, Started
from tests.support.practice import Practice, practices

__all__ = ["practices"]

APP = "zoho_books"


@pytest.fixture
def practice(practices: Callable[..., Practice]) -> Practice:
    made = practices(Options(organisations=3, limits=False, softwares=(APP,), poll_s=0.05))
    made.keep_secrets()
    return made


def page_and_code(started: Started) -> tuple[str, str]:
    started.line("Waiting; the code works for 5 minutes")
    lines = started.err.splitlines()
    place = lines.index("Enter this code there, and allow access:")
    return lines[place - 1], lines[place + 1]


def test_code_is_printed_on_a_line_of_its_own_and_signs_in(practice: Practice) -> None:
    cli, me = Command(practice.config), practice.people[0]
    started = cli.start("sign-in", APP, "--device", "--json", stdin=subprocess.DEVNULL)
    page, code = page_and_code(started)
    enter_code(page, code, me)
    said = started.end()
    assert said.code == 0 and said.json["person"]["email"] == me and said.json["organisations"] == 3
    listed = cli.inside("organisations", APP, "--json").json
    assert {row["state"] for row in listed} == {"new"}


def test_code_that_is_refused_saves_nothing(practice: Practice) -> None:
    cli = Command(practice.config)
    started = cli.start("sign-in", APP, "--device", stdin=subprocess.DEVNULL)
    page, code = page_and_code(started)
    enter_code(page, code, practice.people[0], refuse=True)
    said = started.end()
    assert said.code == 3 and "Access was refused" in said.err
    assert not any(row["signed_in"] for row in cli.inside("software", "--json").json)


def test_unused_code_times_out(practice: Practice) -> None:
    cli = Command(practice.config)
    said = cli.inside("sign-in", APP, "--device", "--timeout", "0.2")
    assert said.code == 3 and "Nobody signed in within 0.2 s" in said.err


def test_code_can_be_used_instead_of_the_browser(practice: Practice) -> None:
    cli, me = Command(practice.config), practice.people[0]
    started = cli.start("sign-in", APP, "--no-browser", stdin=subprocess.PIPE)
    started.line("Or sign in with a short code")
    started.say("code")
    page, code = page_and_code(started)
    enter_code(page, code, me)
    assert started.end().code == 0


def test_app_without_codes_names_the_alternative(practices: Callable[..., Practice]) -> None:
    said = Command(practices().config).inside("sign-in", "xero", "--device")
    assert said.code == 2 and "clientsync sign-in xero" in said.err
