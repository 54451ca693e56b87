import contextlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.accounting.seam.configured import Configured
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.trouble import SignInFailed, UsageError
from clientsync_tui.signin import pasted, redirected

WHOLE = "http://localhost:8400/callback?code=c0de-%2F1&scope=openid%20profile&state=st-4te&session_state=x"
STATE_LAST = "http://localhost:8400/callback?code=c0de-%2F1&state=st-4te"
CODE_LAST = "https://practice.example/connected?state=st-4te&code=c0de-%2F1"
_NOISE = st.text(" \t\r\n\u200b", max_size=4)
_XERO = Configured(XERO, "app", 8400, XERO.addresses, ())


def readings(text: str) -> list[pasted.Parameters]:
    return pasted.readings(text, lambda found: redirected.pasted_refusal(found, _XERO) is not None)


def q(address: str) -> str:
    return quote(address, safe="")


SAFELINKS = "https://eur01.safelinks.protection.outlook.com/?url="
CHANGES: dict[str, Callable[[str], str]] = {
    "plain": lambda u: u,
    "query alone": lambda u: u.partition("?")[2],
    "#_=_": lambda u: u + "#_=_",
    "no scheme": lambda u: u.partition("://")[2],
    "no scheme #_=_": lambda u: u.partition("://")[2] + "#_=_",
    "hash route": lambda u: u.replace("?", "#/done?").replace("/callback", "/"),
    "fragment": lambda u: u.replace("?", "#"),
    "safelinks": lambda u: f"{SAFELINKS}{q(u)}&data=05%7C02%7C&reserved=0",
    "safelinks twice": lambda u: f"{SAFELINKS}{q(SAFELINKS + q(u))}&data=05%7C02%7C",
    "redirecting page": lambda u: f"https://www.google.example/url?q={q(u)}&sa=D",
    "percent": q,
    "percent twice": lambda u: q(q(u)),
    "words before": lambda u: "here it is: " + u,
    "words right before": lambda u: "address:" + u,
    "question before": lambda u: "is it this one? " + u,
    "words behind": lambda u: u + " is what it says",
    "words around": lambda u: f"I see this ({u}), and nothing else.",
    "lines around": lambda u: f"Hello Grace,\n\n{u}\n\nKind regards, Ann",
    "markdown": lambda u: f"[{u}]({u})",
    "markdown with words": lambda u: f"See [the page]({u}).",
    "slack": lambda u: f"<{u}|{u}>",
    "angle brackets": lambda u: f"<{u}>",
    "trailing dot": lambda u: u + ".",
    "question mark behind": lambda u: u + "?",
    "bold": lambda u: f"**{u}**",
    "quotes of a word processor": lambda u: f"\u201c{u}\u201d",
    "guillemets": lambda u: f"\u00ab\u00a0{u}\u00a0\u00bb",
    "backticks": lambda u: f"```\n{u}\n```",
    "nbsp": lambda u: f"\u00a0{u}\u00a0",
    "curl": lambda u: f"curl '{u}'",
    "curl with headers": lambda u: f"curl '{u}' -H 'Accept: text/html' --compressed",
    "curl of Windows": lambda u: 'curl "' + u.replace("&", "^&") + '"',
    "escaped by a shell": lambda u: u.replace("?", "\\?").replace("&", "\\&").replace("=", "\\="),
    "json": lambda u: '{"url": "' + u.replace("/", "\\/").replace("&", "\\u0026") + '"}',
    "html": lambda u: f'<a href="{u.replace("&", "&amp;")}">here</a>',
    "header": lambda u: f"Location: {u}",
    "source of the page": lambda u: f"view-source:{u}",
    "twice": lambda u: u + u,
    "twice without a scheme": lambda u: u.partition("://")[2] * 2,
    "twice on two lines": lambda u: f"{u}\n{u}",
    "broken over lines": lambda u: f"  {u[:40]}\r\n   {u[40:]}\n",
    "broken by a mail": lambda u: f"> {u[:60]}\n{u[60:]}\n",
    "pasted into a terminal": lambda u: f"\x1b[200~{u}\x1b[201~",
    "behind an old one": lambda u: f"{u.replace('st-4te', 'older')}\n{u}",
}


