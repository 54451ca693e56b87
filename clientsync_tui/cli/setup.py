"""`softwares` and `setup`: which accounting software can be connected, and the practice's own app there."""

import sys
from typing import TYPE_CHECKING

import click

from . import options
from .place import place

if TYPE_CHECKING:
    from ..accounting.seam.configured import Configured
    from ..workplace import Workplace


@click.command(
    epilog=options.examples(
        "clientsync softwares",
        "clientsync softwares --json",
    )
)
@options.json("A JSON array.")
def softwares(as_json: bool) -> None:
    """List the accounting software that can be connected."""
    from . import talk

    with place() as workplace:
        signed_in = {sign_in.software for sign_in in workplace.held()}
        found = [
            {
                "name": each.name,
                "title": each.title,
                "organisations_per_sign_in": each.organisations_per_sign_in,
                "configured": workplace.is_configured(each.name),
                "signed_in": each.name in signed_in,
            }
            for each in workplace.softwares()
        ]
    if as_json:
        talk.document(found)
        return
    rows = [
        [("no", "yes")[value] if isinstance(value, bool) else value for value in each.values()]
        for each in found
    ]
    talk.table(("Name", "Title", "Organisations a sign-in", "Set up", "Signed in"), rows)


@click.command(
    epilog=options.examples(
        "clientsync setup xero",
        "clientsync setup xero --client-id ID",
        "pass show xero | clientsync setup xero --client-id ID --secret-stdin",
    )
)
@options.software
@click.option("--client-id", metavar="ID", help="The client id that the accounting software gave your app.")
@click.option(
    "--secret-stdin", is_flag=True, help="Read the client secret from stdin; it is kept in the keyring."
)
@click.option(
    "--redirect-port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="The port of the redirect registered with the app.",
)
def setup(software: str, client_id: str | None, secret_stdin: bool, redirect_port: int | None) -> None:
    """Set up an accounting software.

    Without options it says how to register an app there, and what is set.
    """
    with place() as workplace:
        workplace.software(software)
        given = {"client_id": client_id, "redirect_port": redirect_port}
        values = {key: value for key, value in given.items() if value is not None}
        if not values and not secret_stdin:
            _explain(workplace, software)
            return
        planned = _planned(workplace, software, values)
        if (secret := _secret(planned, secret_stdin)) is not None:
            _keep(workplace, planned, secret)
        if values:
            from ..config import change

            change(workplace.config.path, ("software", software), values)
        where = workplace.config.path
    from .talk import say

    say(f"{software} is set up in {where}. Next: clientsync sign-in {software}")


def _explain(workplace: "Workplace", name: str) -> None:
    from ..config import SoftwareTable

    software = workplace.software(name)
    table = workplace.config.software.get(name, SoftwareTable())
    redirect = f"http://{software.grant.redirect_host}:{table.redirect_port}{software.grant.redirect_path}"
    click.echo(software.how_to_register.replace("{redirect}", redirect))
    secret = {
        "never": "It has no secret.",
        "optional": "With a secret, add --secret-stdin.",
        "required": "It needs --secret-stdin.",
    }
    click.echo(f"\nThen: clientsync setup {name} --client-id ID\n{secret[software.grant.secret]}")
    click.echo(f"\nSet now, in {workplace.config.path}:")
    click.echo(f"  client_id: {table.client_id or 'nothing yet'}\n  redirect_port: {table.redirect_port}")


def _planned(workplace: "Workplace", name: str, values: "dict[str, str | int]") -> "Configured":
    """The software as it would be; raises UsageError, before anything is written, where that cannot work."""
    from dataclasses import replace

    from ..config import SoftwareTable
    from ..workplace import Workplace

    config = workplace.config
    table = replace(config.software.get(name, SoftwareTable()), **values)
    return Workplace(replace(config, software={**config.software, name: table})).configured(name)


def _secret(planned: "Configured", from_stdin: bool) -> str | None:
    """The app's secret: from stdin, or asked for where the software needs one and somebody is there."""
    from .talk import interactive

    software = planned.software
    if not from_stdin:
        asked = software.grant.secret == "required" and interactive()  # noqa: S105  (a word, not a secret)
        return click.prompt("Client secret", hide_input=True, err=True) if asked else None
    if software.grant.secret == "never":  # noqa: S105
        raise click.UsageError(f"An app of {software.title} has no secret.")
    said = sys.stdin.readline().strip()
    if not said:
        raise click.UsageError("No secret came on stdin.")
    return said


def _keep(workplace: "Workplace", planned: "Configured", secret: str) -> None:
    import asyncio

    from ..workplace import secret_name

    workplace.vault.unlock()
    asyncio.run(workplace.vault.write(secret_name(planned.software.name, planned.client_id), secret))
