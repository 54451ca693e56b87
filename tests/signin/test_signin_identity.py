from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from clientsync_tui.accounting.seam.configured import Http
from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.trouble import (
    Misconfigured,
    PassingTrouble,
    SignInFailed,
    SignInRefused,
    Trouble,
)
from tests.signin.desk import Desk, configured_for, keyring, logged
from tests.signin.flawed import CODE, REFRESH, Flawed, serving
from tests.support.command import PATIENCE_S

__all__ = ["keyring"]

SECRETS = ("SECRET", REFRESH, CODE)


async def attempted(desk: Desk, flawed: Flawed, tell: Callable[[str], None] = lambda _: None) -> SignIn:
    async with desk.begin() as attempt:
        attempt.say = tell
        asked = {name: values[0] for name, values in parse_qs(urlsplit(attempt.link).query).items()}
        flawed.nonce = asked["nonce"]
        attempt.paste(f"{asked['redirect_uri']}?code={CODE}&state={asked['state']}")
        return await attempt.wait(PATIENCE_S)


@pytest.fixture
def how() -> Http:
    return Http(timeout_s=PATIENCE_S, attempts=1)


@pytest.mark.parametrize("flaw", ["", "clock a little off", "from the future"])
async def test_correct_and_tolerable_claims_are_accepted(tmp_path: Path, keyring: Path, how: Http, flaw: str):
    async with serving() as flawed:
        flawed.flaw = flaw
        desk = Desk(configured_for(flawed.url), tmp_path, how)
        assert (await attempted(desk, flawed)).id == "xero:u-1"
    assert len(desk.held()) == 1


@pytest.mark.parametrize(
    "flaw",
    [
        "issuer", "issuer in a list", "audience", "audience of several", "nonce", "nonce in a list", "no nonce", "at_hash",
        "expired", "not yet", "an end in words", "an end beyond all dates", "a beginning in a list",
        "at_hash number", "no person", "signature", "signed with the public key", "unsigned", "tampered", "no jwt",
        "no id_token", "no refresh token", "discovery down", "discovery of another", "discovery garbage",
        "discovery without keys", "keys in the clear", "keys garbage",
    ],
)  # fmt: skip
async def test_flawed_id_token_is_refused_and_nothing_saved(
    tmp_path: Path, keyring: Path, how: Http, flaw: str
):
    async with serving() as flawed:
        flawed.flaw = flaw
        desk = Desk(configured_for(flawed.url), tmp_path, how)
        with pytest.raises(SignInFailed) as caught:
            await attempted(desk, flawed)
    assert desk.held() == {} and desk.used == []
    assert not any(secret in logged(caught.value) for secret in SECRETS)
    assert "othing was saved" in str(caught.value)


@pytest.mark.parametrize(
    ("flaw", "kind", "fault"),
    [
        ("hangs", PassingTrouble, "unreachable"),
        ("drips", PassingTrouble, "unreachable"),
        ("down", PassingTrouble, "server_error"),
        ("limit", PassingTrouble, "limit"),
        ("html", PassingTrouble, "nonsense"),
        ("cut off", PassingTrouble, "nonsense"),
        ("a list", PassingTrouble, "nonsense"),
        ("empty", PassingTrouble, "nonsense"),
        ("deep", PassingTrouble, "nonsense"),
        ("token of lines", PassingTrouble, "nonsense"),
        ("token no text", PassingTrouble, "nonsense"),
        ("redirects", PassingTrouble, "nonsense"),
        ("invalid_client", Misconfigured, None),
        ("unauthorized_client", Misconfigured, None),
        ("invalid_grant", SignInRefused, None),
    ],
)
async def test_failed_exchange_says_why_and_saves_nothing(
    tmp_path: Path, keyring: Path, how: Http, flaw: str, kind: type[Trouble], fault: str | None
):
    async with serving() as flawed:
        flawed.flaw = flaw
        waits = how if fault != "unreachable" else replace(how, timeout_s=0.1)
        desk = Desk(configured_for(flawed.url), tmp_path, waits)
        with pytest.raises(kind) as caught:
            await attempted(desk, flawed)
        assert flawed.asked == 1
    assert desk.held() == {} and desk.used == []
    assert not any(secret in logged(caught.value) for secret in SECRETS)
    assert getattr(caught.value, "fault", None) == fault
    if flaw == "limit":
        assert caught.value.retry_at is not None


