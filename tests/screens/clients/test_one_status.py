"""A sign-in and a status look the same everywhere: header, panel, list, menu and commands."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.people import Person, SignIn
from clientsync_tui.practice.status import Fault
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.sync.sign_in_words import SignInState, are_of_one_person, by_person, in_words, state_of
from clientsync_tui.workplace import Workplace
from tests.screens.client_sync.test_reconnect import today
from tests.support import plans
from tests.support.clients import ANN, BOB, add, app_in, found, signed_in, workplace_in
from tests.support.inside import database_of
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


async def test_refused_sign_in_is_called_refused_in_header_and_panel(practice: Practice) -> None:
    me = practice.people[0]
    practice.add(me)
    practice.sandbox.fault("expire", person=me)

    async def check(workplace: Workplace, session: Session) -> None:
        plan = plans.check(workplace.store, "xero", {each.id for each in workplace.held()})
        await Runner(session, workplace.store.jobs.create(plan, "tester")).run()

    practice.do(check)
    app = practice.app()
    async with run_app(app, size=(120, 30)) as pilot:
        await until(pilot, lambda: "  Xero (sign-in refused)" in top_line(pilot))
        await pilot.press("s")
        await until(pilot, lambda: f"Xero   ✗ sign-in refused: {me}" in shown(pilot))
        assert "signed in as" not in shown(pilot)
        assert "12 integrations   ✗ 12 expired" in shown(pilot)
    app.workplace.close()
    practice.sign_in(me)
    app = practice.app()
    async with run_app(app, size=(120, 30)) as pilot:
        await until(pilot, lambda: "● " in top_line(pilot) and top_line(pilot).rstrip().endswith("  Xero"))
    app.workplace.close()


def top_line(pilot: Any) -> str:
    return shown(pilot).splitlines()[0]


async def test_all_connected_is_reported_only_where_nothing_else_is(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    ann = signed_in(workplace.store, ANN)
    clients = [add(workplace.store, f"Client {n}", ann) for n in range(3)]
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 30)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "3 integrations   ● all connected" in shown(pilot))
        found(app.workplace.store, clients[0], Kind.DISCONNECTED, "disconnected_here")
        await until(pilot, lambda: "3 integrations   ● 2 connected   ○ 1 disconnected" in shown(pilot))
        assert "all connected" not in shown(pilot)
    app.workplace.close()


async def test_client_with_two_organisations_is_promised_once(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    bob = signed_in(store, BOB, timedelta(days=-3))
    add(store, "One", bob)
    two = add(store, "Two", bob)
    database_of(store).connection.execute(
        "INSERT INTO integrations SELECT software, 'another', client, organisation_name, sign_in, since, connected_at, refreshed_at, "
        "problem, settings FROM integrations JOIN clients ON n = client WHERE id = ?",
        (two,),
    )
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 30)) as pilot:
        await pilot.press("s")
        promise = (
            "Reconnect all will refresh the integration for 2 expired clients. They have 3 integrations."
        )
        await until(pilot, lambda: promise in shown(pilot) and "3 integrations   ✗ 3 expired" in shown(pilot))
    app.workplace.close()


async def test_reconnect_all_promises_what_it_can_try(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    ann, bob = signed_in(store, ANN), signed_in(store, BOB)
    store.sign_ins.hold(ann, workplace.holder)
    clients = [add(store, f"Ann {n}", ann) for n in range(4)] + [
        add(store, f"Bob {n}", bob) for n in range(2)
    ]
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 30)) as pilot:
        store = app.workplace.store
        await pilot.press("s")
        await until(pilot, lambda: "Nothing to reconnect: all 6 integrations are connected." in shown(pilot))
        found(store, clients[0], Kind.FOUND_BROKEN, "organisation_closed")
        # The user's sign-in does not list it, so Reconnect all does not reach it either.
        found(store, clients[1], Kind.FOUND_BROKEN, "access_removed")
        await until(pilot, lambda: "Nothing to reconnect here: 2 integrations need" in shown(pilot))
        found(store, clients[2], Kind.FOUND_EXPIRED, "sign_in_refused")
        promise = "Reconnect all will refresh the integration for "
        await until(pilot, lambda: f"{promise}1 expired client." in shown(pilot))
        found(store, clients[4], Kind.FOUND_BROKEN, "access_removed")
        await until(pilot, lambda: f"{promise}2 clients (1 expired, 1 broken)." in shown(pilot))
        found(store, clients[2], Kind.FOUND_WORKING, "")
        await until(pilot, lambda: f"{promise}1 broken client." in shown(pilot))
    app.workplace.close()


async def test_connected_but_unreachable_says_since_when(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    add(workplace.store, "Abbey", signed_in(workplace.store, ANN))
    organisation = (
        database_of(workplace.store)
        .connection.execute("SELECT organisation_id FROM integrations")
        .fetchone()[0]
    )
    workplace.store.contacts.good("xero", organisation)
    workplace.store.contacts.fault("xero", organisation, Fault.UNREACHABLE)
    at = f"{today().astimezone():%H:}"
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 30)) as pilot:
        await until(pilot, lambda: f"● connected? checked {at}" in shown(pilot))
        await until(pilot, lambda: f"Not checked since {at}" in shown(pilot))
        assert "(Xero could not be reached)." in shown(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "not checked since " in shown(pilot))
        # Integrations that someone disconnected here are no longer checked.
        client = app.workplace.store.clients.each(app.workplace.store.clients.find((), today()), today())
        found(app.workplace.store, next(iter(client)).id, Kind.DISCONNECTED, "disconnected_here")
        await until(pilot, lambda: "not checked since" not in shown(pilot))
    app.workplace.close()


def test_one_sign_in_that_works_is_enough_and_the_others_are_counted(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store, now = workplace.store, today()
    assert in_words([], now) == "not signed in"
    ann, bob = signed_in(store, ANN), signed_in(store, BOB, timedelta(days=-1))
    store.sign_ins.hold(bob, workplace.holder)
    assert state_of(workplace.held("xero"), now) is SignInState.EXPIRED
    assert in_words(workplace.held("xero"), now) == f"sign-in expired: {BOB}"
    store.sign_ins.hold(ann, workplace.holder)
    assert in_words(workplace.held("xero"), now) == f"signed in as {ANN}; sign-in expired: {BOB}"
    store.sign_ins.refused(ann)
    assert in_words(workplace.held("xero"), now) == f"sign-in refused: {ANN}, and 1 more"
    workplace.close()


def test_each_person_signed_in_is_named_once_in_the_header() -> None:
    now = today()
    ann, bob = Person("ann", "Ann Ford", ANN), Person("bob", "Bob Hill", BOB)

    def held(software: str, person: Person, **more: Any) -> SignIn:
        return SignIn(f"{software}:{person.id}:{len(more)}", software, person, now, None, **more)

    both = [held("one", ann), held("two", ann), held("two", ann, organisation_id="o2"), held("two", bob, refused=True)]  # fmt: skip
    words = by_person(both, ["one", "two", "three"], str.capitalize, now, ascii_marks=False)
    assert words == [
        "● Ann Ford  One Two   ✗ Bob Hill  Two (sign-in refused)   ○ Three",
        "● Ann  One Two   ✗ Bob  Two (sign-in refused)   ○ Three",
        "● One   ✗ Two (sign-in refused)   ○ Three",
        "● Ann  2 apps   ✗ Bob  1 app (sign-in refused)   ○ 1 app",
        "● 1 app   ✗ 1 app (sign-in refused)   ○ 1 app",
        "✗ 1 app",
    ]
    assert by_person([], ["one"], str, now, ascii_marks=True)[0] == "- one"
    namesakes = [held("one", ann), held("one", Person("x", "Ann Hill", "x@example.com"))]
    assert by_person(namesakes, [], str, now, ascii_marks=False)[1] == "● Ann Ford  one   ● Ann Hill  one"
    assert are_of_one_person([held("one", ann), held("two", ann)]) and not are_of_one_person(both)
