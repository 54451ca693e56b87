"""One job across several apps: each has its own lane, and items that wait for a sign-in hold up nothing else."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientsync_tui.practice.status import Fault, Reason, Status, Why
from clientsync_tui.practice.trouble import (
    KeyringTrouble,
    Misconfigured,
    OrganisationTrouble,
    PassingTrouble,
    SignInNeeded,
    SignInRefused,
)
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.sync.jobs.jobs_as_json import outcome
from tests.support import plans
from tests.support.command import PATIENCE_S
from tests.sync.books import ANN, BEN, Books, Practice, practice_of, refused, run


@pytest.fixture
def practice(tmp_path: Path):
    made = practice_of(tmp_path, Books("alpha"), Books("beta", one=True), Books("gamma"))
    yield made
    made.store.close()


def reconnect_all(practice: Practice) -> str:
    """A job across all apps, with Ann's sign-ins if she has any."""
    made = [
        plans.reconnect(practice.store, name, next(iter(practice.held(name)), None), None)
        for name in practice.softwares
    ]
    plan = plans.together("reconnect", made)
    assert (plan.software, plan.sign_in) == (None, None)
    return practice.store.jobs.create(plan, "tester")


async def test_all_apps_are_one_job(practice: Practice):
    for name in ("alpha", "gamma"):
        practice.sign_in(name)
        practice.expired(name, ["1", "2", "3"])
    practice.expired("beta", ["1", "2"])
    for company in ("1", "2"):
        practice.sign_in("beta", ANN, company)
    job, trouble = await run(practice, reconnect_all(practice))
    assert (job.state, trouble) == (JobState.DONE, None)
    assert set(practice.statuses().values()) == {"connected"} and job.count(ItemState.DONE) == 8


async def test_slow_app_slows_no_other(practice: Practice):
    for name in ("alpha", "gamma"):
        practice.sign_in(name)
    practice.softwares["alpha"].answers.clear()
    practice.expired("alpha", [str(n) for n in range(12)])
    practice.expired("gamma", [str(n) for n in range(30)])
    job = reconnect_all(practice)
    running = asyncio.create_task(run(practice, job))
    async with asyncio.timeout(PATIENCE_S):
        while practice.store.jobs.waiting(job).get("gamma") or len(practice.softwares["gamma"].asked) < 30:
            await asyncio.sleep(0.01)
    assert practice.store.jobs.waiting(job).get("alpha")
    practice.softwares["alpha"].answers.set()
    await running


async def test_refused_sign_in_holds_back_its_own_group_alone(practice: Practice):
    for name in ("alpha", "gamma"):
        practice.sign_in(name)
        practice.expired(name, ["1", "2", "3"])
    practice.softwares["alpha"].troubles = {each: refused("Alpha") for each in ("1", "2", "3")}
    job, trouble = await run(practice, reconnect_all(practice))
    assert job.state is JobState.PAUSED and isinstance(trouble, SignInRefused)
    assert job.counts == {ItemState.WAITING: 3, ItemState.DONE: 3}
    practice.softwares["alpha"].troubles = {}
    practice.sign_in("alpha")
    job, trouble = await run(practice, job.id)
    assert (job.state, trouble, job.count(ItemState.DONE)) == (JobState.DONE, None, 6)


async def test_items_without_a_sign_in_are_done_with_a_new_one(practice: Practice):
    practice.expired("alpha", ["1"])
    practice.expired("beta", ["1", "2"])
    practice.sign_in("gamma")
    practice.expired("gamma", ["1"])
    job, trouble = await run(practice, reconnect_all(practice))
    assert isinstance(trouble, SignInNeeded)
    assert "sign-in alpha" in str(trouble) and "2 companies in Beta" in str(trouble)
    assert practice.store.jobs.waiting(job.id) == {"alpha": 1, "beta": 2}
    practice.sign_in("alpha")
    practice.sign_in("beta", ANN, "2")
    job, trouble = await run(practice, job.id)
    assert practice.store.jobs.waiting(job.id) == {"beta": 1}
    assert "1 company in Beta still needs its own consent" in str(trouble)
    assert practice.statuses()["beta-2"] == "connected"
    # A consent for another company does not change this one.
    practice.sign_in("beta", ANN, "3")
    job, _ = await run(practice, job.id)
    assert practice.store.jobs.waiting(job.id) == {"beta": 1}


