import asyncio
import json
import socket
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from clientsync_tui.accounting.seam.configured import Http
from clientsync_tui.host import this_user
from clientsync_tui.practice.trouble import (
    KeyringTrouble,
    Misconfigured,
    PassingTrouble,
    SignInFailed,
    UsageError,
)
from clientsync_tui.sandbox.consent.authorise import sign_in
from clientsync_tui.sandbox.server import Running
from clientsync_tui.signin.attempt import Attempt
from tests.signin.desk import Desk, answered, completed, desk, first_person, keyring, logged, name_of
from tests.signin.keyrings import fail
from tests.support.command import PATIENCE_S
from tests.support.sandbox import sandbox

__all__ = ["desk", "keyring", "sandbox"]

TOKEN = "/connect/token"


async def get(url: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
        return await http.get(url, headers=headers)


def state_of(attempt: Attempt) -> str:
    return parse_qs(urlsplit(attempt.link).query)["state"][0]


def redirect_of(attempt: Attempt, **parameters: str) -> str:
    uri = parse_qs(urlsplit(attempt.link).query)["redirect_uri"][0]
    return str(httpx2.URL(uri, params=parameters))


def authorised(attempt: Attempt, email: str) -> str:
    """The redirected address as the user's browser would show it at the end."""
    link = httpx2.URL(attempt.link).copy_merge_params({"prompt": "none", "login_hint": email})
    answer = httpx2.get(link, trust_env=False, verify=False)
    assert answer.has_redirect_location, answer.text
    return answer.headers["location"]


async def test_user_without_a_name_can_sign_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless(uid: int) -> str:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr("pwd.getpwuid", nameless)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    port = desk.configured.redirect_port
    async with desk.begin() as attempt:
        assert attempt.ssh_line == f"ssh -L {port}:localhost:{port} {socket.gethostname()}"


@pytest.mark.parametrize(
    ("came_in_by", "line"),
    [
        ("198.51.100.7 51234 203.0.113.9 22", "ssh -L {port}:localhost:{port} {login}@203.0.113.9"),
        ("198.51.100.7 51234 203.0.113.9 2222", "ssh -p 2222 -L {port}:localhost:{port} {login}@203.0.113.9"),
        ("2001:db8::7 51234 2001:db8::9 2222", "ssh -p 2222 -L {port}:localhost:{port} {login}@2001:db8::9"),
    ],
)
async def test_ssh_line_uses_the_route_of_the_current_session(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, came_in_by: str, line: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", came_in_by)
    async with desk.begin() as attempt:
        assert attempt.ssh_line == line.format(port=desk.configured.redirect_port, login=this_user.login())


async def test_short_link_leads_to_a_sign_in_that_saves_only_the_refresh_token(desk: Desk, sandbox: Running):
    email = first_person(sandbox)
    async with desk.begin() as attempt:
        assert attempt.listening and attempt.trouble is None
        port = desk.configured.redirect_port
        assert attempt.short_link == f"http://127.0.0.1:{port}/"
        assert attempt.ssh_line.startswith(f"ssh -L {port}:")
        waiting = asyncio.create_task(attempt.wait(20))
        await asyncio.to_thread(sign_in, attempt.short_link, email)
        signed_in = await waiting
    assert signed_in.person.email == email
    assert signed_in.id == f"xero:{signed_in.person.id}"
    assert (signed_in.ends_at - signed_in.used_at).days == 60
    held = desk.held()
    assert list(held) == [name_of(signed_in.id)]
    assert list(json.loads(held[name_of(signed_in.id)])) == ["refresh_token"]
    with pytest.raises(httpx2.ConnectError):
        await get(f"http://127.0.0.1:{port}/")


async def test_access_token_of_the_sign_in_is_used_without_another_renewal(desk: Desk, sandbox: Running):
    signed_in = await desk.sign_in(first_person(sandbox))
    before = await answered(sandbox, TOKEN)
    assert await desk.tokens.access(signed_in.id)
    assert await answered(sandbox, TOKEN) == before == 1


async def test_pasted_redirect_completes_the_sign_in(desk: Desk, sandbox: Running):
    async with desk.begin() as attempt:
        redirected = await asyncio.to_thread(authorised, attempt, first_person(sandbox))
        attempt.paste(f'  "{redirected[:50]}\r\n   {redirected[50:]}"\n')
        signed_in = await attempt.wait(20)
    assert list(desk.held()) == [name_of(signed_in.id)]


async def test_wrong_paste_is_reported_and_the_attempt_continues(desk: Desk, sandbox: Running):
    async with desk.begin() as attempt:
        for wrong in ("", "hello", "https://login.example/", attempt.link):
            with pytest.raises(UsageError):
                attempt.paste(wrong)
        assert await completed(attempt, first_person(sandbox))


async def test_pasted_address_with_a_wrong_state_ends_the_attempt_and_exchanges_nothing(
    desk: Desk, sandbox: Running
):
    async with desk.begin() as attempt:
        attempt.paste(redirect_of(attempt, code="a-good-looking-code", state="another"))
        with pytest.raises(SignInFailed, match="state"):
            await attempt.wait(5)
    assert await answered(sandbox, TOKEN) == 0
    assert desk.held() == {}


@pytest.mark.parametrize(
    "foreign",
    [
        {"code": "a-good-looking-code", "state": "another"},
        {"error": "access_denied"},
        {"error": "access_denied", "state": "another"},
        {"code": "c", "state": ""},
    ],
)
async def test_foreign_request_to_the_loopback_changes_nothing(
    desk: Desk, sandbox: Running, foreign: dict[str, str]
):
    messages: list[str] = []
    async with desk.begin() as attempt:
        attempt.say = messages.append
        for _ in range(5):
            page = await get(redirect_of(attempt, **foreign))
            assert page.status_code == 400 and "state" in page.text
        twice = redirect_of(attempt, code="c", state=state_of(attempt)) + f"&state={state_of(attempt)}"
        assert (await get(twice)).status_code == 400
        assert await completed(attempt, first_person(sandbox))
    assert len(messages) == 3 and all("another sign-in" in sentence for sentence in messages)
    assert "will not be shown" in messages[-1]
    assert await answered(sandbox, TOKEN) == 1


async def test_ignored_redirects_are_counted_at_the_end(desk: Desk):
    async with desk.begin() as attempt:
        for _ in range(4):
            await get(redirect_of(attempt, error="access_denied"))
        with pytest.raises(SignInFailed, match="4 answers from another sign-in"):
            await attempt.wait(0.05)


async def test_paste_that_is_cut_off_or_lacks_its_code_is_reported_and_the_attempt_continues(
    desk: Desk, sandbox: Running
):
    async with desk.begin() as attempt:
        address = await asyncio.to_thread(authorised, attempt, first_person(sandbox))
        state = state_of(attempt)
        for wrong, says in (
            (redirect_of(attempt, code="c", state=state[:-4]), "incomplete"),
            (redirect_of(attempt, code="", state=state), "no code"),
            (redirect_of(attempt, error="nonsense"), "not the address"),
        ):
            with pytest.raises(UsageError, match=says):
                attempt.paste(wrong)
        attempt.paste(address)
        assert await attempt.wait(20)


async def test_pasted_refusal_without_a_state_ends_the_attempt(desk: Desk):
    async with desk.begin() as attempt:
        attempt.paste(redirect_of(attempt, error="access_denied"))
        with pytest.raises(SignInFailed, match="refused"):
            await attempt.wait(5)


async def test_second_redirect_changes_nothing(desk: Desk, sandbox: Running):
    async with desk.begin() as attempt:
        await get(redirect_of(attempt, error="access_denied", state=state_of(attempt)))
        redirected = await asyncio.to_thread(authorised, attempt, first_person(sandbox))
        attempt.paste(redirected)
        with pytest.raises(SignInFailed):
            await attempt.wait(5)
    assert desk.held() == {}


async def test_refusal_on_the_consent_page_is_reported(desk: Desk):
    async with desk.begin() as attempt:
        page = await get(redirect_of(attempt, error="access_denied", state=state_of(attempt)))
        assert "refused" in page.text and "terminal" in page.text
        with pytest.raises(SignInFailed, match="refused"):
            await attempt.wait(5)
    assert desk.held() == {}


async def test_unknown_error_is_reported_without_control_characters(desk: Desk):
    async with desk.begin() as attempt:
        attempt.paste(
            redirect_of(
                attempt, error="server_error", error_description="no\x1b[2Jgood", state=state_of(attempt)
            )
        )
        with pytest.raises(SignInFailed, match=r"server_error \(no\[2Jgood\)"):
            await attempt.wait(5)


async def test_attempt_times_out_if_nobody_signs_in(desk: Desk):
    async with desk.begin() as attempt:
        with pytest.raises(SignInFailed, match="within"):
            await attempt.wait(0.05)
    assert desk.held() == {}


async def test_foreign_redirect_is_refused_and_the_attempt_continues(desk: Desk, sandbox: Running):
    async with desk.begin() as attempt:
        base = f"http://127.0.0.1:{desk.configured.redirect_port}"
        state = state_of(attempt)
        assert (await get(f"{base}/favicon.ico")).status_code == 404
        assert (await get(f"{base}/callback")).status_code == 404
        assert (await get(f"{base}/callback2?code=c&state={state}")).status_code == 404
        assert (await get(f"{base}/callback?code=c&state={state}", host="evil.example")).status_code == 400
        assert (await get(f"{base}/", host="evil.example")).status_code == 400
        assert (await get(f"{base}/", host="127.0.0.1")).status_code == 400
        async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
            assert (await http.post(f"{base}/callback?code=c&state={state}")).status_code == 405
        for rubbish in (b"\x16\x03\x01\x00\xa5" * 40, b"GET / HTTP/1.1\r\n", b"x" * 70_000, b"\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.configured.redirect_port)
            writer.write(rubbish)
            writer.write_eof()
            await reader.read()
            writer.close()
        assert await completed(attempt, first_person(sandbox))


async def test_last_page_sends_no_referrer_and_is_not_cached(desk: Desk):
    async with desk.begin() as attempt:
        page = await get(redirect_of(attempt, code="c", state=state_of(attempt)))
    assert page.status_code == 200 and "terminal" in page.text
    assert page.headers["referrer-policy"] == "no-referrer" and page.headers["cache-control"] == "no-store"
    forwarded = None
    async with desk.begin() as attempt:
        forwarded = await get(attempt.short_link or "")
        assert forwarded.status_code == 302 and forwarded.headers["location"] == attempt.link


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
async def test_port_in_use_is_named_and_pasting_still_works(
    desk: Desk, sandbox: Running, family: int, host: str
):
    port = desk.configured.redirect_port
    with socket.socket(family, socket.SOCK_STREAM) as other:
        try:
            other.bind((host, port))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        other.listen()
        with pytest.raises(SignInFailed, match=rf"{port}.*\[software.xero\] redirect_port"):
            async with desk.begin(pasting=False):
                pass
        async with desk.begin() as attempt:
            assert not attempt.listening and attempt.short_link is None
            assert str(port) in (attempt.trouble or "") and "paste" in (attempt.trouble or "")
            attempt.paste(await asyncio.to_thread(authorised, attempt, first_person(sandbox)))
            assert await attempt.wait(20)
    async with desk.begin() as attempt:
        assert attempt.listening


@pytest.mark.parametrize("how", ["locked", "no bus", "hangs"])
async def test_keyring_that_cannot_save_is_found_before_anyone_signs_in(desk: Desk, how: str):
    fail(desk.keyring, set_password=how)
    impatient = Desk(desk.configured, desk.folder, keyring_s=0.1)
    with pytest.raises(KeyringTrouble):
        async with impatient.begin():
            pytest.fail("the attempt began")
    with pytest.raises(httpx2.ConnectError):
        await get(f"http://127.0.0.1:{desk.configured.redirect_port}/")


async def test_keyring_that_locks_meanwhile_leaves_the_earlier_sign_in(desk: Desk, sandbox: Running):
    signed_in = await desk.sign_in(first_person(sandbox))
    before = desk.held()
    fail(desk.keyring, set_password="locked but for the probe")
    with pytest.raises(KeyringTrouble):
        await desk.sign_in(first_person(sandbox))
    assert desk.held() == before
    fail(desk.keyring)
    assert await desk.new_tokens().access(signed_in.id)


async def test_signing_in_again_replaces_what_was_held(desk: Desk, sandbox: Running):
    first = await desk.sign_in(first_person(sandbox))
    before = desk.held()
    second = await desk.sign_in(first_person(sandbox))
    assert second.id == first.id
    assert list(desk.held()) == list(before) and desk.held() != before
    assert await desk.new_tokens().access(second.id)


async def test_two_people_are_two_sign_ins(desk: Desk, sandbox: Running):
    for person in sandbox.world.people[:2]:
        await desk.sign_in(person.email)
    assert len(desk.held()) == 2


async def test_no_offline_access_is_explained_and_nothing_saved(desk: Desk, sandbox: Running):
    scopes = tuple(scope for scope in desk.configured.scopes if scope != "offline_access")
    with pytest.raises(SignInFailed, match="offline_access"):
        await desk.with_configured(scopes=scopes).sign_in(first_person(sandbox))
    assert desk.held() == {}


async def test_app_with_a_secret(desk: Desk, sandbox: Running):
    async def secret() -> str:
        return "sandbox"

    async def wrong() -> str:
        return "guessed-wrong"

    with_secret = desk.with_configured(client_id="sandbox-xero-web", secret=secret)
    assert await with_secret.sign_in(first_person(sandbox))
    assert "sandbox" not in repr(with_secret.configured).replace("sandbox-xero-web", "").replace(
        sandbox.url, ""
    )
    with pytest.raises(Misconfigured) as refused:
        await desk.with_configured(client_id="sandbox-xero-web", secret=wrong).sign_in(first_person(sandbox))
    assert "clientsync setup xero" in str(refused.value)
    assert "guessed-wrong" not in logged(refused.value)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("unavailable", "server_error"), ("hang", "unreachable"), ("garbage", "nonsense")],
)
async def test_failing_sign_in_server_is_reported_and_nothing_is_saved(
    desk: Desk, sandbox: Running, kind: str, fault: str
):
    desk = Desk(desk.configured, desk.folder, Http(timeout_s=0.2 if kind == "hang" else PATIENCE_S))
    async with desk.begin() as attempt:
        redirected = await asyncio.to_thread(authorised, attempt, first_person(sandbox))
        sandbox.fault(kind)
        attempt.paste(redirected)
        with pytest.raises(PassingTrouble) as caught:
            await attempt.wait(10)
    assert caught.value.fault == fault
    assert parse_qs(urlsplit(redirected).query)["code"][0] not in logged(caught.value)
    assert desk.held() == {}


async def test_unreachable_sign_in_server_is_reported(desk: Desk, sandbox: Running):
    async with desk.begin() as attempt:
        redirected = await asyncio.to_thread(authorised, attempt, first_person(sandbox))
        await asyncio.to_thread(sandbox.stop)
        attempt.paste(redirected)
        with pytest.raises(PassingTrouble) as caught:
            await attempt.wait(10)
    assert caught.value.fault == "unreachable"
    assert desk.held() == {}


async def test_attempt_has_no_secret_in_its_repr(desk: Desk):
    async with desk.begin() as attempt:
        assert state_of(attempt) not in repr(attempt)


async def test_each_attempt_has_its_own_state_nonce_and_proof(desk: Desk):
    seen: set[str] = set()
    for _ in range(2):
        async with desk.begin() as attempt:
            query = parse_qs(urlsplit(attempt.link).query)
            assert query["code_challenge_method"] == ["S256"]
            seen |= {query[name][0] for name in ("state", "nonce", "code_challenge")}
    assert len(seen) == 6
