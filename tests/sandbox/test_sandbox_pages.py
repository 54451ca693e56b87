"""The sign-in pages, used like a text browser does: reading, filling in and posting forms."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import App, arrived

Start = Callable[[Options], Running]


class Form(HTMLParser):
    """The one form of a page: `fields`: as a browser would send them unchanged; `boxes`: all choices; `text`: all words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.boxes: list[str] = []
        self.buttons: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        said = dict(attrs)
        if tag != "input":
            return
        name, value, kind = said["name"] or "", said.get("value") or "", said.get("type", "text")
        if kind == "submit":
            self.buttons.append(value)
        elif kind in ("radio", "checkbox"):
            if name == "organisation":
                self.boxes.append(value)
            if "checked" in said:
                self.fields.append((name, value))
        else:
            self.fields.append((name, value))

    def handle_data(self, data: str) -> None:
        self.text += data

    def ticked(self) -> list[str]:
        return [value for name, value in self.fields if name == "organisation"]


def post(
    app: App, form: Form, *more: tuple[str, str], without: tuple[str, ...] = ()
) -> "Form | dict[str, str]":
    """Presses a button. Returns the next form, or the redirect's parameters."""
    fields: dict[str, list[str]] = {}
    for name, value in [f for f in form.fields if f[0] not in without] + list(more):
        fields.setdefault(name, []).append(value)
    answer = app.http.post(f"{app.xero}/identity/connect/authorize", data=fields)
    if answer.status_code == 303:
        return arrived(answer)
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def choose(app: App, email: str, **changes: str | None) -> Form:
    """The consent page for this person."""
    people = Form(app.http.get(app.link(**changes)).text)
    form = post(app, people, ("person", email), ("go", "Continue"), without=("person",))
    assert isinstance(form, Form)
    return form


@pytest.fixture
def app(sandbox: Running) -> App:
    return App(sandbox.url)


def test_sign_in_page_lists_the_accountants(sandbox: Running, app: App) -> None:
    page = Form(app.http.get(app.link(login_hint=sandbox.world.people[2].email)).text)
    for person in sandbox.world.people:
        assert person.name in page.text
        assert person.email in page.text
    assert ("person", sandbox.world.people[2].email) in page.fields


def test_ticked_organisations_are_connected_and_the_code_works(sandbox: Running, app: App) -> None:
    person = sandbox.world.people[1]
    form = choose(app, person.email)
    assert f"You are signing in as {person.name} <{person.email}>" in form.text
    assert form.ticked() == []
    wanted = [form.boxes[0], form.boxes[3]]
    back = post(app, form, *[("organisation", i) for i in wanted], ("answer", "Allow"))
    assert isinstance(back, dict)
    assert back["state"] == "the state"
    app.tokens = app.exchange(back["code"]).json()
    assert [c["tenantId"] for c in app.connections()] == wanted
    events = {c["authEventId"] for c in app.connections()}
    assert len(events) == 1


def test_only_what_the_person_reaches_is_offered(sandbox: Running, app: App) -> None:
    for person in sandbox.world.people:
        reached = [sandbox.world.id_of("xero", place) for place in sandbox.world.reach(person)]
        assert choose(app, person.email).boxes == reached


def test_refusing_says_access_denied(sandbox: Running, app: App) -> None:
    form = choose(app, sandbox.world.people[0].email)
    assert post(app, form, ("answer", "Refuse")) == {"error": "access_denied", "state": "the state"}
    app.sign_in(sandbox.world.people[0].email, organisations="")
    assert app.connections() == []


def test_connected_organisations_are_marked_and_renewed(sandbox: Running, app: App) -> None:
    person = sandbox.world.people[0]
    app.sign_in(person.email, organisations=sandbox.world.id_of("xero", 4))
    before = app.connections()[0]
    form = choose(app, person.email)
    assert form.text.count("(connected)") == 1
    assert form.ticked() == [before["tenantId"]]
    sandbox.advance(60)
    assert isinstance(post(app, form, ("answer", "Allow")), dict)
    after = App(sandbox.url).sign_in(person.email, organisations="").connections()[0]
    assert after["id"] == before["id"]
    assert after["createdDateUtc"] == before["createdDateUtc"]
    assert after["updatedDateUtc"] > before["updatedDateUtc"]
    assert after["authEventId"] != before["authEventId"]


def test_empty_choice_is_asked_again(sandbox: Running, app: App) -> None:
    form = post(app, choose(app, sandbox.world.people[0].email), ("answer", "Allow"))
    assert isinstance(form, Form)
    assert "Choose an organisation first." in form.text