def taken(text: str) -> redirected.Redirected | None:
    """The first reading that holds the right state, as an attempt takes it."""
    for parameters in readings(text):
        with contextlib.suppress(redirected.Foreign, redirected.Incomplete):
            return redirected.read(parameters, _XERO, "st-4te")
    return None


@pytest.mark.parametrize("address", [WHOLE, STATE_LAST, CODE_LAST])
@pytest.mark.parametrize("change", CHANGES)
def test_address_is_found_in_any_surrounding_text(address: str, change: str):
    found = taken(CHANGES[change](address))
    assert found is not None and found.code == "c0de-/1"


AROUND = [change for change, made in CHANGES.items() if WHOLE in made(WHOLE)]
OF_ITSELF = (
    "#_=_",
    "no scheme",
    "hash route",
    "fragment",
    "safelinks",
    "redirecting page",
    "percent",
    "html",
)


@given(st.sampled_from(OF_ITSELF), st.sampled_from(AROUND))
def test_address_is_found_in_combined_surroundings(inner: str, around: str):
    assert taken(CHANGES[around](CHANGES[inner](WHOLE))) is not None


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE)), _NOISE), max_size=6),
    st.sampled_from(["", '"', "'", "<>", "`"]),
)
def test_address_is_read_however_its_lines_were_broken(breaks: list[tuple[int, str]], quotes: str):
    text = WHOLE
    for place, noise in sorted(breaks, reverse=True):
        text = text[:place] + noise + text[place:]
    found = taken(f"{quotes[:1]}{text}{quotes[-1:]}")
    assert found is not None and found.code == "c0de-/1"


@pytest.mark.parametrize(
    "text",
    [
        "", "  \n", "c0de", "http://localhost:8400/callback", "?code=c", "?state=s", "?x=1", "x" * 40_000,
        "https://shop.example/?error=404", "&" * 1_000, "?" * 1_000, "%25" * 1_000,
    ],
)  # fmt: skip
def test_text_that_is_not_a_redirect_is_reported(text: str):
    with pytest.raises(UsageError):
        readings(text)


def test_sign_in_link_pasted_by_mistake_is_recognised():
    with pytest.raises(UsageError, match="sign-in link"):
        readings("https://login.example/authorize?client_id=app&state=s&redirect_uri=x")


def test_refusal_without_a_state_is_read():
    (found,) = readings("http://localhost:8400/callback?error=access_denied")
    assert found == {"error": ["access_denied"]}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(UsageError):
        for parameters in readings(text):
            assert "state" in parameters or "error" in parameters


def read(query: str) -> redirected.Redirected:
    (found, *_) = readings(query)
    return redirected.read(found, _XERO, "s")


@pytest.mark.parametrize(
    "query",
    [
        "?code=c&state=t",
        "?code=c&state=s&state=s",
        "?code=c&state=s&iss=https://other.example",
        "?code=c&state=s&error=access_denied",
        "?code=c&state=\u00e9",
        "?code=c&state=",
    ],
)
def test_redirect_that_is_not_ours_is_refused(query: str):
    with pytest.raises(SignInFailed):
        read(query)


@pytest.mark.parametrize("query", ["?code=&state=s", "?code=c&code=d&state=s"])
def test_redirect_without_one_code_is_incomplete(query: str):
    with pytest.raises(redirected.Incomplete):
        read(query)


def test_redirect_has_its_code_but_never_shows_it():
    found = read("?code=c0de&state=s&iss=https://identity.xero.com")
    assert found.code == "c0de"
    assert "c0de" not in repr(found)
