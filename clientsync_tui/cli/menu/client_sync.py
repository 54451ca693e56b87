"""Client Sync for each accounting app: add, reconnect, reassign, sign in and out, set up."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from ...accounting.seam.software import Software
from ...app.actions import ACTIONS
from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.status import Reason
from ...practice.trouble import UsageError
from ...set_up import SetUp
from ...sync import plan_words
from ...sync.kinds import add, reassign, reconnect
from ...sync.kinds.seam.kind import BulkKind, Needs, Request
from ...sync.reach.reachability import Reach, State, states
from ...sync.reach.signing_out import ends_there, leaving, sign_out
from ...sync.sign_in_words import in_words
from ...workplace import Workplace
from ..consents import can_sign_in, collect_consents
from ..network import online, signed_in, signed_in_again
from ..plan_across_apps import lacks
from ..signing_in import sign_in_now
from .doing import perform
from .lines import KEEP, Choice, menu, say, secret, text, yes
from .lists import Texts, look, one_of, some_of

ANYBODY = "Everyone else"
MOST_PORT = 65_535


def client_sync(workplace: Workplace) -> None:
    """The accounting apps. Raises Back and Quit."""
    menu(
        lambda: [ACTIONS["everywhere.client_sync"].label],
        lambda: [
            Choice(_described(workplace, app), lambda app=app: _of(workplace, app))
            for app in workplace.softwares()
        ],
    )


def _described(workplace: Workplace, software: Software) -> str:
    if not workplace.is_configured(software.name):
        return f"{software.title}, not set up"
    return f"{software.title}, {in_words(workplace.held(software.name), datetime.now(UTC))}"


def _of(workplace: Workplace, software: Software) -> None:
    name = software.name

    def choices() -> list[Choice]:
        unset = None if workplace.is_configured(name) else f"{software.title} is not set up yet."
        none = unset or (
            None if workplace.store.clients.integrated(name) else "No client is connected to it yet."
        )
        nobody = None if workplace.held(name) else "Nobody is signed in to it here."
        return [
            action("client_sync.add_clients", lambda: _add(workplace, name), unset),
            action("client_sync.reconnect_all", lambda: with_sign_in(workplace, reconnect.KIND, name), none),
            action("client_sync.reassign_clients", lambda: _reassign_from(workplace, name), none),
            action("client_sync.sign_in", lambda: _sign_in(workplace, name), unset),
            action("client_sync.sign_out", lambda: _sign_out(workplace, software), nobody),
            action("client_sync.set_up", lambda: _set_up(workplace, name)),
        ]  # fmt: skip

    menu(lambda: [_described(workplace, software)], choices)


def action(id: str, do: Callable[[], None], why_not: str | None = None) -> Choice:
    """A line of a menu for an action from the table of actions."""
    return Choice(ACTIONS[id].title, do, ACTIONS[id].sentence, why_not)


def reached(workplace: Workplace, software: str) -> tuple[SignIn, Reach]:
    """A sign-in that works and what it reaches. Asks which, if this keyring holds several.

    Raises Back, Quit, and what `signed_in` raises.
    """
    held = workplace.held(software)
    email = _whose("Sign-ins", held).person.email if len(held) > 1 else None
    return online(workplace, lambda session: signed_in(workplace, session, software, email))


Exactly = Collection[tuple[str, str]]
"""Which of the clients' integrations: pairs of accounting app and organisation id."""


def with_sign_in(
    workplace: Workplace,
    kind: BulkKind,
    software: str,
    only: Collection[str] | None = None,
    *,
    integrated_by: str | None = None,
    exactly: Exactly | None = None,
) -> None:
    """Does a kind of work that needs a sign-in of yours: with all, with these clients, or with those `integrated_by` an e-mail address.

    Raises as `reached`.
    """

    def planned(sign_in: SignIn | None, reach: Reach | None) -> Plan:
        request = Request(
            workplace.store, software, only, sign_in=sign_in, reach=reach, integrated_by=integrated_by
        )
        plan = kind.plan(request)
        return plan if exactly is None else plan.about(exactly)

    plan = planned(None, None)
    # If there is nothing to do, do not ask for a sign-in.
    if plan.count(Will.DO):
        plan = planned(*reached(workplace, software))
        lacking = sum(item.waits for item in plan.items)
        if lacking and can_sign_in():
            say(lacks(workplace.software(software), lacking))
            plan = planned(
                *online(workplace, lambda session: signed_in_again(workplace, session, software, None))
            )
    perform(workplace, plan)


