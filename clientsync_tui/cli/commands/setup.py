"""`setup`: registers the practice's own app with an accounting app."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...accounting.seam.software import Software
    from ...config import SoftwareTable
    from ...set_up import SetUp
    from ...workplace import Workplace


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
@click.option(
    "--redirect-url",
    metavar="URL",
    help="The redirect registered with the app, where it has to be a page of your own: its address is pasted then.",
)
def setup(
    software: str,
    client_id: str | None,
    secret_stdin: bool,
    redirect_port: int | None,
    redirect_url: str | None,
) -> None:
    """Set up an accounting software.

    Without options it says how to register an app there, step by step, and what is set.
    """

    from ...practice.text import BLANKS
    from ...set_up import SetUp

    with open_workplace() as workplace:
        set_up = SetUp(workplace, software)
        given = {"client_id": client_id, "redirect_port": redirect_port, "redirect_url": redirect_url}
        # A blank at an end comes with copying; a mark (BOM) with a file of Windows.
        values = {
            key: value.strip(BLANKS) if isinstance(value, str) else value
            for key, value in given.items()
            if value is not None
        }
        if not values and not secret_stdin:
            _explain(workplace, set_up)
            return
        table = set_up.table._replace(**values)
        secret = _secret(set_up.checked(table).software, secret_stdin)
        _keep(workplace, set_up, table, secret)
        _say_next(workplace, software)


def _explain(workplace: "Workplace", set_up: "SetUp") -> None:
    table, name = set_up.table, set_up.software.name
    page = " --redirect-url URL" if set_up.needs_page(table) else ""
    secret = {"never": "", "optional": " [--secret-stdin]", "required": " --secret-stdin"}
    click.echo(set_up.steps(table))
    click.echo(f"\nThen: clientsync setup {name} --client-id ID{page}{secret[set_up.software.grant.secret]}")
    click.echo(f"\nSet now, in {workplace.config.path}:")
    click.echo(f"  client_id: {table.client_id or 'nothing yet'}")
    click.echo(f"  redirect: {set_up.redirect(table)}")


def _secret(software: "Software", from_stdin: bool) -> str:
    """The app's secret: from stdin, or asked for where the software needs one and somebody is there; empty for none."""
    from ...practice.text import BLANKS
    from ..output import interactive
    from ..stdin import secret_line

    if not from_stdin:
        asked = software.grant.secret == "required" and interactive()  # noqa: S105  (a word, not a secret)
        if not asked:
            return ""
        said: str = click.prompt(
            "Client secret (empty: as it is)", default="", show_default=False, hide_input=True, err=True
        )
        return said.strip(BLANKS)
    if software.grant.secret == "never":  # noqa: S105
        raise click.UsageError(f"An app of {software.title} has no secret.")
    said = secret_line("The secret on stdin").strip()
    if not said:
        raise click.UsageError("No secret came on stdin.")
    return said


def _keep(workplace: "Workplace", set_up: "SetUp", table: "SoftwareTable", secret: str) -> None:
    import asyncio

    if secret or set_up.may_hold_secret(table):
        workplace.vault.unlock()
    asyncio.run(set_up.keep(table, secret))


def _say_next(workplace: "Workplace", name: str) -> None:
    """On a terminal a sign-in is offered, to see that it works."""
    from ..network import online
    from ..output import interactive, say
    from ..signing_in import sign_in_now

    say(f"{name} is set up in {workplace.config.path}.")
    if not interactive():
        say(f"Next: clientsync sign-in {name}")
    elif click.confirm("Sign in now, to see that it works?", default=True, err=True):
        new = online(workplace, lambda session: sign_in_now(workplace, session, name))
        say(f"It works: signed in as {new.person.name} <{new.person.email}>.")
