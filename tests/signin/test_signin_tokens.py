import asyncio
import json
import shutil
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from clientsync_tui.accounting.seam.configured import Http
from clientsync_tui.practice.trouble import (
    KeyringTrouble,
    Misconfigured,
    PassingTrouble,
    SignInNeeded,
    SignInRefused,
    Trouble,
)
from clientsync_tui.sandbox.server import Running
from clientsync_tui.signin import tokens as tokens_module
from tests.signin.desk import Desk, answered, configured_for, desk, first_person, keyring, logged, name_of
from tests.signin.flawed import ACCESS, REFRESH, serving
from tests.signin.keyrings import entries, fail
from tests.support.command import PATIENCE_S
from tests.support.forked import begin
from tests.support.sandbox import sandbox, sandboxes

__all__ = ["desk", "keyring", "sandbox", "sandboxes"]


def renew(url: str, folder: Path, sign_in: str, times: int) -> None:
    """Another run of the program on this host renews that often."""

    async def run() -> None:
        tokens = Desk(configured_for(url), folder).tokens
        token = None
        for _ in range(times):
            token = await tokens.access(sign_in, token)

    asyncio.run(run())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens_module, "_PAUSE_S", 0.01)


async def signed_in(desk: Desk, box: Running) -> str:
    return (await desk.sign_in(first_person(box))).id


def refresh_token(desk: Desk, sign_in_id: str) -> str:
    return json.loads(desk.held()[name_of(sign_in_id)])["refresh_token"]


def locks_of(desk: Desk) -> list[Path]:
    return list((desk.folder / "locks").glob("*.lock"))


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def renewals(box: Running) -> int:
    return await answered(box, "/connect/token")