@pytest.mark.parametrize(
    ("flaw", "says"), [("not yet", "15 minutes behind Xero's"), ("expired", "15 minutes ahead of Xero's")]
)
async def test_wrong_clock_is_reported_with_the_difference(
    tmp_path: Path, keyring: Path, how: Http, flaw: str, says: str
):
    async with serving() as flawed:
        flawed.flaw = flaw
        with pytest.raises(SignInFailed, match=f"This host's clock is {says}") as caught:
            await attempted(Desk(configured_for(flawed.url), tmp_path, how), flawed)
    assert "Error" not in str(caught.value)


async def test_harmless_clock_difference_is_mentioned(tmp_path: Path, keyring: Path, how: Http):
    messages: list[str] = []
    async with serving() as flawed:
        flawed.flaw = "from the future"
        await attempted(Desk(configured_for(flawed.url), tmp_path, how), flawed, messages.append)
    assert ["15 minutes behind" in sentence for sentence in messages] == [True]


@pytest.mark.parametrize(
    "life",
    ["soon", "3600", 10**400, float("inf"), float("-inf"), float("nan"), -1, 0, True, None, [1800], {"s": 1}],
)
async def test_nonsensical_token_lifetime_counts_as_short(
    tmp_path: Path, keyring: Path, how: Http, life: Any
):
    async with serving() as flawed:
        flawed.more = {"expires_in": life, "expires_at": life}
        desk = Desk(configured_for(flawed.url), tmp_path, how)
        sign_in = await attempted(desk, flawed)
        assert sign_in.ends_at is not None and sign_in.ends_at - sign_in.used_at < timedelta(days=61)
        assert await desk.tokens.access(sign_in.id) and flawed.asked == 1
        assert await desk.new_tokens().access(sign_in.id) and flawed.asked == 2


@pytest.mark.parametrize("field", ["access_token", "refresh_token", "id_token", "token_type"])
@pytest.mark.parametrize("wrong", [7, ["x"], {"token": REFRESH}, True, "", float("inf")])
async def test_answer_without_usable_tokens_is_refused_with_a_reason(
    tmp_path: Path, keyring: Path, how: Http, field: str, wrong: Any
):
    async with serving() as flawed:
        flawed.more = {field: wrong}
        desk = Desk(configured_for(flawed.url), tmp_path, how)
        with pytest.raises(PassingTrouble) as caught:
            await attempted(desk, flawed)
    assert desk.held() == {} and not any(secret in logged(caught.value) for secret in SECRETS)


@pytest.mark.parametrize(
    ("flaw", "stands_in", "says"),
    [
        ("no e-mail", "A B", True),
        ("e-mail in a list", "A B", True),
        ("user name alone", "ab@example.com", False),
    ],
)
async def test_without_an_e_mail_address_the_next_best_name_is_used_and_reported(
    tmp_path: Path, keyring: Path, how: Http, flaw: str, stands_in: str, says: bool
):
    messages: list[str] = []
    async with serving() as flawed:
        flawed.flaw = flaw
        sign_in = await attempted(Desk(configured_for(flawed.url), tmp_path, how), flawed, messages.append)
    assert (sign_in.person.name, sign_in.person.email) == ("A B", stands_in)
    assert ["no e-mail address for A B" in sentence for sentence in messages] == [True] * says


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        (None, []),
        ("", []),
        (7, []),
        ("accounting.settings.read accounting.contacts.read", []),
        (["openid", "accounting.settings.read", "accounting.contacts.read"], []),
        (
            "openid profile email accounting.settings.read",
            ["accounting.contacts.read (to read the suppliers)"],
        ),
        ("openid", ["accounting.contacts.read", "accounting.settings.read"]),
    ],
)
async def test_permission_not_granted_is_reported_with_what_will_not_work(
    tmp_path: Path, keyring: Path, how: Http, scope: Any, missing: list[str]
):
    messages: list[str] = []
    async with serving() as flawed:
        flawed.more = {"scope": scope}
        assert await attempted(Desk(configured_for(flawed.url), tmp_path, how), flawed, messages.append)
    assert len(messages) == bool(missing)
    assert all(name in messages[0] and "will not work" in messages[0] for name in missing)
