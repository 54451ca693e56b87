"""`setup`: registers the practice's own app with an accounting app."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import MAY_BE_EMPTY

if TYPE_CHECKING:
    from ...accounting.seam.software import Software
    from ...config.tables import SoftwareTable
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
@click.option("--client-id", metavar="ID", help="Client id that the accounting app gave you.")
@click.option(
    "--secret-stdin", is_flag=True, help="Read the client secret from stdin and store it in the keyring."
)
@click.option("--no-secret", is_flag=True, help="Forget the client secret, if the app has none.")
@click.option(
    "--redirect-port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Port of the redirect registered with the app.",
)
@click.option(
    "--redirect-url",
    metavar="URL",
    type=MAY_BE_EMPTY,
    help="Redirect registered with the app, if it must be a page of your own. You then paste the address you end up on. '' removes it.",
)
def setup(
    software: str,
    client_id: str | None,
    secret_stdin: bool,
    no_secret: bool,
    redirect_port: int | None,
    redirect_url: str | None,
) -> None:
    """Set up an accounting app.

    Without options, explains step by step how to register your app there, and shows the current settings.
    """
    import asyncio

    from ...practice.text import BLANKS
    from ...set_up import SetUp

    if secret_stdin and no_secret:
        raise click.UsageError("Choose one of --secret-stdin and --no-secret.")
    with open_workplace(writes_config=True) as workplace:
        set_up = SetUp(workplace, software)
        given = {"client_id": client_id, "redirect_port": redirect_port, "redirect_url": redirect_url}
        # Copying may add a blank at an end; a Windows file may start with a byte order mark.
        values = {
            key: value.strip(BLANKS) if isinstance(value, str) else value
            for key, value in given.items()
            if value is not None
        }
        if not values and not secret_stdin and not no_secret:
            _explain(workplace, set_up)
            return
        table = set_up.table._replace(**values)
        if no_secret:
            # Check this before saving anything, so that the command does everything or nothing.
            set_up.refuse_no_secret()
            workplace.vault.unlock()
        secret = _secret(set_up.checked(table).software, secret_stdin)
        _save(workplace, set_up, table, secret)
        if no_secret:
            asyncio.run(set_up.forget_secret())
        _say_next(workplace, software)


def _explain(workplace: "Workplace", set_up: "SetUp") -> None:
    table, name = set_up.table, set_up.software.name
    page = " --redirect-url URL" if set_up.needs_page(table) else ""
    secret = {"never": "", "optional": " [--secret-stdin]", "required": " --secret-stdin"}
    click.echo(set_up.steps(table))
    click.echo(f"\nThen: clientsync setup {name} --client-id ID{page}{secret[set_up.software.grant.secret]}")
    click.echo(f"\nCurrent settings, in {workplace.config.path}:")
    click.echo(f"  client_id: {table.client_id or 'none yet'}")
    click.echo(f"  redirect: {set_up.redirect(table)}")


def _secret(software: "Software", from_stdin: bool) -> str:
    """The app's secret: from stdin, or asked for if the app needs one and there is a terminal; empty for none."""
    from ...practice.text import BLANKS
    from ..output import interactive
    from ..stdin import secret_line

    if not from_stdin:
        ask = software.grant.secret == "required" and interactive()  # noqa: S105  (a word, not a secret)
        return _asked("Client secret (Enter keeps the current one)").strip(BLANKS) if ask else ""
    if software.grant.secret == "never":  # noqa: S105
        raise click.UsageError(f"{software.title} apps have no secret.")
    # A terminal would show what is typed.
    secret = (_asked("Client secret") if interactive() else secret_line("The secret on stdin")).strip(BLANKS)
    if not secret:
        raise click.UsageError("No secret came on stdin.")
    return secret


def _asked(question: str) -> str:
    answer: str = click.prompt(question, default="", show_default=False, hide_input=True, err=True)
    return answer


def _save(workplace: "Workplace", set_up: "SetUp", table: "SoftwareTable", secret: str) -> None:
    import asyncio

    if secret or set_up.may_hold_secret(table):
        workplace.vault.unlock()
    asyncio.run(set_up.keep(table, secret))


def _say_next(workplace: "Workplace", name: str) -> None:
    """On a terminal, offers a sign-in to check that the settings work."""
    from ..network import online
    from ..output import interactive, say
    from ..signing_in import sign_in_now

    say(f"{name} is set up in {workplace.config.path}.")
    if not interactive():
        say(f"Next: clientsync sign-in {name}")
        if workplace.software(name).grant.device is not None:
            say(f"Or, with a short code that you enter in any browser: clientsync sign-in {name} --device")
    elif click.confirm("Sign in now to check that it works?", default=True, err=True):
        new = online(workplace, lambda session: sign_in_now(workplace, session, name))
        say(f"It works: signed in as {new.person.known_as('<>')}.")
