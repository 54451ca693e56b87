"""Several accounting apps in one practice: one job across all, what can be ended where, and what each command reports."""

from collections import Counter

import pytest

from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace, secret_name
from tests.cli.bulk_work.three_apps import (
    MANY,
    ONE,
    OTHER,
    cli,
    company,
    consent,
    everywhere,
    practice,
    statuses,
)
from tests.support.command import Command
from tests.support.practice import Practice

__all__ = ["cli", "practice"]


def test_reconnect_all_across_every_software_is_one_job(practice: Practice, cli: Command) -> None:
    everywhere(practice, cli)
    practice.sandbox.fault("expire", person=practice.people[0])
    assert cli.inside("check").code == 3
    assert set(statuses(cli)) == {(ONE, "expired"), (MANY, "expired"), (OTHER, "expired")}
    practice.sign_in(practice.people[0], software=MANY)
    consent(practice, 1)
    said = cli.inside("reconnect", "--all")
    assert said.code == 3
    assert (
        "1 company in QuickBooks Online still needs its own consent" in said.err and "FreeAgent" in said.err
    )
    assert statuses(cli) == {
        (MANY, "connected"): 4, (ONE, "connected"): 1, (ONE, "expired"): 1, (OTHER, "expired"): 4,
    }  # fmt: skip
    (job,) = [each for each in cli.inside("jobs", "--json").json if each["waiting"]]
    assert (job["kind"], job["software"], job["waiting"], job["state"]) == ("reconnect", None, 5, "paused")
    practice.sign_in(practice.people[0], software=OTHER)
    consent(practice, 0)
    resumed = cli.inside("jobs", "resume", job["id"], "--json")
    assert (resumed.code, resumed.json["done"]) == (0, 10)
    assert {status for _, status in statuses(cli)} == {"connected"}
    again = cli.inside("reconnect", "--all", "--json")
    assert (again.code, again.json["done"]) == (0, 0)


def test_nothing_is_done_as_somebody_who_is_not_signed_in_here(practice: Practice, cli: Command) -> None:
    everywhere(practice, cli)
    jobs = cli.inside("jobs", "--json").json
    for words in ("reassign --all", "reassign quickbooks --all"):
        said = cli.inside(*words.split(), "--as", practice.people[1])
        assert said.code == 3 and f"No sign-in of {practice.people[1]} to QuickBooks Online" in said.err
    assert cli.inside("jobs", "--json").json == jobs
    practice.sign_in(practice.people[1], software=MANY)
    assert cli.inside("reassign", "--all", "--as", practice.people[1]).code == 3
    taken = {entry["software"] for entry in cli.inside("log", "--json").json if entry["kind"] == "reassigned"}
    assert taken == {MANY}


@pytest.fixture
def rotated(practice: Practice, cli: Command) -> Practice:
    """Clients of all three apps; then QuickBooks's client secret is replaced there, and not here."""
    everywhere(practice, cli)

    async def wrong(workplace: Workplace, _: Session) -> None:
        client_id = workplace.config.software[ONE].client_id
        await workplace.vault.write(secret_name(ONE, client_id), "no longer right")

    practice.do(wrong)
    return practice


REJECTED = "QuickBooks Online rejected the app's credentials (invalid_client)"


@pytest.mark.parametrize("words", ["check", "check --quick", "refresh --all"])
def test_app_with_wrong_credentials_is_reported_beside_the_others(
    rotated: Practice, cli: Command, words: str
) -> None:
    revoked = rotated.sandbox.world.id_of(MANY, 0)
    for _ in range(2):
        said = cli.inside(*words.split(), "--json")
        assert said.code == 1, said
        found = Counter((item["outcome"], item["reason"]) for item in said.json["items"])
        assert found == {("failed", "no_access"): 2, ("done", None): 8}
        assert REJECTED in said.err and "clientsync setup quickbooks" in said.err
        assert not [job for job in cli.inside("jobs", "--json").json if job["waiting"]]
    assert {status for _, status in statuses(cli)} == {"connected"}
    # What breaks next is not hidden by it.
    rotated.sandbox.fault("disconnect", software=MANY, organisation=revoked)
    assert cli.inside(*words.split()).code == 1
    assert statuses(cli)[MANY, "broken"] == 1


def test_plan_says_what_a_disconnect_ends_and_where(practice: Practice, cli: Command) -> None:
    everywhere(practice, cli)
    assert cli.inside("disconnect", "--yes", "--all").code == 0
    there = Counter(
        (entry["software"], entry["body"]["there"])
        for entry in cli.inside("log", "--json").json
        if entry["kind"] == "disconnected"
    )
    assert there == {(ONE, "ended"): 2, (MANY, "ended"): 4, (OTHER, "nowhere"): 4}
    # Its consents ended with it; the other sign-ins did not.
    assert [each["name"] for each in cli.inside("software", "--json").json if each["signed_in"]] == [
        OTHER,
        MANY,
    ]


