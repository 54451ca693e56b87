"""Accounting apps whose consents are each for one company: a command leads from one consent to the next."""

import re
from urllib.parse import parse_qs, urlsplit

from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from tests.cli.bulk_work.three_apps import LINK, MANY, ONE, OTHER, cli, company, consent, practice, statuses
from tests.support.command import Command, Terminal
from tests.support.practice import Practice

__all__ = ["cli", "practice"]


def test_reconnecting_leads_from_one_consent_to_the_next(practice: Practice, cli: Command) -> None:
    consent(practice, 0, 1, 2)
    assert cli.inside("add", ONE, "--all").code == 0
    practice.sandbox.fault("expire", software=ONE)
    assert cli.inside("check").code == 3
    terminal = Terminal(cli, "reconnect", ONE, "--all")
    name = {n: practice.sandbox.world.organisation(ONE, n).name for n in range(4)}
    # The expected company comes last, an unexpected one in between.
    asked = terminal.until(r"0 of 3 companies done. Choose (.+) on QuickBooks Online's page")
    first = next(n for n in range(3) if name[n] == asked)
    for said, place in (("it is on the list", (first + 1) % 3), ("was not on the list", 3)):
        authorise(terminal.after(LINK), practice.people[0], [company(practice, place)])
        terminal.until(f"{re.escape(name[place])}.*{said}")
    terminal.after(LINK)
    terminal.type("\n")
    terminal.until("2 integrations left: clientsync jobs resume")
    assert terminal.end() == 3
    assert statuses(cli) == {(ONE, "connected"): 1, (ONE, "expired"): 2}
    # It continues another day.
    terminal = Terminal(cli, "reconnect", ONE, "--all")
    for done in range(2):
        asked = terminal.until(rf"{done} of 2 companies done. Choose (.+) on QuickBooks Online's page")
        place = next(n for n in range(3) if name[n] == asked)
        authorise(terminal.after(LINK), practice.people[0], [company(practice, place)])
    terminal.until("reconnect: 2 integrations done, 0 failed, 0 skipped")
    assert terminal.end() == 0
    assert statuses(cli) == {(ONE, "connected"): 3}


def test_consent_that_is_refused_holds_up_no_other(practice: Practice, cli: Command) -> None:
    consent(practice, 0, 1, 2)
    assert cli.inside("add", ONE, "--all").code == 0
    practice.sandbox.fault("expire", software=ONE)
    assert cli.inside("check").code == 3
    name = {practice.sandbox.world.organisation(ONE, n).name: n for n in range(3)}
    terminal = Terminal(cli, "reconnect", ONE, "--all")

    def refuse() -> str:
        asked = terminal.after(r"\d of 3 companies done. Choose (.+) on QuickBooks Online's page")
        state = parse_qs(urlsplit(terminal.after(LINK)).query)["state"][0]
        terminal.type(f"http://localhost/callback?error=access_denied&state={state}\n")
        return asked

    first = refuse()
    for done in range(2):
        asked = terminal.after(rf"{done} of 3 companies done. Choose (.+) on QuickBooks Online's page")
        assert asked != first
        authorise(terminal.after(LINK), practice.people[0], [company(practice, name[asked])])
    # It was requested and refused again, so no company is left.
    assert refuse() == first
    terminal.until("1 integration left: clientsync jobs resume")
    assert terminal.end() == 3
    assert statuses(cli) == {(ONE, "connected"): 2, (ONE, "expired"): 1}


def test_job_that_waits_for_a_sign_in_begins_one_when_someone_is_there(
    practice: Practice, cli: Command
) -> None:
    for software in (OTHER, MANY):
        practice.sign_in(practice.people[0], software=software)
        assert cli.inside("add", software, "--all").code == 0
    practice.sandbox.fault("expire", software=OTHER)
    assert cli.inside("check").code == 3
    assert cli.inside("reconnect", "--all").code == 3
    (job,) = [each["id"] for each in cli.inside("jobs", "--json").json if each["waiting"]]
    terminal = Terminal(cli, "jobs", "resume", job)
    terminal.until("4 integrations in FreeAgent wait for a sign-in")
    authorise(terminal.until(LINK.replace(ONE, OTHER)), practice.people[0])
    assert terminal.end() == 0
    assert statuses(cli) == {(OTHER, "connected"): 4, (MANY, "connected"): 4}


