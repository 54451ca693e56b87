"""The bulk commands with two accountants against the sandbox, one after another as a practice would use them."""

import json
from contextlib import closing
from typing import Any

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.workplace import Workplace
from tests.cli.bulk_work.two_accountants import Office, busy, counted, office
from tests.support.command import keys

__all__ = ["busy", "office"]
PLAN = {"will_do", "will_skip", "cannot", "items"}


@pytest.mark.parametrize(
    "words", [("organisations", "xero"), ("add", "xero", "--all"), ("reassign", "xero", "--all")]
)
def test_without_a_sign_in_and_a_terminal_the_command_to_run_is_reported(
    office: Office, words: tuple[str, ...]
) -> None:
    said = office.cli.inside(*words, "--json")
    assert (said.code, said.out) == (3, "")
    assert "clientsync sign-in xero" in said.err


def test_add(office: Office) -> None:
    office.practice.sign_in(office.bob)
    listed = office.cli.inside("organisations", "xero", "--json").json
    assert keys(listed) == {frozenset({"id", "name", "state"})}
    assert [each["state"] for each in listed] == ["new"] * 9

    before = office.last_seq()
    dry = office.cli.inside("add", "xero", "--all", "--dry-run", "--json")
    assert dry.code == 0
    assert dry.json.keys() == PLAN
    assert (dry.json["will_do"], dry.json["will_skip"], dry.json["cannot"]) == (9, 0, 0)
    assert {item["outcome"] for item in dry.json["items"]} == {"will_do"}
    assert office.cli.inside("clients", "--json").json == []
    assert office.cli.inside("jobs", "--json").json == []
    assert office.kinds_after(before) == []

    one = listed[0]["id"]
    assert office.bulk("add", "xero", "--organisation", one, "--team", "North") == (0, 1, 0, 0)
    assert office.bulk("add", "xero", "--all") == (0, 8, 0, 1)
    assert office.bulk("add", "xero", "--all") == (0, 0, 0, 9)
    nowhere = ("add", "xero", "--organisation", "not there", "--json")
    for said in (office.cli.inside(*nowhere), office.cli.inside(*nowhere, "--dry-run")):
        (item,) = said.json["items"]
        assert (item["client"], item["organisation_id"], item["reason"]) == (None, "not there", "no_access")
    assert {each["state"] for each in office.cli.inside("organisations", "xero", "--json").json} == {"added"}

    clients = office.cli.inside("clients", "--json").json
    assert [c["team"] for c in clients if c["integrations"][0]["organisation_id"] == one] == ["North"]
    assert keys(clients) == {frozenset({"id", "name", "practice_code", "team", "integrations", "claimed_by"})}
    assert keys([i for c in clients for i in c["integrations"]]) == {
        frozenset(
            {
                "software", "organisation_id", "organisation_name", "status", "reason", "integrated_by", "connected_at",
                "refreshed_at", "checked_at", "expires_at", "last_fault",
            }
        )
    }  # fmt: skip
    found = office.cli.inside("client", clients[0]["id"], "--json").json
    assert found["details"]["currency"]
    assert found["lists"].keys() == {"accounts", "tax_rates", "tracking", "suppliers"}
    assert [entry["kind"] for entry in found["history"]] == ["client_added", "integration_connected"]
    assert keys(found["history"]) == {
        frozenset({"seq", "at", "actor", "kind", "client", "software", "organisation_id", "body"})
    }


def test_add_says_which_clients_are_new_and_which_were_there(office: Office) -> None:
    office.practice.sign_in(office.ann)
    world = office.practice.sandbox.world
    named, taxed, *_ = (o for n in range(12) if (o := world.organisation("xero", n)).tax_number)
    with closing(Workplace.open(office.practice.config)) as workplace:
        bodies = (
            {"name": named.name, "team": "South"},
            {"name": "Quite Another", "details": {"tax_number": taxed.tax_number}},
        )
        workplace.store.ledger.append(
            *(
                NewEntry(Kind.CLIENT_ADDED, "tester", f"c{n}", body=dict(body))
                for n, body in enumerate(bodies)
            )
        )
    assert "linked by name" in office.cli.inside("add", "xero", "--all", "--dry-run").out
    said = office.cli.inside("add", "xero", "--all", "--team", "North")
    teams = {client["name"]: client["team"] for client in office.cli.inside("clients", "--json").json}
    assert (teams.pop(named.name), set(teams.values())) == ("South", {"North"}), "who has a team stays in it"
    assert "add: 12 clients done" in said.err and "10 clients added, 2 linked to clients you had." in said.err
    assert "linked" not in office.cli.inside("reconnect", "--all").err
    with_json = office.cli.inside("add", "xero", "--all", "--json")
    assert counted(with_json) == (0, 0, 0, 12) and "clients added" not in with_json.err


