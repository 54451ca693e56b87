"""`sign-out`: a sign-in revoked and forgotten."""

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
"""How many of the clients are named."""


@click.command(
    epilog=options.examples(
        "clientsync sign-out xero",
        "clientsync sign-out xero --as EMAIL",
        "clientsync sign-out --all",
        "clientsync sign-out --yes --all",
    )
)
@options.some_software
@click.option("--as", "email", metavar="EMAIL", help="Whose sign-in; otherwise the one used last.")
@click.option("--all", "everything", is_flag=True, help="Every sign-in held here, and the client secrets.")
@options.yes
@options.json("A JSON array: {software, person, integrations, revoked}.")
def sign_out(software: str | None, email: str | None, everything: bool, yes: bool, as_json: bool) -> None:
    """Revoke a sign-in and forget it here.

    It says first which integrations end with it. A software that cannot be told is forgotten here all the same. With --all nothing
    secret is left in the keyring: do it before you uninstall the program.
    """
    if everything == bool(software) or (everything and email):
        raise click.UsageError("Say which: SOFTWARE [--as EMAIL], or --all.")
    from ...sync.reach.signing_out import ends_there, leaving
    from .. import network, output

    output.require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        held = network.held(workplace)
        if not everything:
            name = str(software)
            if not workplace.held(name):
                workplace.software(name)
            chosen = workplace.chosen(name, email)
            held = [each for each in workplace.held(name) if chosen and each.person.id == chosen.person.id]
        if not (held or everything):
            raise click.UsageError("No such sign-in is held here.")
        groups = leaving(workplace.store, held)
        for group in groups:
            _announce(group)
            output.say(ends_there(workplace.any_software(group.software), group.person))
        output.confirm("Sign out?", yes)

        async def work(session: "Session") -> list[list[str | None]]:
            return [[await session.sign_out(each) for each in group.sign_ins] for group in groups]

        untold = network.online(workplace, work)
        forgotten = _forget_secrets(workplace) if everything else []
        others = [] if held else [each for each, _ in workplace.store.sign_ins.holders()]
    for group, troubles in zip(groups, untold, strict=True):
        why = "".join(f" {trouble}" for trouble in dict.fromkeys(filter(None, troubles)))
        output.say(f"Signed out: {group.person.email} of {group.software}.{why}")
    if forgotten:
        output.say(f"The client secrets are forgotten too: {', '.join(forgotten)}.")
    if as_json:
        output.json_document(
            [
                {
                    "software": group.software,
                    "person": {"name": group.person.name, "email": group.person.email},
                    "integrations": len(group.clients),
                    "revoked": not any(troubles),
                }
                for group, troubles in zip(groups, untold, strict=True)
            ]
        )

    if others:
        output.say(_why_nothing(others))
        raise click.exceptions.Exit(1)


def _why_nothing(others: "Sequence[SignIn]") -> str:
    """That sign-ins exist which this keyring does not hold, and what to do."""
    names = sorted({f"{each.person.email} of {each.software}" for each in others})
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")
    return (
        f"Nothing was signed out: this keyring holds no sign-in, but the practice has some ({shown}). Run this as the user who signed in, "
        "with the same keyring; or remove the app in the accounting app itself."
    )


def _announce(group: "Leaving") -> None:
    from ...practice.counted import counted
    from ..output import say

    person = group.person
    ends = counted(len(group.clients), "integration")
    say(f"{group.software}: signing out {person.name} <{person.email}> ends {ends}.")
    for name in group.clients[:SHOWN]:
        say(f"  {name}")
    if len(group.clients) > SHOWN:
        say(f"  and {len(group.clients) - SHOWN:,} more")


def _forget_secrets(workplace: "Workplace") -> list[str]:
    """Forgets the client secret of every app that is set up; says of which softwares there was one."""
    import asyncio

    from ...workplace import secret_name

    names = {
        software: secret_name(software, table.client_id)
        for software, table in workplace.config.software.items()
    }

    async def forget() -> list[str]:
        held = [software for software, name in names.items() if await workplace.vault.read(name) is not None]
        for software in held:
            await workplace.vault.forget(names[software])
        return held

    return asyncio.run(forget())