def test_adding_connects_one_company_after_the_other(practice: Practice, cli: Command) -> None:
    terminal = Terminal(cli, "add", ONE, "--all")
    terminal.until("One consent connects one company")
    for place in (2, 0):
        authorise(terminal.after(LINK), practice.people[0], [company(practice, place)])
    terminal.until("2 companies so far")
    terminal.after(LINK)
    terminal.type("\n")
    terminal.until("add: 2 clients done, 0 failed, 0 skipped")
    assert terminal.end() == 0
    assert statuses(cli) == {(ONE, "connected"): 2}


def test_without_a_terminal_what_can_be_is_added_and_the_rest_needs_a_person(
    practice: Practice, cli: Command
) -> None:
    consent(practice, 0)
    wanted = [word for place in (0, 1) for word in ("--organisation", company(practice, place))]
    said = cli.inside("add", ONE, *wanted, "--json")
    assert (said.code, said.json["done"]) == (3, 1)
    consent(practice, 1)
    said = cli.inside("add", ONE, *wanted, "--json")
    assert (said.code, said.json["done"], said.json["skipped"]) == (0, 1, 1)
    names = {practice.sandbox.world.organisation(ONE, place).name for place in (0, 1)}
    assert {client["name"] for client in cli.inside("clients", "--json").json} == names


def test_dry_run_promises_nothing_that_needs_a_consent_first(practice: Practice, cli: Command) -> None:
    def planned(*words: str) -> tuple[int, int, set[str]]:
        said = cli.inside(*words, "--dry-run", "--json")
        reasons = {item["reason"] for item in said.json["items"] if item["outcome"] == "cannot"}
        return said.json["will_do"], said.json["cannot"], reasons

    consent(practice, 0, 1)
    assert cli.inside("add", ONE, "--all").code == 0
    practice.sandbox.fault("expire", software=ONE)
    assert cli.inside("check").code == 3
    for words in (("reconnect", ONE, "--all"), ("refresh", "--software", ONE)):
        assert planned(*words) == (0, 2, {"sign_in_refused"}), words
    consent(practice, 1)
    assert planned("reconnect", ONE, "--all") == (1, 1, {"sign_in_refused"})
    new = [word for place in (1, 2) for word in ("--organisation", company(practice, place))]
    assert planned("add", ONE, *new) == (0, 1, {"no_access"})
    said = cli.inside("add", ONE, *new, "--dry-run")
    assert "asks for 1 consent, one for each company" in said.err


def test_sign_in_names_its_company_and_the_jobs_that_wait_for_it(practice: Practice, cli: Command) -> None:
    consent(practice, 0, 1)
    assert cli.inside("add", ONE, "--all").code == 0
    practice.sandbox.fault("expire", software=ONE)
    assert cli.inside("check").code == 3
    assert cli.inside("reconnect", ONE, "--all").code == 3
    started = cli.start("sign-in", ONE, "--no-browser", "--json")
    authorise(started.line("http"), practice.people[0], [company(practice, 1)])
    said = started.end()
    assert said.json["organisation"] == {
        "id": company(practice, 1),
        "name": practice.sandbox.world.organisation(ONE, 1).name,
    }
    assert said.json["organisations"] == 1
    (job,) = [each["id"] for each in cli.inside("jobs", "--json").json if each["waiting"]]
    assert f"clientsync jobs resume {job}" in said.err


def test_menu_leads_through_consents_too(practice: Practice, cli: Command) -> None:
    terminal = Terminal(cli, "menu")
    terminal.after("Number: ")
    for answer in ("2", str(list(softwares()).index(ONE) + 1), "1"):
        terminal.type(f"{answer}\n")
        terminal.after("Number: |open this link")
    authorise(terminal.after(LINK), practice.people[0], [company(practice, 0)])
    terminal.after("1 company so far")
    terminal.after(LINK)
    terminal.type("\n")
    terminal.after("reaches 1 company; 0 already on the client list")
    terminal.process.kill()
    terminal.end()