def test_signing_out_gives_up_all_that_a_person_holds_there(practice: Practice, cli: Command) -> None:
    everywhere(practice, cli)
    consent(practice, 2, who=1)
    said = cli.inside("sign-out", "--yes", ONE, "--as", practice.people[0], "--json")
    (group,) = said.json
    assert (group["person"]["email"], group["integrations"], group["revoked"]) == (
        practice.people[0],
        2,
        True,
    )
    assert statuses(cli)[ONE, "expired"] == 2
    assert [
        each["id"] for each in cli.inside("organisations", ONE, "--json").json if each["state"] == "new"
    ] == [company(practice, 2)]
    said = cli.inside("sign-out", "--yes", OTHER, "--json")
    assert said.json[0]["revoked"] is False and "no way to end" in said.err
    assert "everything that" in cli.inside("sign-out", "--yes", MANY).err


def test_client_moves_to_another_app_after_the_losses_are_reported(practice: Practice, cli: Command) -> None:
    practice.sign_in(practice.people[0], software=MANY)
    assert cli.inside("add", MANY, "--all").code == 0
    practice.sign_in(practice.people[0], software=OTHER)
    client = cli.inside("clients", "--json").json[0]
    wanted = cli.inside("organisations", OTHER, "--json").json[0]
    words = ("change", "--yes", "--client", client["id"], "--to", OTHER, "--organisation", wanted["id"])
    seq = cli.inside("log", "--json").json[-1]["seq"]
    said = cli.inside(*words, "--dry-run", "--json")
    assert (said.code, said.json["changed"]) == (0, False)
    assert any("Xero ends there too" in line for line in said.json["entails"])
    assert "Details and lists will come from the new company." in " ".join(said.json["entails"])
    assert cli.inside("log", "--json").json[-1]["seq"] == seq
    said = cli.inside(*words, "--json")
    assert (said.code, said.json["changed"], said.json["to"]["software"]) == (0, True, OTHER)
    (now,) = [each for each in cli.inside("clients", "--json").json if each["id"] == client["id"]]
    assert {link["software"]: link["status"] for link in now["integrations"]} == {
        MANY: "disconnected",
        OTHER: "connected",
    }
    assert cli.inside(*words).code == 2
    # An unknown organisation, and a company that no one gave consent for.
    refused = cli.inside(*words[:-1], "no-such")
    assert refused.code == 2 and "can't reach the company no-such in FreeAgent" in refused.err
    for_one = (
        "change",
        "--yes",
        "--client",
        client["id"],
        "--to",
        ONE,
        "--organisation",
        company(practice, 0),
    )
    assert cli.inside(*for_one).code == 3
    consent(practice, 0)
    assert cli.inside(*for_one).code == 0
    assert statuses(cli)[ONE, "connected"] == 1 and statuses(cli)[OTHER, "disconnected"] == 1


def test_closed_company_is_not_offered(practice: Practice, cli: Command) -> None:
    practice.sign_in(practice.people[0], software=OTHER)
    closed, *others = [row["id"] for row in cli.inside("organisations", OTHER, "--json").json]
    practice.sandbox.fault("close", software=OTHER, organisation=closed)
    assert [row["id"] for row in cli.inside("organisations", OTHER, "--json").json] == others
    dry = cli.inside("add", OTHER, "--all", "--dry-run", "--json")
    assert {item["organisation_id"] for item in dry.json["items"]} == {*others}


def test_details_follow_one_software_however_many_know_the_client(practice: Practice, cli: Command) -> None:
    everywhere(practice, cli)
    cli.inside("refresh", "--all")
    before = {
        each["id"]: cli.inside("client", each["id"], "--json").json["details"]
        for each in cli.inside("clients", "--json").json
    }
    seq = cli.inside("log", "--json").json[-1]["seq"]
    assert cli.inside("refresh", "--all").code == 0
    entries = [entry for entry in cli.inside("log", "--json").json if entry["seq"] > seq]
    assert {entry["software"] for entry in entries if entry["kind"] == "refreshed"} == {ONE, MANY, OTHER}
    assert [
        entry["body"]["details"]
        for entry in entries
        if entry["kind"] == "refreshed" and entry["body"]["details"]
    ] == []
    for client, details in before.items():
        assert cli.inside("client", client, "--json").json["details"] == details


def test_software_says_that_a_sign_in_was_refused(practice: Practice, cli: Command) -> None:
    me = practice.people[0]
    assert "not signed in" in cli.inside("software").out
    practice.sign_in(me, software=OTHER)
    assert f"signed in as {me}" in cli.inside("software").out
    practice.sandbox.fault("revoke", software=OTHER, person=me)
    assert cli.inside("check").code == 3
    assert f"sign-in refused: {me}" in cli.inside("software").out
    assert not any(row["signed_in"] for row in cli.inside("software", "--json").json)


