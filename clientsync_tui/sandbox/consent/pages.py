"""The sign-in pages as plain HTML forms without scripts, for graphical and text browsers. Everything shown is escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from starlette.responses import HTMLResponse

from ...practice.text import clean
from ..world.world import Accountant
from .authorise_request import AuthoriseRequest

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}
Picking = Literal["checkbox", "radio", "none"]
_STYLE = "body{font:16px/1.5 sans-serif;max-width:44em;margin:2em auto;padding:0 1em}label{display:block}"


@dataclass(frozen=True, slots=True)
class Line:
    """An organisation on the consent page."""

    id: str
    name: str
    connected: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What the consent page shows. `lines`: page `page` (from 1) of `pages`; `elsewhere`: ids ticked on other pages.

    `total`: how many organisations the person reaches. `message`: why the last answer was not accepted.
    """

    lines: Sequence[Line]
    elsewhere: Sequence[str]
    page: int
    pages: int
    total: int
    search: str
    all_ticked: bool
    message: str


def error_page(title: str, message: str, status: int = 400) -> HTMLResponse:
    """A page that leads nowhere."""
    return _page(title, f"<h1>{_t(title)}</h1><p>{_t(message)}</p>", status)


def people_page(title: str, asked: AuthoriseRequest, people: Sequence[Accountant]) -> HTMLResponse:
    """Asks who is signing in."""
    hint = (asked.login_hint or "").lower()
    chosen = next((p for p in people if p.email == hint), people[0])
    choices = "".join(
        f'<label><input type="radio" name="person" value="{_t(p.email)}"{" checked" if p is chosen else ""}> '
        f"{_t(p.name)} &lt;{_t(p.email)}&gt;</label>"
        for p in people
    )
    return _page(
        f"Sign in to {title}",
        f"<h1>Sign in to {_t(title)} (sandbox)</h1><p>The app {_t(asked.app.id)} wants to connect. Who are you?</p>"
        f"{_form(asked)}{choices}<p>{_button('go', 'Continue')}</p></form>",
    )


def device_page(title: str, user_code: str, people: Sequence[Accountant], message: str = "") -> HTMLResponse:
    """Asks for a device's code, who enters it, and whether they allow the request."""
    choices = "".join(
        f'<label><input type="radio" name="person" value="{_t(p.email)}"{" checked" if p is people[0] else ""}> '
        f"{_t(p.name)} &lt;{_t(p.email)}&gt;</label>"
        for p in people
    )
    warning = f"<p><strong>{_t(message)}</strong></p>" if message else ""
    return _page(
        f"Sign in to {title}",
        f"<h1>Sign in to {_t(title)} on another device (sandbox)</h1>{warning}"
        f'<form method="post" accept-charset="utf-8"><p><label>Code <input name="user_code" value="{_t(user_code)}"></label></p>'
        f"{choices}<p>{_button('answer', 'Allow')} {_button('answer', 'Refuse')}</p></form>",
    )


def done_page(title: str, message: str) -> HTMLResponse:
    """Says that there is nothing more to do here."""
    return _page(title, f"<h1>{_t(title)}</h1><p>{_t(message)}</p>")


def consent_page(
    title: str, asked: AuthoriseRequest, person: Accountant, kind: Picking, choice: Choice
) -> HTMLResponse:
    """Asks the person which organisations the app may reach; `kind` none: all of theirs, without asking."""
    many = kind == "checkbox"
    lines = "".join(
        f'<label><input type="{kind}" name="organisation" value="{_t(line.id)}"{" checked" if line.ticked else ""}> '
        f"{_t(line.name)}{' (connected)' if line.connected else ''}</label>"
        for line in choice.lines
    )
    hidden = "".join(_hidden("organisation", i) for i in choice.elsewhere) if many else ""
    everything = (
        f'<p><label><input type="checkbox" name="all" value="1"{" checked" if choice.all_ticked else ""}> '
        f"All {choice.total:,} organisations</label></p>"
    )
    picking = f"{_turning(choice)}{everything if many else ''}{lines or '<p>No organisation.</p>'}"
    scopes = "".join(f"<li>{_t(scope)}</li>" for scope in asked.scopes)
    wanted = f"<p>The app asks for:</p><ul>{scopes}</ul>" if scopes else ""
    message = f"<p><strong>{_t(choice.message)}</strong></p>" if choice.message else ""
    return _page(
        f"Allow access to {title}",
        f"<h1>Allow {_t(asked.app.id)} to reach your {_t(title)} organisations?</h1>"
        f"<p>You are signing in as <strong>{_t(person.name)}</strong> &lt;{_t(person.email)}&gt;.</p>{message}"
        f"{_form(asked)}{_hidden('person', person.email)}{_hidden('shown', str(choice.page))}{hidden}"
        f"{picking if kind != 'none' else ''}{wanted}"
        f"<p>{_button('answer', 'Allow')} {_button('answer', 'Refuse')}</p></form>",
    )


def _turning(choice: Choice) -> str:
    if choice.pages == 1 and not choice.search and choice.total == len(choice.lines):
        return ""
    return (
        f'<p><label>Name contains <input name="search" value="{_t(choice.search)}"></label> {_button("go", "Search")}</p>'
        f"<p>Page {choice.page:,} of {choice.pages:,} "
        f"{_button('go', 'Previous') if choice.page > 1 else ''} {_button('go', 'Next') if choice.page < choice.pages else ''}</p>"
    )


def _form(asked: AuthoriseRequest) -> str:
    return f'<form method="post" accept-charset="utf-8">{_hidden("request", asked.query)}'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{_t(value)}">'


def _button(name: str, value: str) -> str:
    return f'<input type="submit" name="{name}" value="{value}">'


def _t(text: str) -> str:
    return escape(clean(text))


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_t(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>",
        status,
        _HEADERS,
    )
