"""A sign-in's life: renewed, rotated, used twice, left unused, disconnected."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ..practice.people import SignIn
from ..practice.status import Fault
from ..practice.trouble import OrganisationTrouble, SignInNeeded, SignInRefused, Trouble
from ..sandbox.consent.errors import ErrorAnswer
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..signin.keyring_entry import KeyringEntry
from ..sync.jobs.session import Session
from .stand import Stand

__all__ = [
    "test_a_new_sign_in_ends_the_persons_former_one_where_the_app_keeps_one",
    "test_a_replaced_token_is_used_only_within_the_grace",
    "test_a_short_limit_on_renewals_is_waited_out",
    "test_a_sign_in_left_unused_is_refused",
    "test_a_token_is_renewed_once_however_many_calls_need_it",
    "test_disconnecting_ends_this_organisation_and_no_other",
    "test_every_new_refresh_token_is_kept",
    "test_signing_in_again_and_again_costs_no_colleague_their_sign_in",
    "test_the_processes_of_a_host_share_an_access_token",
]

A_DAY_S = 86_400
LONG_S = 10 * 365 * A_DAY_S


def details(stand: Stand, sign_in: SignIn, place: int = 0) -> Any:
    """What a new run of the program finds."""
    realm = stand.id_of(place)
    return stand.do(lambda session: stand.read(session.calls(sign_in), "details", realm))


def saved_token(stand: Stand, sign_in: SignIn) -> str:
    """The refresh token in the keyring."""
    entry = KeyringEntry.read(asyncio.run(stand.workplace.vault.read(stand.token_name(sign_in))))
    assert entry is not None
    return entry.refresh_token


def put_back(stand: Stand, sign_in: SignIn, token: str) -> None:
    """Simulates that a new token was lost."""
    entry = KeyringEntry(token)
    asyncio.run(stand.workplace.vault.write(stand.token_name(sign_in), entry.written()))


def test_every_new_refresh_token_is_kept(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    after_s = stand.personality.rotation.after_s
    sign_in = stand.signed_in()
    tokens = {saved_token(stand, sign_in)}
    for _ in range(3):
        stand.box.advance(max(after_s or 0, stand.personality.access_s) + 1)
        assert details(stand, sign_in)["name"]
        tokens.add(saved_token(stand, sign_in))
    assert len(tokens) == (1 if after_s is None else 4)


def test_a_short_limit_on_renewals_is_waited_out(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    sign_in = stand.signed_in()
    stand.box.advance(stand.personality.access_s + 1)
    busy = ErrorAnswer("busy", "token", 429, "", Fault.LIMIT, headers={"Retry-After": "0"})
    stand.box.script(Script("token", Target(name), busy, times=1))
    assert details(stand, sign_in)["name"]


def test_a_replaced_token_is_used_only_within_the_grace(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    rotation = stand.personality.rotation
    if rotation.after_s is None:
        pytest.skip("the app never replaces a refresh token")
    sign_in = stand.signed_in()
    former = saved_token(stand, sign_in)
    stand.box.advance(rotation.after_s + 1)
    details(stand, sign_in)
    if rotation.grace_s:
        put_back(stand, sign_in, former)
        assert details(stand, sign_in)["name"], "a lost answer does no harm"
    former = saved_token(stand, sign_in)
    stand.box.advance(rotation.after_s + 1)
    details(stand, sign_in)
    put_back(stand, sign_in, former)
    stand.box.advance(rotation.grace_s + 1)
    with pytest.raises(SignInRefused):
        details(stand, sign_in)


def test_a_new_sign_in_ends_the_persons_former_one_where_the_app_keeps_one(
    name: str, stands: Callable[..., Stand]
) -> None:
    stand = stands(name, apart=True, organisations=1)
    if stand.software.grant.sign_ins_per_person is not None:
        pytest.skip("the program itself revokes the sign-in it replaces")
    sign_in = stand.signed_in()
    former = saved_token(stand, sign_in)
    stand.signed_in()
    put_back(stand, sign_in, former)
    assert stand.software.grant.one_per_person is stand.personality.one_grant
    if stand.personality.one_grant:
        with pytest.raises(SignInRefused, match="another computer"):
            details(stand, sign_in)
    else:
        assert details(stand, sign_in)["name"]


def test_signing_in_again_and_again_costs_no_colleague_their_sign_in(
    name: str, stands: Callable[..., Stand]
) -> None:
    stand = stands(name, apart=True, organisations=1)
    most = stand.personality.most_grants
    assert stand.software.grant.sign_ins_per_person == most
    if most is None:
        pytest.skip("the app keeps every sign-in")
    sign_in = stand.signed_in()
    elsewhere = saved_token(stand, sign_in)
    asyncio.run(stand.workplace.vault.forget(stand.token_name(sign_in)))

    async def again_and_again(session: Session) -> None:
        for _ in range(most + 1):
            await stand.sign_in(session)

    stand.do(again_and_again)
    put_back(stand, sign_in, elsewhere)
    assert details(stand, sign_in)["name"], "the one on another computer still works"


def test_a_sign_in_left_unused_is_refused(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    if stand.personality.unused_s > LONG_S:
        pytest.skip("it never ends from lack of use")
    sign_in = stand.signed_in()
    stand.box.advance(stand.personality.unused_s - A_DAY_S)
    assert details(stand, sign_in)["name"], "using it extends it"
    stand.box.advance(stand.personality.unused_s - A_DAY_S)
    assert details(stand, sign_in)["name"]
    stand.box.advance(stand.personality.unused_s + A_DAY_S)
    with pytest.raises(SignInRefused):
        details(stand, sign_in)


def test_a_token_is_renewed_once_however_many_calls_need_it(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    sign_in = stand.signed_in()
    before = stand.calls_made

    async def work(session: Session) -> None:
        calls = session.calls(sign_in)
        await asyncio.gather(*(stand.read(calls, "details") for _ in range(5)))
        stand.box.advance(stand.personality.access_s + 1)
        await asyncio.gather(*(stand.read(calls, "details") for _ in range(5)))

    stand.do(work)
    renewed = [c for c in stand.called(before) if c["path"].endswith(stand.personality.token_path)]
    assert len(renewed) == (1 if stand.software.grant.shares_access else 2)


def test_the_processes_of_a_host_share_an_access_token(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    if not stand.software.grant.shares_access:
        pytest.skip("each process gets its own")
    sign_in = stand.signed_in()

    def renewed_in(runs: int) -> int:
        before = stand.calls_made
        for _ in range(runs):
            assert details(stand, sign_in)["name"]
        return sum(call["path"].endswith(stand.personality.token_path) for call in stand.called(before))

    assert renewed_in(3) == 0, "the sign-in's own access token is used"
    stand.lapse()
    assert renewed_in(3) == 1, "one renewal serves every run"


def test_disconnecting_ends_this_organisation_and_no_other(name: str, stand: Stand) -> None:
    second = stand.signed_in(1)
    first = stand.signed_in(0)
    ended = stand.do(lambda session: stand.software.disconnect(session.calls(first), stand.realm))
    assert ended is (stand.software.disconnecting != "nowhere")
    if stand.software.disconnecting == "nowhere":
        assert details(stand, first)["name"]
    else:
        with pytest.raises((OrganisationTrouble, SignInNeeded)) as raised:
            details(stand, first)
        assert isinstance(raised.value, Trouble)
    assert details(stand, second, 1)["name"]
    again = stand.signed_in(0)
    assert details(stand, again)["name"]
