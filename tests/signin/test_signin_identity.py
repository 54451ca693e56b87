from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from clientsync_tui.accounting.seam.configured import Http
from clientsync_tui.practice.trouble import (
    Misconfigured,
    PassingTrouble,
    SignInFailed,
    SignInRefused,
    Trouble,
)
from clientsync_tui.signin.attempt import SignedIn
from tests.signin.desk import Desk, configured_for, keyring, told
from tests.signin.flawed import CODE, REFRESH, Flawed, serving
from tests.support.command import PATIENCE_S

__all__ = ["keyring"]

SECRETS = ("SECRET", REFRESH, CODE)


async def attempted(desk: Desk, flawed: Flawed) -> SignedIn:
    async with desk.begin() as attempt:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(attempt.link).query).items()}
        flawed.nonce = asked["nonce"]
        attempt.paste(f"{asked['redirect_uri']}?code={CODE}&state={asked['state']}")
        return await attempt.wait(PATIENCE_S)


@pytest.fixture
def how() -> Http:
    return Http(timeout_s=PATIENCE_S, attempts=1)


@pytest.mark.parametrize("flaw", ["", "clock a little off", "from the future"])
async def test_what_is_right_or_can_be_borne_is_accepted(tmp_path: Path, keyring: Path, how: Http, flaw: str):
    async with serving() as flawed:
        flawed.flaw = flaw
        desk = Desk(configured_for(flawed.url), tmp_path, how)
        assert (await attempted(desk, flawed)).sign_in.id == "xero:u-1"
    assert len(desk.held()) == 1


@pytest.mark.parametrize(
    "flaw",
    [
        "issuer", "audience", "audience of several", "nonce", "no nonce", "expired", "at_hash",
        "at_hash number", "no person", "signature", "signed with the public key", "unsigned", "tampered", "no jwt",
        "no id_token", "no refresh token", "discovery down", "discovery of another", "discovery garbage",
        "discovery without keys", "keys in the clear", "keys garbage",
    ],
)  # fmt: skip
async def test_a_proof_with_a_flaw_is_refused_and_nothing_kept(
    tmp_path: Path, keyring: Path, how: Http, flaw: str
):
    async with serving() as flawed:
        flawed.flaw = flaw
        desk = Desk(configured_for(flawed.url), tmp_path, how)
        with pytest.raises(SignInFailed) as caught:
            await attempted(desk, flawed)
    assert desk.held() == {} and desk.used == []
    assert not any(secret in told(caught.value) for secret in SECRETS)
    assert "othing was kept" in str(caught.value)


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
        ("life no number", PassingTrouble, "nonsense"),
        ("redirects", PassingTrouble, "nonsense"),
        ("invalid_client", Misconfigured, None),
        ("unauthorized_client", Misconfigured, None),
        ("invalid_grant", SignInRefused, None),
    ],
)
async def test_an_exchange_that_fails_says_how_and_keeps_nothing(
    tmp_path: Path, keyring: Path, how: Http, flaw: str, kind: type[Trouble], fault: str | None
):
    async with serving() as flawed:
        flawed.flaw = flaw
        waits = how if fault != "unreachable" else replace(how, timeout_s=0.3)
        desk = Desk(configured_for(flawed.url), tmp_path, waits)
        with pytest.raises(kind) as caught:
            await attempted(desk, flawed)
        assert flawed.asked == 1
    assert desk.held() == {} and desk.used == []
    assert not any(secret in told(caught.value) for secret in SECRETS)
    assert getattr(caught.value, "fault", None) == fault
    if flaw == "limit":
        assert caught.value.retry_at is not None