async def test_consent_by_someone_else_is_not_the_one_that_was_planned(practice: Practice):
    practice.expired("beta", ["1", "2"])
    practice.sign_in("beta", ANN, "1")
    job, _ = await run(practice, reconnect_all(practice))
    practice.sign_in("beta", BEN, "2")
    job, trouble = await run(practice, job.id)
    assert isinstance(trouble, SignInNeeded) and job.left == 1
    practice.sign_in("beta", ANN, "2")
    assert (await run(practice, job.id))[0].state is JobState.DONE


async def test_dead_consent_is_not_tried_again(practice: Practice):
    beta = practice.softwares["beta"]
    practice.expired("beta", ["1", "2"])
    for company in ("1", "2"):
        practice.sign_in("beta", ANN, company)
    beta.troubles = {"1": refused("Beta")}
    job, trouble = await run(practice, reconnect_all(practice))
    assert isinstance(trouble, SignInNeeded) and job.counts == {ItemState.WAITING: 1, ItemState.DONE: 1}
    asked = len(beta.asked)
    await run(practice, job.id)
    assert len(beta.asked) == asked
    beta.troubles = {}
    practice.sign_in("beta", ANN, "1")
    assert (await run(practice, job.id))[0].state is JobState.DONE


async def test_company_that_was_disconnected_there_needs_a_new_consent(practice: Practice):
    beta = practice.softwares["beta"]
    own = practice.sign_in("beta", ANN, "1")
    client = practice.client(own, "1")
    beta.troubles = {"1": OrganisationTrouble(Reason.DISCONNECTED_THERE, "gone")}
    job, _ = await run(practice, practice.store.jobs.create(plans.check(practice.store, None, {own.id}), "x"))
    assert practice.statuses()[client] == "broken"
    job, trouble = await run(practice, reconnect_all(practice))
    assert isinstance(trouble, SignInNeeded) and job.left == 1
    beta.troubles = {}
    practice.sign_in("beta", ANN, "1")
    assert (await run(practice, job.id))[0].state is JobState.DONE
    assert practice.statuses()[client] == "connected"


async def test_company_that_answers_again_needs_none(practice: Practice):
    beta = practice.softwares["beta"]
    own = practice.sign_in("beta", ANN, "1")
    practice.client(own, "1")
    for trouble in (OrganisationTrouble(Reason.ACCESS_REMOVED, "gone"), None):
        beta.troubles = {"1": trouble} if trouble else {}
        plan = plans.check(practice.store, None, {own.id})
        await run(practice, practice.store.jobs.create(plan, "x"))
    assert [each.id for each in practice.held("beta")] == [own.id]


async def test_one_companys_refusal_says_nothing_about_the_others(practice: Practice):
    own = [practice.sign_in("beta", ANN, company) for company in ("1", "2")]
    for sign_in in own:
        practice.client(sign_in, str(sign_in.organisation_id))
    practice.softwares["beta"].troubles = {"1": refused("Beta")}
    plan = plans.check(practice.store, None, {each.id for each in own})
    job, trouble = await run(practice, practice.store.jobs.create(plan, "x"))
    assert trouble is None and job.state is JobState.DONE
    assert practice.statuses() == {"beta-1": "expired", "beta-2": "connected"}


async def test_app_that_is_not_set_up_fails_its_own_items_alone(practice: Practice):
    for name in ("alpha", "gamma"):
        practice.sign_in(name)
        practice.expired(name, ["1"])
    practice.unset.add("alpha")
    job, trouble = await run(practice, reconnect_all(practice))
    assert trouble is None and practice.store.jobs.unfinished() == []
    assert job.counts == {ItemState.FAILED: 1, ItemState.DONE: 1}
    (failed,) = practice.store.jobs.items(job.id, ItemState.FAILED)
    assert (failed.reason, failed.says) == ("no_access", "alpha is not set up.")
    practice.unset.clear()
    assert practice.store.jobs.retry(job.id) == 1
    job, _ = await run(practice, job.id)
    assert job.counts == {ItemState.DONE: 2}