def test_everything_ticked_at_once(sandbox: Running, app: App) -> None:
    form = choose(app, sandbox.world.people[0].email)
    back = post(app, form, ("all", "1"), ("answer", "Allow"))
    assert isinstance(back, dict)
    app.tokens = app.exchange(back["code"]).json()
    assert len(app.connections()) == 40


def test_names_are_shown_escaped_and_without_controls(sandbox: Running, app: App) -> None:
    form = choose(app, sandbox.world.people[0].email)
    assert "<script>alert(1)</script> Ltd" in form.text
    assert "[red]x[/]" in form.text
    assert "\x1b" not in form.text
    assert not form.tags & {"script", "b", "a"}


def test_link_cannot_put_markup_into_the_page(app: App) -> None:
    page = app.http.get(app.link(state='"><script>alert(1)</script>', login_hint='"><b>')).text
    assert not Form(page).tags & {"script", "b"}


def test_organisation_the_person_cannot_reach_cannot_be_posted(sandbox: Running, app: App) -> None:
    person = sandbox.world.people[4]
    beyond = next(place for place in range(40) if not person.reaches(place))
    form = choose(app, person.email)
    fields = dict(form.fields) | {"organisation": sandbox.world.id_of("xero", beyond), "answer": "Allow"}
    answer = app.http.post(f"{app.xero}/identity/connect/authorize", data=fields)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_one_at_a_time_offers_radio_buttons_and_takes_one(sandboxes: Start) -> None:
    box = sandboxes(Options(organisations=6, one_at_a_time=True))
    app, email = App(box.url), box.world.people[0].email
    form = choose(app, email)
    assert "All 6 organisations" not in form.text
    assert form.ticked() == []
    two = [("organisation", form.boxes[1]), ("organisation", form.boxes[2])]
    back = post(app, form, *two, ("answer", "Allow"))
    assert isinstance(back, dict)
    app.tokens = app.exchange(back["code"]).json()
    assert [c["tenantId"] for c in app.connections()] == [form.boxes[2]]
    # Once something is connected, signing in again needs no choice.
    back = post(app, choose(app, email), ("answer", "Allow"))
    assert isinstance(back, dict)
    assert len(app.connections()) == 1


def test_one_at_a_time_without_pages_takes_the_next_and_then_only_signs_in(sandboxes: Start) -> None:
    box = sandboxes(Options(organisations=3, one_at_a_time=True))
    app = App(box.url)
    for connected in (1, 2, 3, 3):
        app.sign_in(box.world.people[0].email)
        assert [c["tenantId"] for c in app.connections()] == [
            box.world.id_of("xero", i) for i in range(connected)
        ]


def test_very_many_organisations_come_in_pages_and_can_be_searched(sandboxes: Start) -> None:
    box = sandboxes(Options(organisations=900))
    app, email = App(box.url), box.world.people[0].email
    first = choose(app, email)
    assert "Page 1 of 5" in first.text
    assert len(first.boxes) == 200
    second = post(app, first, ("organisation", first.boxes[5]), ("go", "Next"))
    assert isinstance(second, Form)
    assert "Page 2 of 5" in second.text
    assert first.boxes[0] not in second.boxes
    found = post(app, second, ("organisation", second.boxes[7]), ("search", "РОМАШКА"), ("go", "Search"))
    assert isinstance(found, Form)
    assert found.boxes == [box.world.id_of("xero", 13)]
    back = post(app, found, ("organisation", found.boxes[0]), ("answer", "Allow"))
    assert isinstance(back, dict)
    app.tokens = app.exchange(back["code"]).json()
    wanted = {first.boxes[5], second.boxes[7], found.boxes[0]}
    assert {c["tenantId"] for c in app.connections()} == wanted


def test_over_the_tiers_limit_the_page_refuses(sandboxes: Start) -> None:
    box = sandboxes(Options(tier="starter"))
    app, (first, second, *_) = App(box.url), box.world.people
    ids = [box.world.id_of("xero", place) for place in range(6)]
    app.sign_in(first.email, organisations=",".join(ids[:4]))
    form = post(
        app, choose(app, first.email), ("organisation", ids[4]), ("organisation", ids[5]), ("answer", "Allow")
    )
    assert isinstance(form, Form)
    assert "limit of 5 connections" in form.text
    # Everyone's connections count, but existing ones may always be renewed.
    App(box.url).sign_in(second.email, organisations=ids[0])
    assert (
        app.http.get(app.link(prompt="none", login_hint=second.email, organisations=ids[1])).status_code
        == 403
    )
    app.sign_in(first.email, organisations=",".join(ids[:4]))
    assert len(app.connections()) == 4
