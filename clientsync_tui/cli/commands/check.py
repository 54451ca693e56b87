"""`check`: uses every sign-in held here once, which keeps it alive, and records what it finds."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ...practice.people import SignIn
    from ...practice.plan import Plan
    from ...store.store import Store
    from ...sync.jobs.session import Session
    from ...sync.reach.quick import Quick
    from ...sync.reach.sign_in_findings import Pair
    from ...workplace import Workplace
    from ..run_job import JobRun


@click.command(
    epilog=options.examples(
        "clientsync check",
        "clientsync check ABB01 BLA02",
        "clientsync check --match team:north",
        "clientsync check --quick --json",
    )
)
@options.clients
@options.match
@options.only_software("Only this accounting app.")
@click.option(
    "--quick",
    is_flag=True,
    help="Check sign-ins and their lists of organisations only, without a call per organisation.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be checked, without checking it.")
@options.json("A JSON object.")
def check(
    clients: tuple[str, ...],
    match: str | None,
    software: str | None,
    quick: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Check clients, and keep the sign-ins held here alive: every client, or those that you choose.

    Exit status: 3 when a sign-in held here was refused, or none is held for integrations that should be; else 1 when something is not
    connected or could not be checked; else 0.
    """
    from ...sync.kinds import check as checking
    from ...sync.kinds.seam.kind import Request
    from .. import network
    from ..results import show_plan, show_result, someone_must_sign_in
    from ..selection import client_ids

    with open_workplace() as workplace:
        store = workplace.store
        name = workplace.software(software).name if software else None
        only = client_ids(workplace, clients, match)
        held = network.held(workplace, name)
        plan = checking.plan(Request(store, name, only, held={sign_in.id for sign_in in held}))
        if dry_run:
            show_plan(plan, as_json)
            return
        ran, found = _checked(workplace, plan, name, held, only, quick=quick)
        result = show_result(store, ran, as_json)
        _say_what_sign_ins_showed(found)
        lost = _say_what_was_not_checked(workplace, name, held, only)
        if ran.trouble is not None:
            raise ran.trouble
        if lost or found.refused or someone_must_sign_in(result):
            raise click.exceptions.Exit(3)
        left = ran.job is not None and store.jobs.one(ran.job).left
        if result["failed"] or found.troubles or left or _something_is_wrong(store, name, only):
            raise click.exceptions.Exit(1)


def _checked(
    workplace: "Workplace",
    plan: "Plan",
    software: str | None,
    held: "Sequence[SignIn]",
    only: "Collection[str] | None",
    *,
    quick: bool,
) -> "tuple[JobRun, Quick]":
    """Carries the plan out, and uses the other sign-ins `held` once. `quick`: uses all of them once, and nothing else."""
    from ...sync.reach.quick import Quick, quick_check
    from ..network import online
    from ..run_job import JobRun, carry_out

    # The organisations' calls use only the sign-ins that have some.
    used = {item.sign_in for item in plan.items}

    async def work(session: "Session") -> "tuple[JobRun, Quick]":
        if quick:
            asked = held if only is None else [sign_in for sign_in in held if sign_in.id in used]
            found = await quick_check(session, software, asked, only)
            return JobRun(found.plan), found
        ran = await carry_out(session, plan)
        unused = [sign_in for sign_in in held if sign_in.id not in used] if only is None else []
        return ran, await quick_check(session, software, unused)

    return online(workplace, work) if held else (JobRun(plan), Quick(plan, (), {}))


def _say_what_sign_ins_showed(found: "Quick") -> None:
    """Says which apps could not be asked, and which sign-ins were refused."""
    from ..output import say

    for trouble in found.troubles.values():
        say(str(trouble))
    for sign_in in found.refused:
        say(
            f"The sign-in of {sign_in.person.email} to {sign_in.software} was refused. Sign in again, or sign out."
        )


def _say_what_was_not_checked(
    workplace: "Workplace",
    software: str | None,
    held: "Sequence[SignIn]",
    only: "Collection[str] | None",
) -> "Sequence[Pair]":
    """Says it with what to do. Returns the integrations for which nobody holds a sign-in."""
    from ...sync.reach.held_sign_ins import not_checked, not_held
    from ..output import say

    if lost := _among(only, not_held(workplace.store, software, workplace.holder)):
        say(_who_must_sign_in(lost))
    if elsewhere := _among(only, not_checked(workplace.store, software, held, lost)):
        say(_who_checks(elsewhere))
    return lost


def _among(only: "Collection[str] | None", pairs: "Sequence[Pair]") -> "Sequence[Pair]":
    """The integrations of the chosen clients; all if none are chosen."""
    return pairs if only is None else [pair for pair in pairs if pair[0].id in only]


def _who_must_sign_in(lost: "Sequence[Pair]") -> str:
    """The message that no sign-in is held for these integrations, and what to run."""
    from ...practice.counted import counted

    counts = Counter(link.software for _, link in lost)
    those = counted(len(lost), "integration was", "integrations were")
    by = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    run = " and ".join(f"`clientsync sign-in {name}`" for name in counts)
    return f"{those} not checked ({by}): this keyring holds no sign-in for them. Run {run}."


def _who_checks(elsewhere: "Sequence[Pair]") -> str:
    """The message that this check says nothing about these integrations."""
    from ...practice.counted import counted

    by = ", ".join(
        f"{name} {count:,}" for name, count in Counter(link.software for _, link in elsewhere).items()
    )
    those = counted(len(elsewhere), "integration was", "integrations were")
    sign_ins = "its sign-in is" if len(elsewhere) == 1 else "their sign-ins are"
    return f"{those} not checked ({by}): {sign_ins} not held here. Reconnect with your own sign-in, or ask the person who signed in to check."


def _something_is_wrong(store: "Store", software: str | None, only: "Collection[str] | None") -> bool:
    """Whether an integration of these clients (None: of the practice) is expired or broken, even a colleague's."""
    from ...practice.status import Status

    wrong, now = {Status.EXPIRED, Status.BROKEN}, datetime.now(UTC)
    if software is None and only is None:
        return any(store.clients.counts(now)[status] for status in wrong)
    pairs = _among(only, store.clients.integrations(software, now))
    return any(link.standing.status in wrong for _, link in pairs)