def test_states_of_organisations_by_who_asks(busy: Office) -> None:
    listed = busy.cli.inside("organisations", "xero", "--as", busy.bob, "--json").json
    assert sorted(each["state"] for each in listed) == ["added"] * 9 + ["no_access"] * 3
    # The chosen sign-in becomes the one used last.
    assert busy.cli.inside("organisations", "xero", "--json").json == listed
    assert busy.cli.inside("organisations", "xero", "--as", "nobody@example.com").code == 3


def test_everything_is_reconnected_after_a_colleague_leaves(busy: Office) -> None:
    assert busy.cli.inside("check").code == 0
    busy.practice.sandbox.fault("expire", person=busy.bob)
    assert busy.bulk("check") == (3, 3, 9, 0)
    assert sorted(busy.statuses().values()) == ["connected"] * 3 + ["expired"] * 9
    before = busy.last_seq()
    dry = busy.cli.inside("reconnect", "xero", "--all", "--dry-run", "--json").json
    assert (dry["will_do"], dry["will_skip"], dry["cannot"]) == (9, 0, 0)
    assert busy.kinds_after(before) == []
    assert busy.bulk("reconnect", "xero", "--all") == (0, 9, 0, 0)
    assert set(busy.statuses().values()) == {"connected"}
    kinds = busy.kinds_after(before)
    assert kinds.count("reconnected") == 9 and kinds.count("refreshed") == 9
    assert busy.bulk("reconnect", "xero", "--all") == (0, 0, 0, 0)


def test_check_of_some_clients_leaves_the_others_unchecked(busy: Office) -> None:
    clients = busy.cli.inside("clients", "--json").json
    by = {client["id"]: client["integrations"][0]["integrated_by"]["email"] for client in clients}
    of_bob, other = [id for id, email in by.items() if email == busy.bob][:2]
    of_ann = next(id for id, email in by.items() if email == busy.ann)
    assert busy.bulk("check", of_ann, "--client", of_bob) == (0, 2, 0, 0)
    busy.practice.sandbox.fault("expire", person=busy.bob)
    # It says nothing about sign-ins that it does not use.
    assert busy.bulk("check", of_ann) == (0, 1, 0, 0)
    assert busy.bulk("check", "--quick", of_bob) == (3, 0, 1, 0)
    assert busy.statuses()[other] == "connected" and busy.statuses()[of_bob] == "expired"
    assert busy.bulk("check", of_ann) == (0, 1, 0, 0)


def test_dry_run_says_that_the_sign_in_was_refused(busy: Office) -> None:
    busy.practice.sandbox.fault("expire", person=busy.ann)
    busy.practice.sandbox.fault("expire", person=busy.bob)
    assert busy.bulk("check") == (3, 0, 12, 0)
    for _ in range(2):
        dry = busy.cli.inside("reconnect", "--all", "--dry-run", "--json")
        assert (dry.code, dry.json["cannot"]) == (0, 12)
        assert {item["reason"] for item in dry.json["items"]} == {"sign_in_refused"}
    assert "sign-in refused" in busy.cli.inside("reconnect", "xero", "--all", "--dry-run").out


def test_dry_run_writes_nothing_about_a_refused_sign_in(busy: Office) -> None:
    before = busy.last_seq()
    busy.practice.sandbox.fault("expire", person=busy.ann)
    for words in (
        ("reconnect", "--all"),
        ("reassign", "xero", "--all"),
        ("reassign", "--all", "--as", busy.ann),
        ("add", "xero", "--all"),
    ):
        busy.cli.inside(*words, "--dry-run")
        assert busy.kinds_after(before) == []
    assert busy.cli.inside("add", "xero", "--all").code == 3
    assert "found_expired" in busy.kinds_after(before)


def test_refresh_with_a_refused_sign_in_says_by_its_status_that_someone_must_sign_in(busy: Office) -> None:
    busy.practice.sandbox.fault("expire", person=busy.bob)
    assert busy.bulk("refresh", "--all") == (3, 3, 9, 0)
    assert busy.cli.inside("jobs", "retry", busy.cli.inside("jobs", "--json").json[0]["id"]).code == 3


def test_reassign_says_of_your_own_that_they_are_yours(busy: Office) -> None:
    one = next(c["id"] for c in busy.cli.inside("clients", "--match", f"by:{busy.ann}", "--json").json)
    assert "already yours" in busy.cli.inside("reassign", "--client", one, "--dry-run").out
    assert "already connected" in busy.cli.inside("reconnect", "--client", one, "--dry-run").out
    assert busy.cli.inside("refresh", one).code == 0
    assert busy.cli.inside("jobs").out.splitlines()[1].split("\t")[1:3] == ["refresh", "xero"]


