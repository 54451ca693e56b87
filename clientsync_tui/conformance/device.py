"""Signing in with a short code, for accounting apps that support it."""

import asyncio

import pytest

from ..practice.trouble import PassingTrouble, SignInFailed
from ..sandbox.consent.authorise import enter_code
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..signin.device_attempt import DeviceAttempt
from ..sync.jobs.session import Session
from .foreign import FOREIGN, foreign
from .stand import PATIENCE_S, Stand

__all__ = [
    "test_a_code_that_expired_leads_nowhere",
    "test_a_code_that_is_entered_signs_in",
    "test_a_code_that_is_refused_keeps_nothing",
    "test_foreign_replies_to_a_device_keep_nothing",
]


def needs_a_code(stand: Stand) -> None:
    """Skips the test for apps without it."""
    if stand.personality.device is None:
        pytest.skip("the app has no sign-in with a code")


async def entered(stand: Stand, attempt: DeviceAttempt, *, refuse: bool = False) -> None:
    await asyncio.to_thread(enter_code, attempt.address, attempt.code, stand.person, refuse=refuse)


def test_a_code_that_is_entered_signs_in(name: str, stand: Stand) -> None:
    needs_a_code(stand)

    async def work(session: Session) -> None:
        async with session.begin_with_code(name) as attempt:
            assert attempt.address.startswith(stand.box.url)
            waiting = asyncio.create_task(attempt.wait(PATIENCE_S))
            done, _ = await asyncio.wait({waiting}, timeout=0.1)
            assert not done, "the code was not entered yet"
            await entered(stand, attempt)
            made = await waiting
        calls = session.calls(made)
        in_a_browser = await stand.sign_in(session)
        assert (made.id, made.person) == (in_a_browser.id, in_a_browser.person)
        assert (await stand.read(calls, "details"))["name"]

    stand.do(work)


def test_a_code_that_is_refused_keeps_nothing(name: str, stand: Stand) -> None:
    needs_a_code(stand)

    async def work(session: Session) -> None:
        async with session.begin_with_code(name) as attempt:
            await entered(stand, attempt, refuse=True)
            await attempt.wait(PATIENCE_S)

    with pytest.raises(SignInFailed, match="Access was refused"):
        stand.do(work)


def test_a_code_that_expired_leads_nowhere(name: str, stand: Stand) -> None:
    needs_a_code(stand)

    async def work(session: Session) -> None:
        assert stand.personality.device is not None
        async with session.begin_with_code(name) as attempt:
            stand.box.advance(stand.personality.device.lives_s + 1)
            await attempt.wait(PATIENCE_S)

    with pytest.raises(SignInFailed, match="in time"):
        stand.do(work)


def test_foreign_replies_to_a_device_keep_nothing(name: str, stand: Stand) -> None:
    needs_a_code(stand)

    async def work(session: Session) -> None:
        for status in (200, 400, 403):
            for body in FOREIGN.values():
                stand.box.script(Script("token", Target(name), foreign("token", body, status)))
                with pytest.raises(PassingTrouble):
                    async with session.begin_with_code(name) as attempt:
                        await entered(stand, attempt)
                        await attempt.wait(PATIENCE_S)
                stand.box.unscripted()

    stand.do(work)
