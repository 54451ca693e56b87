import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.practice.trouble import SignInFailed, UsageError
from clientsync_tui.signin import pasted, redirected

WHOLE = "http://localhost:8400/callback?code=c0de-%2F1&scope=openid%20profile&state=st-4te&session_state=x"
_NOISE = st.text(" \t\r\n\u200b", max_size=4)


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE)), _NOISE), max_size=6),
    st.sampled_from(["", '"', "'", "<>", "`"]),
)
def test_an_address_is_read_however_it_was_broken(breaks: list[tuple[int, str]], quotes: str):
    text = WHOLE
    for place, noise in sorted(breaks, reverse=True):
        text = text[:place] + noise + text[place:]
    found = pasted.parameters(f"{quotes[:1]}{text}{quotes[-1:]}")
    assert (found["code"], found["state"]) == (["c0de-/1"], ["st-4te"])


@pytest.mark.parametrize(
    "text",
    [
        "?code=c&state=s",
        "code=c&state=s",
        "https://practice.example/connected?state=s&code=c#fragment",
        "http://localhost:8400/callback?code=c&amp;state=s",
        "\x1b[200~http://localhost:8400/callback?code=c&state=s\x1b[201~",
        "error=access_denied&state=s",
    ],
)
def test_what_is_accepted(text: str):
    assert pasted.parameters(text)["state"] == ["s"]


@pytest.mark.parametrize(
    "text", ["", "  \n", "c0de", "http://localhost:8400/callback", "?code=c", "?state=s", "?x=1"]
)
def test_what_is_not(text: str):
    with pytest.raises(UsageError):
        pasted.parameters(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(UsageError):
        assert "state" in pasted.parameters(text)


def read(query: str) -> redirected.Redirected:
    return redirected.read(
        pasted.parameters(query), title="Xero", state="s", issuer="https://identity.example"
    )


@pytest.mark.parametrize(
    "query",
    [
        "?code=c&state=t",
        "?code=c&state=s&state=s",
        "?code=c&code=d&state=s",
        "?code=&state=s",
        "?code=c&state=s&iss=https://other.example",
        "?code=c&state=s&error=access_denied",
        "?code=c&state=\u00e9",
    ],
)
def test_a_redirect_that_is_not_ours_is_refused(query: str):
    with pytest.raises(SignInFailed):
        read(query)


def test_a_redirect_holds_its_code_and_shows_it_nowhere():
    found = read("?code=c0de&state=s&iss=https://identity.example")
    assert found.code == "c0de"
    assert "c0de" not in repr(found)
