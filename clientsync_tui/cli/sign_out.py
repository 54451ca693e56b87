"""`sign-out`: a sign-in revoked and forgotten."""

from typing import TYPE_CHECKING

import click

from . import options
from .place import place

if TYPE_CHECKING:
    from ..practice.people import SignIn
    from ..sync.session import Session
    from ..workplace import Workplace


SHOWN = 20
"""How many of the clients are named."""


@click.command(
    epilog=options.examples(
        "clientsync sign-out xero",
        "clientsync sign-out xero --as EMAIL",
        "clientsync sign-out --all",
    )
)
@options.some_software
@click.option("--as", "email", metavar="EMAIL", help="Whose sign-in; otherwise the one used last.")
@click.option("--all", "everything", is_flag=True, help="Every sign-in held here, and the client secrets.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.json("A JSON array: {software, person, integrations, revoked}.")
def sign_out(software: str | None, email: str | None, everything: bool, yes: bool, as_json: bool) -> None:
    """Revoke a sign-in and forget it here.

    It says first which integrations end with it. A software that cannot be told is forgotten here all the same. With --all nothing
    secret is left in the keyring: do it before you uninstall the program.
    """
    if everything == bool(software) or (everything and email):
        raise click.UsageError("Say which: SOFTWARE [--as EMAIL], or --all.")
    from datetime import UTC, datetime

    from ..practice.status import Reason
    from . import talk
    from .network import online

    with place() as workplace:
        if everything:
            leaving = workplace.held()
        else:
            name = workplace.software(str(software)).name
            chosen = workplace.chosen(name, email)
            leaving = [chosen] if chosen else []
        if not (leaving or everything):
            raise click.UsageError("No such sign-in is held here.")
        ending = {
            sign_in.id: [
                client.name
                for client, link in workplace.store.clients.integrations(sign_in.software, datetime.now(UTC))
                if link.sign_in == sign_in.id and link.problem is not Reason.DISCONNECTED_HERE
            ]
            for sign_in in leaving
        }
        for sign_in in leaving:
            _announce(sign_in, ending[sign_in.id])
        if talk.interactive() and not yes:
            click.confirm("Sign out?", abort=True, err=True)

        async def work(session: "Session") -> list[str | None]:
            return [await session.sign_out(sign_in) for sign_in in leaving]

        kept = online(workplace, work)
        forgotten = _forget_secrets(workplace) if everything else []
    for sign_in, trouble in zip(leaving, kept, strict=True):
        talk.say(
            f"Signed out: {sign_in.person.email} of {sign_in.software}." + (f" {trouble}" if trouble else "")
        )
    if forgotten:
        talk.say(f"The client secrets are forgotten too: {', '.join(forgotten)}.")
    if as_json:
        talk.document(
            [
                {
                    "software": sign_in.software,
                    "person": {"name": sign_in.person.name, "email": sign_in.person.email},
                    "integrations": len(ending[sign_in.id]),
                    "revoked": trouble is None,
                }
                for sign_in, trouble in zip(leaving, kept, strict=True)
            ]
        )


def _announce(sign_in: "SignIn", clients: list[str]) -> None:
    from .talk import say

    say(
        f"{sign_in.software}: signing out {sign_in.person.name} <{sign_in.person.email}> ends {len(clients):,} integrations."
    )
    for name in clients[:SHOWN]:
        say(f"  {name}")
    if len(clients) > SHOWN:
        say(f"  and {len(clients) - SHOWN:,} more")


def _forget_secrets(workplace: "Workplace") -> list[str]:
    """Forgets the client secret of every app that is set up; says of which softwares there was one."""
    import asyncio

    from ..workplace import secret_name

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
