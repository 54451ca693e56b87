"""`refresh` and `disconnect`: what each integration does with its own sign-in."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...practice.plan import Plan
    from ...workplace import Workplace


def _which(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which clients are meant, and how it is shown."""
    for option in reversed(
        (
            options.clients,
            options.only_software("Every client of this software."),
            click.option("--all", "everything", is_flag=True, help="Every client."),
            options.dry_run,
            options.json("A JSON object."),
        )
    ):
        command = option(command)
    return command


@click.command(
    epilog=options.examples(
        "clientsync refresh --client ABB01",
        "clientsync refresh --software xero --json",
        "clientsync refresh --all",
    )
)
@_which
def refresh(dry_run: bool, as_json: bool, **which: Any) -> None:
    """Pull the details and lists of clients again.

    Each is pulled with the sign-in that authenticates it.
    """
    with open_workplace() as workplace:
        plan = _plan(workplace, "refresh", **which)
        _do(workplace, plan, dry_run, as_json)


@click.command(
    epilog=options.examples(
        "clientsync disconnect --client ABB01 --dry-run",
        "clientsync disconnect --client ABB01",
        "clientsync disconnect --yes --client ABB01",
    )
)
@_which
@options.yes
def disconnect(dry_run: bool, as_json: bool, yes: bool, **which: Any) -> None:
    """End integrations; the clients stay on the list.

    Where the software allows it, they are ended there too.
    """
    from ...practice.counted import counted
    from ...practice.plan import Will
    from ...sync.plan_words import entails
    from ..output import confirm, require_yes_or_terminal, say

    if not dry_run:
        require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        plan = _plan(workplace, "disconnect", **which)
        count = plan.count(Will.DO)
        for line in entails(plan, workplace.softwares()):
            say(line)
        if count and not dry_run:
            confirm(f"Disconnect {counted(count, 'integration')}?", yes)
        _do(workplace, plan, dry_run, as_json)


def _plan(
    workplace: "Workplace", kind: str, *, clients: tuple[str, ...], software: str | None, everything: bool
) -> "Plan":
    if not (clients or software or everything) or (everything and (clients or software)):
        raise click.UsageError("Say which: --client C (once or more), --software S, or --all.")
    from ...sync.kinds.seam import registry
    from ...sync.kinds.seam.kind import Request
    from .. import network
    from ..selection import client_ids

    only = client_ids(workplace, clients)
    name = workplace.software(software).name if software else None
    held = {sign_in.id for sign_in in network.held(workplace, name)}
    return registry.kind(kind).plan(Request(workplace.store, name, only, held))


def _do(workplace: "Workplace", plan: "Plan", dry_run: bool, as_json: bool) -> None:
    from ...practice.plan import Will
    from ..network import online
    from ..results import report, show_plan
    from ..run_job import JobRun, carry_out

    if dry_run:
        show_plan(plan, as_json)
        return
    ran = online(workplace, lambda session: carry_out(session, plan)) if plan.count(Will.DO) else JobRun(plan)
    report(workplace.store, ran, as_json)
