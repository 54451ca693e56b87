"""Every known error answer of an app, and the meaning it must be given."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ..practice.status import Fault, Reason
from ..practice.trouble import Misconfigured, OrganisationTrouble, PassingTrouble, SignInRefused, Trouble
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import ACTS, Target
from ..sync.jobs.session import Session
from .stand import Stand

LONGEST_PAUSE = timedelta(minutes=5)
"""After a limit fault, whose pause is 30 seconds, or as long as the adapter assumes if the app doesn't say."""

__all__ = [
    "test_a_fault_is_met_with_its_reason",
    "test_an_error_answer_means_what_it_should",
    "test_an_organisation_that_is_closed_there_is_not_said_to_be_out_of_reach",
]


def meaning_of(trouble: Trouble) -> Reason | Fault | str:
    """The meaning of a trouble, in the terms of a personality's error answers."""
    match trouble:
        case OrganisationTrouble():
            return trouble.reason
        case PassingTrouble():
            return trouble.fault
        case Misconfigured():
            return "misconfigured"
        case SignInRefused():
            return Reason.SIGN_IN_REFUSED
        case _:
            return type(trouble).__name__


def test_an_error_answer_means_what_it_should(name: str, error: str, stand: Stand) -> None:
    answer = next(known_error for known_error in stand.personality.errors if known_error.name == error)
    sign_in = stand.ready()
    if answer.amid:
        stand.box.fault(answer.amid, software=name, organisation=stand.realm)
    target = Target(name, organisation=stand.realm if answer.at == "api" else None)

    async def work(session: Session) -> Any:
        return await stand.read(session.calls(sign_in), "details")

    if answer.renewed:
        stand.box.script(Script("api", target, answer, times=1))
        before = stand.calls_made
        assert stand.do(work)["name"]
        tokens = [c for c in stand.called(before) if c["path"].endswith(stand.personality.token_path)]
        own = 0 if stand.software.grant.shares_access else 1
        assert len(tokens) == own + 1, "one for the run, one because of the refusal"
    if answer.at == "token":
        stand.lapse()
    stand.box.script(Script(answer.at, target, answer))
    with pytest.raises(Trouble) as raised:
        stand.do(work)
    assert meaning_of(raised.value) == answer.means, str(raised.value)


def test_an_organisation_that_is_closed_there_is_not_said_to_be_out_of_reach(name: str, stand: Stand) -> None:
    if stand.one:
        pytest.skip("listing its organisations needs no call")
    sign_in = stand.ready()
    stand.box.fault("close", software=name, organisation=stand.realm)
    reach = stand.do(lambda session: session.reach(sign_in))
    stand.box.unscripted()
    assert stand.realm in reach or reach.problem_of(stand.realm) is stand.personality.closing


@pytest.mark.parametrize(
    ("kind", "means"),
    [
        ("expire", {Reason.SIGN_IN_REFUSED}),
        ("revoke", {Reason.SIGN_IN_REFUSED}),
        ("remove-access", {Reason.ACCESS_REMOVED}),
        ("disconnect", {Reason.DISCONNECTED_THERE, Reason.ACCESS_REMOVED, Reason.SIGN_IN_REFUSED}),
        ("close", set[Any]()),  # the personality says which
        ("limit", {Fault.LIMIT}),
        ("unavailable", {Fault.SERVER_ERROR}),
    ],
)
def test_a_fault_is_met_with_its_reason(name: str, stand: Stand, kind: str, means: set[Any]) -> None:
    sign_in = stand.ready()
    stand.box.fault(kind, software=name, organisation=stand.realm, seconds=30)

    async def work(session: Session) -> Any:
        return await stand.read(session.calls(sign_in), "details")

    with pytest.raises(Trouble) as raised:
        stand.do(work)
    assert meaning_of(raised.value) in (means or {stand.personality.closing}), str(raised.value)
    if kind == "limit":
        assert isinstance(raised.value, PassingTrouble) and raised.value.retry_at is not None
        assert raised.value.retry_at < datetime.now(UTC) + LONGEST_PAUSE, "seconds, a date or a moment"
    stand.box.unscripted()
    stand.forget_limits()
    # What was ended there needs a new sign-in; what only failed doesn't.
    again = stand.signed_in() if kind in ACTS else sign_in
    assert stand.do(lambda session: stand.read(session.calls(again), "details"))["name"]
