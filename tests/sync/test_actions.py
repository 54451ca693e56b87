"""The bulk actions by two accountants, one of whom leaves, against the sandbox over loopback HTTP."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from clientsync_tui.practice.model import Client, Integration
from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.plan import Plan, Will
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.store.jobs import Job, JobState
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support import plans
from tests.support.practice import Practice, practice, practices, signed_in

__all__ = ["practice", "practices"]


def clients(practice: Practice) -> dict[str, tuple[Client, Integration]]:
    """Each organisation's client and integration."""
    workplace = practice.workplace()
    try:
        found = workplace.store.clients.integrations("xero", datetime.now(UTC))
        return {link.organisation_id: (client, link) for client, link in found}
    finally:
        workplace.close()


def kinds(practice: Practice) -> list[str]:
    workplace = practice.workplace()
    try:
        return [entry.kind for entry in workplace.store.ledger.entries()]
    finally:
        workplace.close()


async def run(workplace: Workplace, session: Session, plan: Plan) -> Job:
    return await Runner(session, workplace.store.jobs.create(plan, "test")).run()


def do(practice: Practice, make: Callable[[Workplace, SignIn, plans.Reach], Plan], email: str) -> Job:
    """Signs in as `email`, makes a plan with the organisations reached, and carries it out."""

    async def work(workplace: Workplace, session: Session) -> Job:
        sign_in = await signed_in(session, email)
        return await run(workplace, session, make(workplace, sign_in, await session.reach(sign_in)))

    return practice.do(work)


def check(practice: Practice) -> Job:
    async def work(workplace: Workplace, session: Session) -> Job:
        held = {sign_in.id for sign_in in workplace.held()}
        return await run(workplace, session, plans.check(workplace.store, "xero", held))

    return practice.do(work)


def test_added_client_has_details_and_lists(practice: Practice) -> None:
    job = practice.add(practice.people[0])
    found = clients(practice)
    assert job.state is JobState.DONE
    assert job.total == len(found) == 12
    client, link = next(iter(found.values()))
    assert link.standing.status is Status.CONNECTED
    assert client.details["currency"]
    assert link.integrated_by.email == practice.people[0]
    workplace = practice.workplace()
    assert set(workplace.store.pulled.counts("xero", link.organisation_id)) == {
        "accounts",
        "tax_rates",
        "tracking",
        "suppliers",
    }
    workplace.close()


def test_adding_again_does_nothing_twice(practice: Practice) -> None:
    practice.add(practice.people[0])
    before = kinds(practice)
    again = practice.add(practice.people[0])
    assert again.count() == 0
    assert len(clients(practice)) == 12
    assert kinds(practice)[len(before) :] == ["signed_in"]


def test_everything_reached_is_reconnected_after_a_colleague_leaves(practice: Practice) -> None:
    me, colleague = practice.people[:2]
    practice.add(colleague)
    theirs = set(clients(practice))
    practice.sandbox.fault("expire", person=colleague)
    assert check(practice).total == len(theirs)
    assert {link.problem for _, link in clients(practice).values()} == {Reason.SIGN_IN_REFUSED}
    job = do(practice, lambda w, s, reach: plans.reconnect(w.store, "xero", s, reach), me)
    assert job.total == len(theirs)
    after = clients(practice)
    assert {link.integrated_by.email for _, link in after.values()} == {me}
    assert {link.standing.status for _, link in after.values()} == {Status.CONNECTED}
    again = do(practice, lambda w, s, reach: plans.reconnect(w.store, "xero", s, reach), me)
    assert again.total == 0


def test_unreachable_organisations_are_listed_with_the_reason(practice: Practice) -> None:
    everything, few = practice.people[0], practice.people[2]
    practice.add(everything)
    practice.sandbox.fault("expire", person=everything)
    check(practice)
    made: list[Plan] = []

    def plan(workplace: Workplace, sign_in: SignIn, reach: plans.Reach) -> Plan:
        made.append(plans.reconnect(workplace.store, "xero", sign_in, reach))
        return made[0]

    do(practice, plan, few)
    beyond = {item.organisation_id for item in made[0].only([Will.CANNOT])}
    assert beyond
    assert {item.reason for item in made[0].only([Will.CANNOT])} == {"no_access"}
    for organisation, (_, link) in clients(practice).items():
        assert (link.integrated_by.email == few) == (organisation not in beyond)


