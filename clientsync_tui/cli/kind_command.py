"""The command of a kind of work, made from what the kind says of itself, unless `commands/` has a module for it."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from ..sync.kinds.seam.kind import BulkKind, Needs, Request
from ..sync.kinds.seam.registry import kind, names
from . import options
from .context import open_workplace

if TYPE_CHECKING:
    from ..practice.people import SignIn
    from ..practice.plan import Plan
    from ..sync.jobs.session import Session
    from ..sync.kinds.seam.kind import Reach
    from ..workplace import Workplace


def kind_command(name: str) -> click.Command | None:
    """The command of the kind of that name; None if there is no such kind."""
    if name not in names():
        return None
    module = f"{__package__}.commands.{name}"
    return getattr(import_module(module), name) if find_spec(module) else _made_for(kind(name))


@cache
def _made_for(kind: BulkKind) -> click.Command:
    own = kind.needs is not Needs.ANY

    def run(**given: Any) -> None:
        _with_own_sign_ins(kind, **given) if own else _with_one_sign_in(kind, **given)

    run.__doc__ = kind.help or kind.sentence
    params = (
        *(
            (options.clients, options.only_software("Every client of this accounting app."))
            if own
            # Plain arguments could be an app or a client.
            else (options.some_software, options.named_clients, options.sign_in)
        ),
        options.match,
        click.option("--all", "everything", is_flag=True, help=kind.everyone),
        options.dry_run,
        options.json("A JSON object."),
        *((options.yes,) if kind.dangerous else ()),
    )
    for param in reversed(params):
        run = param(run)
    return click.command(kind.name, epilog=options.examples(*kind.examples) if kind.examples else None)(run)


def _with_own_sign_ins(
    kind: BulkKind,
    *,
    clients: tuple[str, ...],
    match: str | None,
    software: str | None,
    everything: bool,
    dry_run: bool,
    as_json: bool,
    yes: bool = True,
) -> None:
    some = bool(clients or software) or match is not None
    if some == everything:
        raise click.UsageError(
            "Choose clients: CLIENT (once or more), --match TEXT, --software SOFTWARE, or --all."
        )
    from ..practice.plan import Will
    from . import network
    from .output import require_yes_or_terminal
    from .results import report, show_plan
    from .run_job import JobRun, carry_out
    from .selection import client_ids, mind_claims, planned_clients

    if kind.dangerous and not dry_run:
        require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        only = client_ids(workplace, clients, match)
        name = workplace.software(software).name if software else None
        held = {sign_in.id for sign_in in network.held(workplace, name)}
        plan = kind.plan(Request(workplace.store, name, only, held))
        mind_claims(workplace, planned_clients(plan), dry_run=dry_run)
        _ask(workplace, kind, plan, yes=yes or dry_run)
        if dry_run:
            if not kind.despite_refusal:
                plan = _without_dead_sign_ins(workplace, plan)
            show_plan(plan, as_json)
            return
        to_do = plan.count(Will.DO)
        ran = network.online(workplace, lambda session: carry_out(session, plan)) if to_do else JobRun(plan)
        report(workplace.store, ran, as_json)


def _without_dead_sign_ins(workplace: "Workplace", plan: "Plan") -> "Plan":
    """The plan of a dry run, which promises nothing for a sign-in that the app is known to have refused."""
    from datetime import UTC, datetime

    from ..sync.reach.all_apps import without_waiting
    from ..sync.reach.consents import dead_sign_ins

    held, softwares = workplace.held(), workplace.softwares()
    return without_waiting(plan, dead_sign_ins(workplace.store, held, softwares, datetime.now(UTC)))


def _ask(workplace: "Workplace", kind: BulkKind, plan: "Plan", *, yes: bool) -> None:
    """Says what a dangerous plan entails, and asks."""
    from ..practice.plan import Will
    from ..sync import plan_words
    from .output import confirm, say

    if not kind.dangerous:
        return
    for line in plan_words.entails(plan, workplace.softwares()):
        say(line)
    if plan.count(Will.DO) and not yes:
        confirm(plan_words.question(plan), yes)


def _with_one_sign_in(
    kind: BulkKind,
    *,
    clients: tuple[str, ...],
    match: str | None,
    software: str | None,
    everything: bool,
    email: str | None,
    dry_run: bool,
    as_json: bool,
    yes: bool = True,
) -> None:
    if everything == (bool(clients) or match is not None):
        raise click.UsageError(
            "Choose clients with [SOFTWARE] --all, --client CLIENT (once or more), or --match TEXT."
        )
    from . import selection
    from .bulk import bulk
    from .output import require_yes_or_terminal
    from .plan_across_apps import plan_across_apps

    if kind.dangerous and not dry_run:
        require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        only = selection.client_ids(workplace, clients, match)
        apps = selection.software_names(workplace, software, only)

        async def make(session: "Session") -> "Plan":
            def of_app(name: str, sign_in: "SignIn | None", reach: "Reach | None") -> "Plan":
                return kind.plan(Request(session.store, name, only, sign_in=sign_in, reach=reach))

            plan = await plan_across_apps(workplace, session, kind.name, apps, email, of_app, dry_run=dry_run)
            _ask(workplace, kind, plan, yes=yes or dry_run)
            return plan

        bulk(workplace, make, dry_run=dry_run, as_json=as_json)