async def test_new_run_renews_once_and_keeps_the_new_refresh_token(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    before = refresh_token(desk, own)
    tokens = desk.new_tokens()
    got = await asyncio.gather(*(tokens.access(own) for _ in range(20)))
    assert len(set(got)) == 1 and await renewals(sandbox) == 2
    assert refresh_token(desk, own) != before
    assert desk.used[-1][0] == own


async def test_refused_token_is_renewed_once_for_all_who_hold_it(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    old = await desk.tokens.access(own)
    got = await asyncio.gather(*(desk.tokens.access(own, old) for _ in range(20)))
    assert set(got) == {await desk.tokens.access(own, old)} and got[0] != old
    assert await renewals(sandbox) == 2


async def test_token_about_to_end_is_renewed_before(desk: Desk, sandboxes):
    from clientsync_tui.sandbox.options import Options

    box = sandboxes(Options(limits=False, access_s=1))
    desk = Desk(configured_for(box.url), desk.folder)
    own = await signed_in(desk, box)
    first = await desk.tokens.access(own)
    await asyncio.sleep(0.8)
    assert await desk.tokens.access(own) != first


async def test_sign_in_that_is_not_held_has_to_be_made(desk: Desk):
    with pytest.raises(SignInNeeded, match="clientsync sign-in xero"):
        await desk.tokens.access("xero:nobody")


@pytest.mark.parametrize("secret", ["", "no json", "[]", '{"refresh_token": 7}', "null"])
async def test_other_programs_keyring_entry_is_not_a_sign_in(desk: Desk, secret: str):
    await desk.vault.write(name_of("xero:x"), secret)
    with pytest.raises(SignInNeeded):
        await desk.tokens.access("xero:x")


async def test_token_is_not_used_before_it_is_in_the_keyring(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    before = refresh_token(desk, own)
    tokens = desk.new_tokens()
    used = len(desk.used)
    fail(desk.keyring, set_password="locked but for the probe")
    with pytest.raises(KeyringTrouble):
        await tokens.access(own)
    assert refresh_token(desk, own) == before and len(desk.used) == used
    # The app no longer accepts the old one. Only the token that this run has not written yet works.
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    with pytest.raises(KeyringTrouble):
        await tokens.access(own)
    fail(desk.keyring)
    assert await tokens.access(own)
    assert await desk.new_tokens().access(own)


async def test_unsaved_token_gives_way_to_a_new_sign_in(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    tokens = desk.new_tokens()
    fail(desk.keyring, set_password="locked but for the probe")
    with pytest.raises(KeyringTrouble):
        await tokens.access(own)
    fail(desk.keyring)
    await desk.sign_in(first_person(sandbox))
    newest = refresh_token(desk, own)
    assert await tokens.access(own)
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    assert refresh_token(desk, own) != newest
    assert await desk.new_tokens().access(own)


async def test_no_token_is_requested_that_could_not_be_saved(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    before = desk.held()
    fail(desk.keyring, set_password="locked")
    with pytest.raises(KeyringTrouble, match=r"was not renewed, so nothing is lost\."):
        await desk.new_tokens().access(own)
    assert await renewals(sandbox) == 1 and desk.held() == before
    fail(desk.keyring)
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    assert await desk.new_tokens().access(own)


async def test_two_simultaneous_renewals_leave_one_working_sign_in(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    runs = [begin(renew, sandbox.url, desk.folder, own, 8) for _ in range(2)]
    for run in runs:
        await asyncio.to_thread(run.join, PATIENCE_S)
        assert run.exitcode == 0
    assert await renewals(sandbox) == 1 + 16
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    assert await desk.new_tokens().access(own)


async def killed_before_the_write(desk: Desk, sandbox: Running, own: str) -> None:
    fail(desk.keyring, set_password="dies")
    run = begin(renew, sandbox.url, desk.folder, own, 1)
    await asyncio.to_thread(run.join, PATIENCE_S)
    assert run.exitcode == -signal.SIGKILL
    fail(desk.keyring)


async def test_kill_between_answer_and_write_is_recovered_within_the_grace_period(
    desk: Desk, sandbox: Running
):
    own = await signed_in(desk, sandbox)
    before = refresh_token(desk, own)
    await killed_before_the_write(desk, sandbox, own)
    assert await renewals(sandbox) == 2 and refresh_token(desk, own) == before
    assert await desk.new_tokens().access(own)
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    assert await desk.new_tokens().access(own)


async def test_after_the_grace_period_the_error_says_to_sign_in_again(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    await killed_before_the_write(desk, sandbox, own)
    await asyncio.to_thread(sandbox.advance, 31 * 60)
    with pytest.raises(SignInRefused):
        await desk.new_tokens().access(own)


async def test_sign_in_ends_after_sixty_unused_days(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    await asyncio.to_thread(sandbox.advance, 61 * 86_400)
    with pytest.raises(SignInRefused):
        await desk.new_tokens().access(own)
    await desk.sign_in(first_person(sandbox))
    assert await desk.tokens.access(own)


async def test_newer_token_from_a_process_without_the_lock_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    async with serving() as flawed:
        desk = Desk(configured_for(flawed.url), desk.folder)
        name = name_of("xero:x")
        await desk.vault.write(name, json.dumps({"refresh_token": "old"}))
        flawed.flaw = "invalid_grant"
        read = desk.vault.read

        async def another_writes_meanwhile(asked: str) -> str | None:
            found = await read(asked)
            if flawed.asked == 0:
                await desk.vault.write(name, json.dumps({"refresh_token": "newer"}))
            else:
                flawed.flaw = ""
            return found

        monkeypatch.setattr(desk.vault, "read", another_writes_meanwhile)
        assert await desk.tokens.access("xero:x") == ACCESS
        assert flawed.asked == 2
    assert json.loads(entries(desk.keyring)[name]) == {"refresh_token": REFRESH}


async def test_cancelled_wait_does_not_interrupt_a_renewal(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    before = refresh_token(desk, own)
    sandbox.fault("slow", seconds=1)
    tokens = desk.new_tokens()
    waiting = asyncio.create_task(tokens.access(own))
    async with asyncio.timeout(PATIENCE_S):
        while not sandbox.sandbox.calls.summary(0)["running"]:
            await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await tokens.access(own)
    assert refresh_token(desk, own) != before and await renewals(sandbox) == 2


async def test_lost_answer_is_asked_for_again(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    sandbox.fault("unavailable", times=2)
    assert await desk.new_tokens().access(own)
    assert await renewals(sandbox) == 1 + 3


@pytest.mark.parametrize(
    ("flaw", "kind", "fault"),
    [
        ("hangs", PassingTrouble, "unreachable"),
        ("drips", PassingTrouble, "unreachable"),
        ("down", PassingTrouble, "server_error"),
        ("limit", PassingTrouble, "limit"),
        ("html", PassingTrouble, "nonsense"),
        ("cut off", PassingTrouble, "nonsense"),
        ("empty", PassingTrouble, "nonsense"),
        ("deep", PassingTrouble, "nonsense"),
        ("token of lines", PassingTrouble, "nonsense"),
        ("token no text", PassingTrouble, "nonsense"),
        ("redirects", PassingTrouble, "nonsense"),
        ("invalid_client", Misconfigured, None),
        ("invalid_grant", SignInRefused, None),
    ],
)
async def test_old_token_stays_after_any_failure_and_is_never_printed(
    desk: Desk, flaw: str, kind: type[Trouble], fault: str | None
):
    async with serving() as flawed:
        desk = Desk(configured_for(flawed.url), desk.folder, Http(timeout_s=PATIENCE_S, attempts=1))
        await desk.vault.write(name_of("xero:x"), json.dumps({"refresh_token": REFRESH}))
        flawed.flaw = flaw
        timeout_s = 0.1 if fault == "unreachable" else PATIENCE_S
        impatient = Desk(desk.configured, desk.folder, Http(timeout_s=timeout_s, attempts=1))
        with pytest.raises(kind) as caught:
            await impatient.tokens.access("xero:x")
        assert getattr(caught.value, "fault", None) == fault
        assert not any(secret in logged(caught.value) for secret in (ACCESS, REFRESH))
        assert json.loads(desk.held()[name_of("xero:x")]) == {"refresh_token": REFRESH}
        flawed.flaw = ""
        assert await desk.tokens.access("xero:x") == ACCESS
        for at in (desk, impatient):
            assert "SECRET" not in repr(at.tokens) + repr(at.tokens.__dict__) + repr(vars(at.vault))


async def test_revoking_ends_it_there_and_here(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    old = refresh_token(desk, own)
    await desk.tokens.revoke(own)
    assert desk.held() == {}
    with pytest.raises(SignInNeeded):
        await desk.tokens.access(own)
    await desk.vault.write(name_of(own), json.dumps({"refresh_token": old}))
    with pytest.raises(SignInRefused):
        await desk.tokens.access(own)
    await desk.tokens.revoke("xero:nobody")


@pytest.mark.parametrize("flaw", ["down", "limit"])
async def test_sign_in_that_could_not_be_revoked_is_held_until_forgotten(desk: Desk, flaw: str):
    async with serving() as flawed:
        desk = Desk(configured_for(flawed.url), desk.folder)
        await desk.vault.write(name_of("xero:x"), json.dumps({"refresh_token": REFRESH}))
        flawed.flaw = flaw
        with pytest.raises(PassingTrouble) as caught:
            await desk.tokens.revoke("xero:x")
        assert REFRESH not in logged(caught.value)
        assert await desk.tokens.held("xero:x")
        await desk.tokens.forget("xero:x")
    assert desk.held() == {}


async def test_lock_held_forever_by_another_process_is_reported(
    desk: Desk, sandbox: Running, monkeypatch: pytest.MonkeyPatch
):
    own = await signed_in(desk, sandbox)
    monkeypatch.setattr(tokens_module, "_LOCK_MARGIN_S", 0.0)
    tokens = Desk(desk.configured, desk.folder, Http(timeout_s=0.1, attempts=1, longest_wait_s=0)).tokens
    with ExitStack() as stack:
        for lock in locks_of(desk):
            stack.enter_context(FileLock(lock))
        with pytest.raises(PassingTrouble, match="Another clientsync"):
            await tokens.access(own)


async def test_locks_that_cannot_be_made_are_reported(desk: Desk, sandbox: Running):
    own = await signed_in(desk, sandbox)
    shutil.rmtree(desk.folder / "locks")
    write(desk.folder / "locks", "a file where the folder should be")
    with pytest.raises(KeyringTrouble, match="locks"):
        await desk.new_tokens().access(own)