@pytest.mark.parametrize("kind", ["check", "refresh", "reassign"])
async def test_app_that_rejects_its_credentials_is_asked_once_and_stops_no_other(
    practice: Practice, kind: str
):
    alpha = practice.softwares["alpha"]
    numbers = [str(n) for n in range(40)]
    for name in ("alpha", "gamma"):
        own = practice.sign_in(name, BEN if kind == "reassign" else ANN)
        for each in numbers:
            practice.client(own, each)
        practice.sign_in(name)
    alpha.troubles = {each: Misconfigured("Alpha rejected the app's credentials.") for each in numbers}
    made = {
        "check": lambda: plans.check(practice.store, None, {each.id for each in practice.held()}),
        "refresh": lambda: plans.refresh(practice.store, None, {each.id for each in practice.held()}),
        "reassign": lambda: plans.together(
            "reassign",
            [
                plans.reassign(practice.store, name, practice.held(name)[0], None)
                for name in ("alpha", "gamma")
            ],
        ),
    }[kind]()
    job, trouble = await run(practice, practice.store.jobs.create(made, "x"))
    assert (trouble, job.state) == (None, JobState.DONE)
    assert job.counts == {ItemState.FAILED: 40, ItemState.DONE: 40}
    assert len(alpha.asked) < 40
    failed = practice.store.jobs.items(job.id, ItemState.FAILED)
    assert {item.reason for item in failed} == {Why.APP_REJECTED}
    # Scripts rely on a closed list of reasons.
    assert {item["reason"] for item in outcome(job, failed)["items"]} == {"no_access"}
    assert set(practice.statuses().values()) == {"connected"}


async def test_locked_keyring_stops_all(practice: Practice):
    for name in ("alpha", "gamma"):
        practice.sign_in(name)
        practice.expired(name, [str(n) for n in range(20)])
    practice.softwares["gamma"].takes_s = 0.02
    practice.softwares["alpha"].troubles = {str(n): KeyringTrouble("locked") for n in range(20)}
    job, trouble = await run(practice, reconnect_all(practice))
    assert isinstance(trouble, KeyringTrouble) and practice.store.jobs.waiting(job.id)["gamma"] >= 8


async def test_passing_fault_fails_its_items_alone(practice: Practice):
    for name in ("alpha", "gamma"):
        practice.sign_in(name)
        practice.expired(name, ["1", "2"])
    down = PassingTrouble(Fault.UNREACHABLE, "down")
    practice.softwares["alpha"].troubles = {"1": down, "2": down}
    job, trouble = await run(practice, reconnect_all(practice))
    assert trouble is None and job.counts == {ItemState.FAILED: 2, ItemState.DONE: 2}


async def test_disconnecting_ends_only_ones_own_consent(practice: Practice):
    mine, theirs = practice.sign_in("beta", ANN, "1"), practice.sign_in("beta", BEN, "2", hold=False)
    for sign_in in (mine, theirs):
        practice.client(sign_in, str(sign_in.organisation_id))
    plan = plans.disconnect(practice.store, None, {each.id for each in practice.held()})
    await run(practice, practice.store.jobs.create(plan, "x"))
    assert practice.softwares["beta"].ended == [mine.id]
    assert set(practice.statuses().values()) == {"disconnected"} and not practice.held("beta")
    there = {e.client: e.body["there"] for e in practice.store.ledger.entries() if e.kind == "disconnected"}
    assert there == {"beta-1": "ended", "beta-2": "not_ours"}


async def test_app_that_can_not_be_disconnected_from_is_reported(practice: Practice):
    alpha = practice.softwares["alpha"]
    alpha.disconnecting = "nowhere"
    practice.client(practice.sign_in("alpha"), "1")
    plan = plans.disconnect(practice.store, None, {each.id for each in practice.held()})
    await run(practice, practice.store.jobs.create(plan, "x"))
    assert alpha.ended == [] and practice.held("alpha")
    (entry,) = [e for e in practice.store.ledger.entries() if e.kind == "disconnected"]
    assert entry.body["there"] == "nowhere"


async def test_reassigning_with_a_new_sign_in_leaves_their_own_alone(practice: Practice):
    practice.client(practice.sign_in("alpha", ANN), "1")
    practice.client(practice.sign_in("alpha", BEN, hold=False), "2")
    plan = plans.reassign(practice.store, "alpha", None, None)
    job, _ = await run(practice, practice.store.jobs.create(plan, "x"))
    assert job.counts == {ItemState.SKIPPED: 1, ItemState.DONE: 1}


async def test_one_persons_consents_to_one_app_are_one_fix(practice: Practice):
    practice.expired("beta", ["1", "2", "3"])
    practice.expired("alpha", ["1"])
    clients, now = practice.store.clients, datetime.now(UTC)
    found = clients.fixes(clients.find((), now), {Status.EXPIRED}, now)
    assert [(fix.cause.software, fix.person.email, fix.integrations, fix.each_own) for fix in found] == [
        ("beta", BEN.email, 3, True),
        ("alpha", BEN.email, 1, False),
    ]