def bulk(
    workplace: Workplace, kind: BulkKind, only: Collection[str] | None, software: Callable[[], str]
) -> None:
    """Does a kind of work with these clients (None: all). `software`: ask which accounting app, if it needs a sign-in."""
    if kind.needs is Needs.ANY:
        with_sign_in(workplace, kind, software(), only)
        return
    held = {sign_in.id for sign_in in workplace.held()}
    perform(workplace, kind.plan(Request(workplace.store, None, only, held)))


def _add(workplace: Workplace, software: str) -> None:
    about = workplace.software(software)
    if about.organisations_per_sign_in == "one" and can_sign_in():
        held = workplace.chosen(software)
        sign_in, reach = online(
            workplace, lambda session: collect_consents(workplace, session, about, held, None)
        )
    else:
        sign_in, reach = reached(workplace, software)
    found = states(workplace.store, software, reach)
    new = [organisation for organisation in found if organisation.state is State.NEW]
    added = sum(organisation.state is State.ADDED for organisation in found)
    several = about.organisation_words[len(reach) != 1]
    say(f"{sign_in.person.email} reaches {len(reach):,} {several}; {added:,} already on the client list.")
    if not new:
        say("There is nothing to add.")
        return
    chosen = [
        organisation.id
        for organisation in some_of("Organisations to add", new, lambda organisation: organisation.name)
    ]
    teams = workplace.store.clients.teams()
    team = text(f"Team of the new clients (Enter: none{''.join(f'; {name}' for name in teams)})")
    request = Request(workplace.store, software, chosen, sign_in=sign_in, reach=reach)
    perform(workplace, add.plan(request, team=team or None))


def _reassign_from(workplace: Workplace, software: str) -> None:
    pairs = workplace.store.clients.integrations(software, datetime.now(UTC))
    people = Counter(
        link.integrated_by.email for _, link in pairs if link.problem is not Reason.DISCONNECTED_HERE
    )
    rows = [
        (None, ANYBODY),
        *((email, f"{email}, {plan_words.integrations(n)}") for email, n in people.most_common()),
    ]
    integrated_by = one_of("Integrated by", rows, lambda row: row[1])[0]
    with_sign_in(workplace, reassign.KIND, software, integrated_by=integrated_by)


def _sign_in(workplace: Workplace, software: str) -> None:
    new = online(workplace, lambda session: sign_in_now(workplace, session, software))
    say(f"Signed in as {new.person.name}, {new.person.email}.")


def _sign_out(workplace: Workplace, software: Software) -> None:
    groups = leaving(workplace.store, workplace.held(software.name))
    group = (
        one_of("Sign out", groups, lambda group: f"{group.person.email}, {group.person.name}")
        if len(groups) > 1
        else groups[0]
    )
    say(ends_there(software, group.person), "Its token is deleted from the keyring.")
    say(f"{plan_words.integrations(len(group.clients))} will stop working until someone reconnects.")
    show_list = (lambda: look("Clients", Texts(group.clients))) if group.clients else None
    if not yes(f"Sign out {group.person.email}?", show_list):
        say("Nothing was changed.")
        return
    reasons = online(workplace, lambda session: sign_out(session, group))
    say(f"Signed out {group.person.email}.", *reasons)


def _set_up(workplace: Workplace, software: str) -> None:
    set_up = SetUp(workplace, software)
    old = set_up.table
    say(
        set_up.steps(old),
        "",
        f"Client id now: {old.client_id or 'none'}. Redirect now: {set_up.redirect(old)}",
    )
    values: dict[str, str | int] = {}
    if client_id := text(f"Client id ({KEEP})"):
        values["client_id"] = client_id
    if set_up.needs_page(old):
        if url := text(f"Redirect URL ({KEEP})"):
            values["redirect_url"] = url
    elif port := text(f"Redirect port ({KEEP})"):
        if not (port.isdecimal() and int(port) <= MOST_PORT):
            raise UsageError(f"A port is a number from 0 to {MOST_PORT}. Nothing was changed.")
        values["redirect_port"] = int(port)
    new = old._replace(**values)
    takes_secret = set_up.software.grant.secret != "never"  # noqa: S105  (a word, not a secret)
    new_secret = secret(f"Client secret, stored in the keyring ({KEEP})") if takes_secret else ""
    if new == old and not new_secret:
        say("Nothing was changed.")
        return
    set_up.checked(new)
    if new_secret or set_up.may_hold_secret(new):
        workplace.vault.unlock()
    asyncio.run(set_up.keep(new, new_secret))
    say(f"{set_up.software.title} is set up in {workplace.config.path}.")
    if yes("Sign in now to check that it works?"):
        _sign_in(workplace, software)


def _whose(title: str, held: list[SignIn]) -> SignIn:
    return one_of(title, held, lambda sign_in: f"{sign_in.person.email}, {sign_in.person.name}")
