"""Replies that the accounting app did not write: whatever their status, they say nothing about a sign-in or an
organisation.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from ..practice.status import Fault
from ..practice.trouble import PassingTrouble, SignInFailed
from ..sandbox.consent.errors import ErrorAnswer
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..sync.jobs.session import Session
from .stand import Stand

__all__ = [
    "test_a_foreign_reply_at_sign_in_keeps_nothing",
    "test_a_foreign_reply_changes_no_status",
    "test_a_foreign_reply_of_the_token_endpoint_changes_no_status",
    "test_a_foreign_reply_to_revoking_is_no_success",
]

STATUSES = (400, 401, 402, 403, 404, 410)

FOREIGN: Mapping[str, str] = {
    "page": "<!DOCTYPE html>\n<html><head><title>Blocked</title></head><body><h1>Blocked</h1></body></html>",
    "gateway": '{"message": "Forbidden"}',
    "empty": "",
    "array": '[{"code": "blocked"}]',
    "cut off": '{"error": {"message": "Access den',
    "prose": "Access denied by the office's filter",
}


def foreign(at: Any, body: str, status: int) -> ErrorAnswer:
    return ErrorAnswer("foreign", at, status, body, Fault.NONSENSE)


def test_a_foreign_reply_changes_no_status(name: str, what: str, stand: Stand) -> None:
    sign_in = stand.ready()

    async def work(session: Session) -> None:
        calls = session.calls(sign_in)
        for place, status in enumerate(STATUSES):
            # Details get every combination; everything else gets each status and each kind once.
            kinds = [*FOREIGN] if what == "details" else ["page", [*FOREIGN][place]]
            for kind in kinds:
                stand.box.script(Script("api", Target(name), foreign("api", FOREIGN[kind], status)))
                with pytest.raises(PassingTrouble) as raised:
                    await stand.read(calls, what)
                assert raised.value.fault is Fault.NONSENSE, (status, kind)
                assert "sent a reply we could not read" in str(raised.value), (status, kind)
                if kind == "page":
                    assert "an HTML page; a proxy or filter may be in the way" in str(raised.value)
                stand.box.unscripted()

    stand.go_on(work)


def test_a_foreign_reply_of_the_token_endpoint_changes_no_status(name: str, stand: Stand) -> None:
    sign_in = stand.ready()

    async def refused(session: Session) -> None:
        calls = session.calls(sign_in)
        for status in (200, *STATUSES):
            for kind, body in FOREIGN.items():
                stand.box.script(Script("token", Target(name), foreign("token", body, status)))
                with pytest.raises(PassingTrouble) as raised:
                    await stand.read(calls, "details")
                assert raised.value.fault is Fault.NONSENSE, (status, kind)
                stand.box.unscripted()

    stand.lapse()
    stand.do(refused)
    assert stand.do(lambda session: stand.read(session.calls(sign_in), "details"))["name"]


@pytest.mark.parametrize("at", ["token", "api"])
def test_a_foreign_reply_at_sign_in_keeps_nothing(name: str, stand: Stand, at: str) -> None:
    async def work(session: Session) -> None:
        for status in (401, 403):
            for body in FOREIGN.values():
                stand.box.script(Script(at, Target(name), foreign(at, body, status)))  # pyright: ignore[reportArgumentType]
                before = stand.calls_made
                try:
                    await stand.sign_in(session)
                except (SignInFailed, PassingTrouble):
                    pass
                else:
                    # Only the token answer may say who signed in.
                    paths = [call["path"] for call in stand.called(before)]
                    assert at == "api" and all("/api" not in path for path in paths), paths
                stand.box.unscripted()

    stand.do(work)


def test_a_foreign_reply_to_revoking_is_no_success(name: str, stand: Stand) -> None:
    if stand.personality.revocation is None:
        pytest.skip("the app can't revoke a sign-in")
    for status in (200, 401, 403, 404):
        sign_in = stand.signed_in()
        stand.box.script(Script("revoke", Target(name), foreign("revoke", FOREIGN["page"], status)))

        async def work(session: Session, sign_in: Any = sign_in) -> bool:
            return await session.tokens(name).revoke(sign_in.id)

        with pytest.raises(PassingTrouble):
            stand.do(work)
        stand.box.unscripted()
        assert stand.do(work) is True, "the sign-in had not ended before"
