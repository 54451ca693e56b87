"""`sign-out`: revokes a sign-in and deletes it here."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...practice.people import SignIn
    from ...sync.jobs.session import Session
    from ...sync.reach.signing_out import Leaving
    from ...workplace import Workplace


SHOWN = 20
"""How many clients are named at most."""


@click.command(
    epilog=options.examples(
        "clientsync sign-out xero",
        "clientsync sign-out xero --as EMAIL",
        "clientsync sign-out --all",
        "clientsync sign-out --yes --all",
    )
)
@options.some_software
@click.option("--as", "email", metavar="EMAIL", help="Whose sign-in (default: the last one used).")
@click.option(
    "--all", "everything", is_flag=True, help="Every sign-in in this keyring, and the client secrets."
)
@options.yes
@options.json("A JSON array: {software, person, integrations, revoked}.")
def sign_out(software: str | None, email: str | None, everything: bool, yes: bool, as_json: bool) -> None:
    """Revoke a sign-in and delete it from the keyring.

    Shows first which integrations end with it. If the accounting app can't be reached or has no way to revoke, the sign-in is still
    deleted here. With --all, no secret is left in the keyring: run it before you uninstall Client Sync.
    """
    if everything == bool(software) or (everything and email):
        raise click.UsageError("Choose sign-ins with SOFTWARE [--as EMAIL], or --all.")
    from ...sync.reach.signing_out import NOT_HELD, ends_there, leaving
    from ...sync.reach.signing_out import sign_out as end_sign_ins
    from .. import network, output

    output.require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        held = network.held(workplace)
        if software is not None:
            held = _of_one_person(workplace, software, email)
        groups = leaving(workplace.store, held)
        for group in groups:
            _announce(group)
            output.say(ends_there(workplace.any_software(group.software), group.person))
        output.confirm("Sign out?", yes)

        async def work(session: "Session") -> list[list[str]]:
            return [await end_sign_ins(session, group) for group in groups]

        warnings = network.online(workplace, work)
        deleted = _delete_secrets(workplace) if everything else []
        others = [] if held else [sign_in for sign_in, _ in workplace.store.sign_ins.holders()]
    for group, troubles in zip(groups, warnings, strict=True):
        output.say(" ".join((f"Signed out: {group.person.email} of {group.software}.", *troubles)))
    if deleted:
        output.say(f"Deleted the client secrets too: {', '.join(deleted)}.")
    if as_json:
        output.json_document(
            [_as_json(group, not troubles) for group, troubles in zip(groups, warnings, strict=True)]
        )
    if others:
        output.say(_nothing_signed_out(others))
    if others or any(NOT_HELD in troubles for troubles in warnings):
        raise click.exceptions.Exit(1)


def _of_one_person(workplace: "Workplace", software: str, email: str | None) -> "list[SignIn]":
    """All sign-ins to an app of the person with that e-mail address, else of the one who used theirs last. Raises
    UsageError if there are none.
    """
    held = workplace.held(software)
    if not held:
        workplace.software(software)
    if (chosen := workplace.chosen(software, email)) is None:
        raise click.UsageError("This keyring holds no such sign-in.")
    return [sign_in for sign_in in held if sign_in.person.id == chosen.person.id]


def _as_json(group: "Leaving", revoked: bool) -> dict[str, object]:
    return {
        "software": group.software,
        "person": {"name": group.person.name, "email": group.person.email},
        "integrations": len(group.clients),
        "revoked": revoked,
    }


def _nothing_signed_out(others: "Sequence[SignIn]") -> str:
    """Says that the practice has sign-ins which this keyring does not hold, and what to do."""
    names = sorted({f"{sign_in.person.email} of {sign_in.software}" for sign_in in others})
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")
    return (
        f"Nothing was signed out: this keyring holds no sign-in, but the practice has some ({shown}). Run this as the user who signed in, "
        "with the same keyring, or remove the app in the accounting app itself."
    )


def _announce(group: "Leaving") -> None:
    from ...practice.counted import counted
    from ..output import say

    ends = counted(len(group.clients), "integration")
    say(f"{group.software}: signing out {group.person.known_as('<>')} ends {ends}.")
    for name in group.clients[:SHOWN]:
        say(f"  {name}")
    if len(group.clients) > SHOWN:
        say(f"  and {len(group.clients) - SHOWN:,} more")


def _delete_secrets(workplace: "Workplace") -> list[str]:
    """Deletes the client secret of every app that is set up. Returns the names of those that had one."""
    import asyncio

    from ...workplace import secret_name

    names = {
        software: secret_name(software, table.client_id)
        for software, table in workplace.config.software.items()
    }

    async def delete() -> list[str]:
        held = [software for software, name in names.items() if await workplace.vault.read(name) is not None]
        for software in held:
            await workplace.vault.forget(names[software])
        return held

    return asyncio.run(delete())