def test_reassigning_says_from_whom(practice: Practice) -> None:
    me, colleague = practice.people[:2]
    practice.add(colleague)
    count = len(clients(practice))
    job = do(
        practice, lambda w, s, reach: plans.reassign(w.store, "xero", s, reach, integrated_by=colleague), me
    )
    assert job.state is JobState.DONE
    workplace = practice.workplace()
    reassignments = [e for e in workplace.store.ledger.entries() if e.kind == "reassigned"]
    workplace.close()
    assert len(reassignments) == count
    assert {e.body["from"]["email"] for e in reassignments} == {colleague}
    assert {e.actor for e in reassignments} == {me}


def test_what_broke_is_found_with_its_reason_and_fixes(practice: Practice) -> None:
    me = practice.people[0]
    practice.add(me)
    removed, gone, closed = sorted(clients(practice))[:3]
    practice.sandbox.fault("remove-access", organisation=removed)
    practice.sandbox.fault("disconnect", organisation=gone)
    practice.sandbox.fault("close", organisation=closed)
    check(practice)
    found = {o: link.problem for o, (_, link) in clients(practice).items() if link.problem}
    assert found == {
        removed: Reason.ACCESS_REMOVED,
        gone: Reason.DISCONNECTED_THERE,
        closed: Reason.ORGANISATION_CLOSED,
    }
    practice.sandbox.fault("clear")
    check(practice)
    assert {o for o, (_, link) in clients(practice).items() if link.problem} == {gone}
    do(practice, lambda w, s, reach: plans.reconnect(w.store, "xero", s, reach), me)
    assert not [link for _, link in clients(practice).values() if link.problem]


def test_passing_fault_changes_no_status(practice: Practice) -> None:
    practice.add(practice.people[0])
    one = min(clients(practice))
    practice.sandbox.fault("unavailable", organisation=one)
    job = check(practice)
    assert job.state is JobState.DONE
    link = clients(practice)[one][1]
    assert link.standing.status is Status.CONNECTED
    assert link.last_fault is not None
    assert link.last_fault.what == "server_error"
    assert link.checked_at is not None
    assert link.checked_at < link.last_fault.at


def test_disconnecting_ends_it_there_too_and_here_when_it_cannot_be_reached(practice: Practice) -> None:
    me = practice.people[0]
    practice.add(me)
    one, two = sorted(clients(practice))[:2]

    async def work(workplace: Workplace, session: Session, organisation: str) -> Job:
        client = clients(practice)[organisation][0]
        held = {sign_in.id for sign_in in workplace.held()}
        return await run(workplace, session, plans.disconnect(workplace.store, "xero", held, [client.id]))

    practice.do(lambda w, s: work(w, s, one))
    practice.sandbox.fault("unavailable")
    practice.do(lambda w, s: work(w, s, two))
    practice.sandbox.fault("clear")
    found = clients(practice)
    assert {found[o][1].standing.status for o in (one, two)} == {Status.DISCONNECTED}
    workplace = practice.workplace()
    there = {
        e.organisation_id: e.body["there"]
        for e in workplace.store.ledger.entries()
        if e.kind == "disconnected"
    }
    workplace.close()
    assert there == {one: "ended", two: "unreachable"}

    async def reach(workplace: Workplace, session: Session) -> set[str]:
        return set(await session.reach(workplace.held("xero")[0]))

    assert practice.do(reach) == set(found) - {one}


def test_integration_that_someone_ended_during_a_refresh_stays_ended(practice: Practice) -> None:
    practice.add(practice.people[0])
    organisation = min(clients(practice))
    client = clients(practice)[organisation][0]

    async def work(workplace: Workplace, session: Session) -> Job:
        held = {sign_in.id for sign_in in workplace.held()}
        practice.sandbox.fault("slow", organisation=organisation, seconds=0.5, times=1)
        refresh = asyncio.create_task(
            run(workplace, session, plans.refresh(workplace.store, "xero", held, [client.id]))
        )
        while not practice.sandbox.sandbox.calls.summary(0)["running"]:
            await asyncio.sleep(0.01)
        # A colleague in another process, whose sign-in does not reach the app, ends it here only.
        await run(workplace, session, plans.disconnect(workplace.store, "xero", (), [client.id]))
        return await refresh

    job = practice.do(work)
    assert clients(practice)[organisation][1].problem is Reason.DISCONNECTED_HERE
    workplace = practice.workplace()
    assert [(state, reason) for state, reason, _ in workplace.store.jobs.reasons(job.id)] == [
        ("skipped", "changed_meanwhile")
    ]
    workplace.close()