def test_reconnect_lists_what_it_cannot_reach(busy: Office) -> None:
    busy.practice.sandbox.fault("expire", person=busy.ann)
    busy.practice.sandbox.fault("expire", person=busy.bob)
    assert busy.bulk("check", "--quick") == (3, 0, 12, 0)
    busy.practice.sign_in(busy.bob)
    said = busy.cli.inside("reconnect", "xero", "--all", "--json")
    assert counted(said) == (1, 9, 3, 0)
    assert {item["reason"] for item in said.json["items"] if item["outcome"] == "failed"} == {"no_access"}
    assert "Ask for access" in said.err
    assert counted(busy.cli.inside("reconnect", "xero", "--all", "--json")) == (1, 0, 3, 0)


def test_reassign(busy: Office) -> None:
    before = busy.last_seq()
    assert busy.bulk("reassign", "--from", busy.bob) == (0, 9, 0, 0)
    entries = [
        e for e in busy.cli.inside("log", "--json").json if e["seq"] > before and e["kind"] == "reassigned"
    ]
    assert {entry["body"]["from"]["email"] for entry in entries} == {busy.bob}
    assert {entry["actor"] for entry in entries} == {busy.ann}
    clients = busy.cli.inside("clients", "--json").json
    assert {i["integrated_by"]["email"] for c in clients for i in c["integrations"]} == {busy.ann}
    assert busy.bulk("reassign", "xero", "--all", "--as", busy.bob) == (1, 9, 3, 0)
    assert busy.cli.inside("reassign", "--from", "nobody@example.com").code == 2
    assert busy.cli.inside("reassign", "xero", "--from", "nobody@example.com").code == 2


def test_reassigning_from_a_person_uses_someone_elses_sign_in(busy: Office) -> None:
    assert busy.cli.inside("organisations", "xero", "--as", busy.bob).code == 0
    dry = busy.cli.inside("reassign", "--from", busy.bob, "--dry-run", "--json").json
    assert (dry["will_do"], dry["will_skip"]) == (9, 0), "the sign-in used last is the person's own"
    assert busy.bulk("reassign", "--from", busy.bob) == (0, 9, 0, 0)
    assert busy.cli.inside("sign-out", "xero", "--as", busy.bob, "--yes").code == 0
    refused = busy.cli.inside("reassign", "--from", busy.ann)
    assert refused.code == 3 and f"Nobody but {busy.ann} is signed in" in refused.err


def test_refresh_and_disconnect_one(busy: Office) -> None:
    client = busy.cli.inside("clients", "--json").json[0]
    assert busy.bulk("refresh", "--client", client["id"]) == (0, 1, 0, 0)
    dry = busy.cli.inside("disconnect", "--client", client["id"], "--dry-run", "--json").json
    assert (dry["will_do"], busy.statuses()[client["id"]]) == (1, "connected")
    assert busy.bulk("disconnect", "--yes", "--client", client["name"]) == (0, 1, 0, 0)
    assert busy.statuses()[client["id"]] == "disconnected"
    assert busy.bulk("disconnect", "--yes", "--client", client["id"]) == (0, 0, 0, 1)
    # Someone here disconnected it: nothing is wrong.
    assert busy.cli.inside("check").code == 0
    assert busy.bulk("refresh", "--all") == (0, 11, 0, 0)
    assert busy.cli.inside("disconnect", "--yes", "--all", "--software", "xero").code == 2


def test_check_records_what_it_finds(busy: Office) -> None:
    world = busy.practice.sandbox.world
    his, hers = [world.id_of("xero", n) for n in world.reach(world.people[1])[:2]]
    busy.practice.sandbox.fault("disconnect", person=busy.bob, organisation=his)
    assert busy.bulk("check", "--quick") == (1, 11, 1, 0)
    assert busy.bulk("check", "--quick") == (1, 11, 1, 0)
    found = [e for e in busy.cli.inside("log", "--json").json if e["kind"] == "found_broken"]
    assert [entry["actor"] for entry in found] == [busy.bob], "once, by the person whose sign-in was used"
    busy.practice.sandbox.fault("unavailable", organisation=hers)
    said = busy.cli.inside("check", "--json")
    assert counted(said) == (1, 10, 2, 0)
    assert {item["reason"] for item in said.json["items"]} == {None, "disconnected_there", "server_error"}
    clients = busy.cli.inside("clients", "--json").json
    faulty = [i for c in clients for i in c["integrations"] if i["last_fault"]]
    assert [i["organisation_id"] for i in faulty] == [hers]
    assert faulty[0]["status"] == "connected", "a passing fault changes no status"
    assert faulty[0]["last_fault"]["what"] == "server_error"


