"""Signing in: whose sign-in it is, what it covers, and the ways in which it fails."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from ..accounting.seam.abilities import refusal
from ..practice.people import SignIn
from ..practice.text import clean
from ..practice.trouble import SignInFailed, SignInRefused, UsageError
from ..sandbox.consent.authorise_request import HTTPS_REDIRECT
from ..signin.attempt import Attempt
from ..signin.token_endpoint import TokenEndpoint
from ..sync.jobs.session import Session
from .stand import PATIENCE_S, Stand

__all__ = [
    "test_a_code_is_good_once",
    "test_a_refusal_in_the_apps_own_way_is_explained",
    "test_a_sign_in_says_who_and_for_what",
    "test_another_person_is_another",
    "test_no_secret_goes_to_a_server_that_only_a_redirect_names",
    "test_what_was_refused_or_is_another_attempts_comes_to_nothing",
    "test_where_the_redirect_is_a_page_the_address_is_pasted",
    "test_without_the_organisation_in_the_redirect_no_code_is_exchanged",
]


def test_a_sign_in_says_who_and_for_what(name: str, stand: Stand) -> None:
    first, again = stand.signed_in(), stand.signed_in()
    assert first.person.email == stand.person
    # Some apps say no more than the e-mail address.
    assert first.person.name in (stand.box.world.people[0].name, stand.person)
    assert first.id == again.id, "the person's id is the same each time"
    if stand.one:
        assert first.organisation_id == stand.realm
        assert first.organisation_name == clean(stand.box.world.named(name, 0).name).strip()
        assert stand.signed_in(1).id != first.id
    else:
        assert first.organisation_id is None
    lives_s = min(stand.personality.unused_s, stand.personality.hard_s or float("inf"))
    if first.ends_at is not None:
        ends = datetime.now(UTC) + timedelta(seconds=lives_s)
        assert ends - timedelta(days=2) < first.ends_at < ends + timedelta(minutes=1)


def test_another_person_is_another(name: str, stand: Stand) -> None:
    other = stand.box.world.people[1]
    theirs = stand.do(lambda session: stand.sign_in(session, email=other.email))
    assert theirs.person.email == other.email
    assert theirs.person.id != stand.signed_in().person.id


@pytest.mark.parametrize("how", ["denied", "denied on the page", "wrong state"])
def test_what_was_refused_or_is_another_attempts_comes_to_nothing(name: str, stand: Stand, how: str) -> None:
    async def work(session: Session) -> None:
        async with session.begin(name) as attempt:
            asked = dict(parse_qsl(urlsplit(attempt.link).query))
            redirect, state = asked["redirect_uri"], asked["state"]
            redirects: dict[str, Mapping[str, str]] = {
                "denied": {"error": "access_denied", "state": state},
                "wrong state": {"code": "a-code", "state": "wrong"},
            }
            page = _refused(attempt, stand.person) if how == "denied on the page" else None
            attempt.paste(page or f"{redirect}?{urlencode(redirects[how])}")
            await attempt.wait(PATIENCE_S)

    before = stand.calls_made
    with pytest.raises(SignInFailed):
        stand.do(work)
    endpoint = f"/{name}{stand.personality.token_path}"
    assert endpoint not in [call["path"] for call in stand.called(before)], "no code was exchanged"


def test_a_code_is_good_once(name: str, stand: Stand) -> None:
    async def work(session: Session) -> None:
        async with session.begin(name) as attempt:
            back = _followed(attempt, stand)
            attempt.paste(back)
            await attempt.wait(PATIENCE_S)
        asked, redirected = (dict(parse_qsl(urlsplit(link).query)) for link in (attempt.link, back))
        endpoint = TokenEndpoint(stand.workplace.configured(name), PATIENCE_S)
        await endpoint.exchange(redirected["code"], asked["redirect_uri"], None)

    with pytest.raises(SignInRefused, match="did not accept the code"):
        stand.do(work)


def test_without_the_organisation_in_the_redirect_no_code_is_exchanged(name: str, stand: Stand) -> None:
    if stand.personality.realm_parameter is None:
        pytest.skip("the redirect names no organisation")

    async def work(session: Session) -> None:
        async with session.begin(name) as attempt:
            back = _followed(attempt, stand)
            address, _, query = back.partition("?")
            parameters = {k: v for k, v in parse_qsl(query) if k != stand.personality.realm_parameter}
            with pytest.raises(UsageError, match=stand.personality.realm_parameter):
                attempt.paste(f"{address}?{urlencode(parameters)}")
            # The code is still good, so the complete address can be pasted.
            assert endpoint not in [call["path"] for call in stand.called(before)], "no code was exchanged"
            attempt.paste(back)
            assert (await attempt.wait(PATIENCE_S)).organisation_id == stand.realm

    endpoint, before = f"/{name}{stand.personality.token_path}", stand.calls_made
    stand.do(work)


@pytest.mark.parametrize("forged", ["https://elsewhere.example", "{true}.elsewhere.example", "http://{host}"])
def test_no_secret_goes_to_a_server_that_only_a_redirect_names(name: str, stand: Stand, forged: str) -> None:
    parameter = stand.personality.server_parameter
    if parameter is None:
        pytest.skip("the redirect names no server")

    async def work(session: Session) -> None:
        async with session.begin(name) as attempt:
            address, _, query = _followed(attempt, stand).partition("?")
            parameters = dict(parse_qsl(query))
            true = parameters[parameter]
            parameters[parameter] = forged.format(true=true, host=urlsplit(true).hostname)
            attempt.paste(f"{address}?{urlencode(parameters)}")
            await attempt.wait(PATIENCE_S)

    endpoint, before = f"/{name}{stand.personality.token_path}", stand.calls_made
    with pytest.raises(SignInFailed):
        stand.do(work)
    assert endpoint not in [call["path"] for call in stand.called(before)], "no code was exchanged"


def test_a_refusal_in_the_apps_own_way_is_explained(name: str, stand: Stand) -> None:
    if not stand.personality.odd_refusals:
        pytest.skip("it refuses in the usual way")

    async def work(session: Session, more: Mapping[str, str]) -> None:
        async with session.begin(name) as attempt:
            back = _followed(attempt, stand, **more)
            assert "state" not in dict(parse_qsl(urlsplit(back).query))
            attempt.paste(back)
            with pytest.raises(SignInFailed) as raised:
                await attempt.wait(PATIENCE_S)
            assert str(raised.value) == refusal(stand.software, dict(parse_qsl(urlsplit(back).query)))

    for odd in stand.personality.odd_refusals:
        stand.do(lambda session, odd=odd: work(session, odd.parameters))


def test_where_the_redirect_is_a_page_the_address_is_pasted(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    apps = stand.personality.apps.values()
    app = next((app for app in apps if app.https_only), next(iter(apps)))
    stand.use(app, redirect_url=HTTPS_REDIRECT)

    async def work(session: Session) -> SignIn:
        async with session.begin(name) as attempt:
            assert not attempt.listening
            attempt.paste(_followed(attempt, stand))
            return await attempt.wait(PATIENCE_S)

    sign_in = stand.do(work)
    # A new run renews the sign-in, for which some apps need the redirect again.
    assert stand.do(lambda session: stand.read(session.calls(sign_in), "details"))["name"]


def _followed(attempt: Attempt, stand: Stand, **added: str) -> str:
    """Where the browser ends up if the person signs in at once. `added`: to the link's parameters."""
    more = {"prompt": "none", "login_hint": stand.person, "organisation": stand.realm, **added}
    if not stand.one:
        del more["organisation"]
    answer = httpx2.get(f"{attempt.link}&{urlencode(more)}", trust_env=False)
    return answer.headers["location"]


def _refused(attempt: Attempt, email: str) -> str:
    """Where the browser ends up if the person refuses."""
    address, _, query = attempt.link.partition("?")
    form = {"request": query, "person": email, "answer": "Refuse"}
    return httpx2.post(address, data=form, trust_env=False).headers["location"]
