"""Signs in without a browser: follows a sign-in link as one of the sandbox's accountants, back to the waiting program."""

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpx2

TIMEOUT_S = 30
_HOPS = 10
_HERE = ("127.0.0.1", "localhost", "::1")


class NotSignedIn(Exception):
    """The sign-in failed; `str()` says why."""


def sign_in(link: str, email: str, organisations: Sequence[str] | None = None) -> None:
    """Signs the person in and connects the organisations (by id; None: whatever the app allows, all or the next one).

    `link`: a sign-in's, or the address of a device page with the code in it. Returns when the program that made the link
    has its answer. Raises NotSignedIn.
    """
    page = urlsplit(link)
    if code := dict(parse_qsl(page.query)).get("user_code"):
        enter_code(urlunsplit(page._replace(query="")), code, email)
        return
    extra = {"prompt": "none", "login_hint": email}
    if organisations is not None:
        extra["organisations"] = ",".join(organisations)
    url = link
    # The loopback needs no proxy and no certificates, which are slow to load.
    with httpx2.Client(trust_env=False, verify=False, timeout=TIMEOUT_S) as client:
        for _ in range(_HOPS):
            url = _with(url, extra)
            if urlsplit(url).hostname not in _HERE:
                raise NotSignedIn("the link leads off this machine, so it is not a sandbox's")
            try:
                answer = client.get(url)
            except httpx2.HTTPError as error:
                raise NotSignedIn(
                    f"nothing answers at {urlsplit(url).netloc}: {type(error).__name__}"
                ) from None
            if not answer.has_redirect_location:
                break
            url = urljoin(url, answer.headers["location"])
        else:
            raise NotSignedIn("the link leads in circles")
    if answer.is_error:
        raise NotSignedIn(_words(answer.text) or f"answer {answer.status_code}")
    arrived = dict(parse_qsl(urlsplit(url).query))
    if "code" not in arrived:
        raise NotSignedIn(arrived.get("error", "the link does not lead to a sign-in"))


def enter_code(page: str, code: str, email: str, *, refuse: bool = False) -> None:
    """Enters a device's code on the page as the person would, and allows or refuses the request. Raises NotSignedIn."""
    if urlsplit(page).hostname not in _HERE:
        raise NotSignedIn("the page is not on this machine: it is no sandbox's")
    form = {"user_code": code, "person": email, "answer": "Refuse" if refuse else "Allow"}
    with httpx2.Client(trust_env=False, verify=False, timeout=TIMEOUT_S) as client:
        answer = client.post(page, data=form)
    if answer.is_error or "Thank you" not in answer.text:
        raise NotSignedIn(_words(answer.text))


def _with(url: str, extra: dict[str, str]) -> str:
    """The authorise link with extra parameters; any other address unchanged."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if "response_type" not in dict(query):
        return url
    return urlunsplit(parts._replace(query=urlencode([*query, *extra.items()])))


def _words(page: str) -> str:
    """A page's text, for a message."""
    body = page.partition("<body>")[2] or page
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())[:500]