@pytest.mark.parametrize("check", [("check",), ("check", "--quick")], ids=" ".join)
def test_fault_is_over_once_the_app_says_what_is_wrong(busy: Office, check: tuple[str, ...]) -> None:
    def faults() -> list[str]:
        links = [
            link for client in busy.cli.inside("clients", "--json").json for link in client["integrations"]
        ]
        return [link["last_fault"]["what"] for link in links if link["last_fault"]]

    hers = busy.practice.sandbox.world.id_of("xero", 0)
    busy.practice.sandbox.fault("unavailable")
    busy.cli.inside(*check)
    assert set(faults()) == {"server_error"}
    busy.practice.sandbox.fault("clear")
    busy.practice.sandbox.fault("disconnect", organisation=hers)
    busy.practice.sandbox.fault("expire", person=busy.bob)
    assert busy.cli.inside("check").code == 3
    assert faults() == [], "neither what works nor what is known to be broken is unchecked"
    # A known problem is not news, but it still counts as an answer.
    busy.practice.sandbox.fault("unavailable")
    busy.cli.inside("check")
    busy.practice.sandbox.fault("clear")
    unchecked = len(faults())
    busy.cli.inside(*check)
    assert len(faults()) < unchecked


def test_nothing_to_do_is_fine(office: Office) -> None:
    for words in (("check",), ("reconnect", "--all"), ("reassign", "--all"), ("refresh", "--all")):
        assert office.bulk(*words) == (0, 0, 0, 0)
    plan = office.cli.inside("reconnect", "--all", "--dry-run", "--json")
    assert (plan.code, plan.json["items"]) == (0, [])


def test_refused_sign_in_without_clients_is_reported_too(office: Office) -> None:
    office.practice.sign_in(office.ann)
    office.practice.sandbox.fault("expire", person=office.ann)
    for words in (("check",), ("check", "--quick")):
        said = office.cli.inside(*words)
        assert said.code == 3
        assert office.ann in said.err


def test_failed_items_are_retried_alone_and_jobs_are_listed(busy: Office) -> None:
    world = busy.practice.sandbox.world
    organisation = world.id_of("xero", world.reach(world.people[0])[0])
    busy.practice.sandbox.fault("garbage", organisation=organisation)
    said = busy.cli.inside("refresh", "--all", "--json")
    assert counted(said) == (1, 11, 1, 0)
    busy.practice.sandbox.fault("clear")
    job = said.json["job"]
    assert counted(busy.cli.inside("jobs", "retry", job, "--json")) == (0, 12, 0, 0)
    again = busy.cli.inside("jobs", "retry", job)
    assert (again.code, again.out, again.err) == (0, "", "Nothing failed: there is nothing to retry.\n")
    assert counted(busy.cli.inside("jobs", "retry", job, "--json")) == (0, 12, 0, 0)
    again = busy.cli.inside("jobs", "resume", job, "--json")
    assert counted(again) == (0, 12, 0, 0)
    assert f"Job {job} has already ended, so nothing was done now. Its result:" in again.err
    jobs: list[dict[str, Any]] = busy.cli.inside("jobs", "--json").json
    assert keys(jobs) == {
        frozenset(
            {
                "id",
                "kind",
                "software",
                "state",
                "waiting",
                "done",
                "failed",
                "skipped",
                "by",
                "started_at",
                "ended_at",
            }
        )
    }
    assert jobs[0]["id"] == job and jobs[0]["state"] == "done"
    assert busy.cli.inside("jobs", "resume", "no such job").code == 2


def test_sign_out_ends_what_the_sign_in_authenticated(busy: Office) -> None:
    result = busy.cli.inside("sign-out", "--yes", "xero", "--as", busy.bob, "--json")
    assert result.code == 0
    assert result.json == [
        {"software": "xero", "person": result.json[0]["person"], "integrations": 9, "revoked": True}
    ]
    assert "ends 9 integrations" in result.err
    assert sorted(busy.statuses().values()) == ["connected"] * 3 + ["expired"] * 9
    assert busy.cli.inside("sign-out", "--yes", "xero", "--as", busy.bob).code == 2
    assert busy.cli.inside("sign-out", "--yes", "--all").code == 0
    assert busy.cli.inside("software", "--json").json[0]["signed_in"] is False


def test_name_with_escape_codes_comes_out_clean(busy: Office) -> None:
    said = busy.cli.inside("clients", "--json")
    names = [client["name"] for client in json.loads(said.out)]
    assert "[red]x[/]" in names
    assert all(name.isprintable() for name in names)
    text = busy.cli.inside("clients").out
    assert "\x1b" not in text
    assert all(name in text for name in names), "nothing is cut where stdout is not a terminal"


def test_people_read_words_not_codes(busy: Office) -> None:
    busy.practice.sign_in(busy.ann)
    dry = busy.cli.inside("add", "xero", "--all", "--dry-run").out
    assert "will skip" in dry and "already added" in dry and "already_added" not in dry
    listed = busy.cli.inside("organisations", "xero").out
    assert "added" in listed and "_" not in listed