def test_printed_clients_are_the_integrations_that_match(practice: Practice, cli: Command) -> None:
    me, colleague = practice.people[:2]
    practice.add(me, software=MANY)
    practice.add(colleague, software=OTHER)
    practice.sandbox.fault("revoke", software=OTHER, person=colleague)
    assert cli.inside("check").code == 3
    clients = cli.inside("clients", "--status", "expired", "--json").json
    links = [link for each in clients for link in each["integrations"]]
    expired = [link for link in links if link["status"] == "expired"]
    # Clients of both apps are among them.
    assert len(expired) < len(links)
    assert {link["software"] for link in expired} == {OTHER}
    for words in (("--status", "expired"), ("--match", f"software:{OTHER}"), ("--match", f"by:{colleague}")):
        said = cli.inside("clients", *words)
        assert len(said.out.splitlines()) - 1 == len(expired)
        assert len(cli.inside("clients", *words, "--csv").out.splitlines()) - 1 == len(expired)


def test_dry_run_promises_nothing_that_waits_for_a_sign_in(practice: Practice, cli: Command) -> None:
    me = practice.people[0]
    practice.add(me, software=MANY)
    practice.add(me, software=OTHER)
    practice.sandbox.fault("revoke", software=MANY, person=me)
    assert cli.inside("check").code == 3
    expired = sum(software == MANY and status == "expired" for software, status in statuses(cli).elements())
    for words in (("--all",), (MANY, "--all")):
        dry = cli.inside("reconnect", *words, "--dry-run", "--json")
        assert (dry.code, dry.json["will_do"], dry.json["cannot"]) == (0, 0, expired)
        assert {item["reason"] for item in dry.json["items"]} == {"sign_in_refused"}
        assert f"clientsync sign-in {MANY}" in dry.err
        assert cli.inside("reconnect", *words, "--json").code == 3


def test_impossible_items_are_not_called_failed(practice: Practice, cli: Command) -> None:
    me, colleague = practice.people[:2]
    practice.add(me, software=MANY)
    practice.sandbox.fault("revoke", software=MANY, person=me)
    assert cli.inside("check").code == 3
    assert cli.inside("sign-out", MANY, "--yes").code == 0
    practice.sign_in(colleague, software=MANY)
    said = cli.inside("reconnect", MANY, "--all", "--json")
    impossible = said.json["failed"]
    assert said.code == 1 and impossible
    assert f"0 failed, {impossible} not possible, 0 skipped." in said.err


def test_check_says_what_it_did_not_check(practice: Practice, cli: Command) -> None:
    me = practice.people[0]
    practice.add(me, software=OTHER)
    links = len(cli.inside("clients", "--software", OTHER).out.splitlines()) - 1
    assert cli.inside("sign-out", OTHER, "--yes").code == 0
    practice.add(me, software=MANY)
    said = cli.inside("check")
    assert said.code == 3
    assert f"{links} integrations were not checked ({OTHER} {links})" in said.err


def test_next_step_after_your_own_sign_out_or_disconnect_is_yours(practice: Practice, cli: Command) -> None:
    me = practice.people[0]
    practice.add(me, software=MANY)
    practice.add(me, software=OTHER)
    clients = cli.inside("clients", "--json").json
    client = next(each for each in clients if MANY in {link["software"] for link in each["integrations"]})
    assert cli.inside("sign-out", OTHER, "--yes").code == 0
    printed = cli.inside("clients", "--software", OTHER).out
    assert "expired: signed out" in printed and "refused" not in printed
    said = cli.inside("refresh", "--software", OTHER)
    assert "signed out. Sign in, then reconnect it." in said.err and "ask them" not in said.err
    assert said.code == 3
    ending = cli.inside("disconnect", "--software", OTHER, "--dry-run").err
    assert "this keyring holds no sign-in for them" in ending and "colleagues" not in ending
    assert cli.inside("disconnect", "--client", client["id"], "--yes").code == 0
    said = cli.inside("reconnect", MANY, "--client", client["id"])
    assert "Sign in again and choose this organisation there." in said.err


def test_wrong_app_credentials_are_not_called_missing_access(practice: Practice, cli: Command) -> None:
    consent(practice, 0)
    assert cli.inside("add", ONE, "--all").code == 0

    async def break_secret(workplace: Workplace, _: Session) -> None:
        table = workplace.config.software[ONE]
        await workplace.vault.write(secret_name(ONE, table.client_id), "wrong")

    practice.do(break_secret)
    said = cli.inside("check")
    assert "rejected the app's credentials" in said.err
    assert "no access" not in said.err


def test_one_person_has_one_name_in_jobs_and_history(practice: Practice, cli: Command) -> None:
    me = practice.people[0]
    practice.add(me, software=MANY)
    practice.add(me, software=OTHER)
    assert cli.inside("check").code == 0
    assert cli.inside("refresh", "--all").code == 0
    assert cli.inside("disconnect", "--yes", "--all").code == 0
    assert {job["by"] for job in cli.inside("jobs", "--json").json} == {me}
    assert {entry["actor"] for entry in cli.inside("log", "--json").json} == {me}
