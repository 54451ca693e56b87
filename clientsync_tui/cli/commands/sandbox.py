"""`sandbox`: a local server that stands in for the accounting apps, with its people and its faults."""

from errno import EADDRINUSE
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...sandbox.choices import FAULTS, TIERS, Tier
from .. import options
from ..parameter_types import FileName

if TYPE_CHECKING:
    from ...sandbox.options import Options
    from ...sandbox.sandbox import Sandbox


@click.group(
    invoke_without_command=True,
    epilog=options.examples(
        "clientsync sandbox --write-config sandbox.toml",
        "clientsync --config sandbox.toml sign-in xero",
    ),
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on 127.0.0.1 (0: any free port).",
)
@click.option(
    "--software",
    "softwares",
    metavar="NAME",
    multiple=True,
    help="Only this accounting app. Repeat for several (default: all).",
)
@click.option(
    "--organisations",
    metavar="COUNT",
    type=click.IntRange(1, 1_000_000),
    default=40,
    show_default=True,
    help="Organisations in each app.",
)
@click.option(
    "--seed", metavar="SEED", default="1", show_default=True, help="The same seed gives the same data."
)
@click.option(
    "--hostile", is_flag=True, help="Add hostile names: escape codes, markup, formulas, reversed text."
)
@click.option(
    "--write-config",
    metavar="FILE",
    type=FileName(path_type=Path),
    help="Write a configuration for it, with its own practice next to it (FILE.db).",
)
@click.option("--one-at-a-time", is_flag=True, help="Allow one organisation per consent, as most apps do.")
@click.option(
    "--tier",
    type=click.Choice(TIERS),
    default="enterprise",
    show_default=True,
    help="Plan, which sets the connection limit.",
)
@click.option("--no-limits", is_flag=True, help="Do not enforce rate limits.")
@click.option(
    "--latency",
    metavar="MILLISECONDS",
    type=click.FloatRange(0, 60_000),
    default=0,
    help="Milliseconds that an API takes to answer.",
)
@click.option(
    "--access-life", metavar="SECONDS", type=click.FloatRange(0.1), help="Seconds that access tokens last."
)
@click.option(
    "--state",
    metavar="FILE",
    type=FileName(path_type=Path),
    help="Keep tokens and connections in FILE across restarts.",
)
@click.pass_context
def sandbox(
    context: click.Context,
    port: int,
    softwares: tuple[str, ...],
    organisations: int,
    seed: str,
    hostile: bool,
    write_config: Path | None,
    one_at_a_time: bool,
    tier: Tier,
    no_limits: bool,
    latency: float,
    access_life: float | None,
    state: Path | None,
) -> None:
    """Run a local sandbox to try Client Sync with.

    It stands in for the accounting apps on this machine, so you need no account. Prints `ready http://127.0.0.1:PORT` once it accepts connections, and runs until interrupted. The client secret is `sandbox`, for apps that need one.
    """
    if context.invoked_subcommand is not None:
        return
    from ...sandbox.options import Options
    from ...sandbox.registry import left_out

    for sentence in left_out():
        click.echo(f"clientsync: {sentence}", err=True)
    chosen = Options(
        port=port,
        softwares=softwares,
        organisations=organisations,
        seed=seed,
        one_at_a_time=one_at_a_time,
        tier=tier,
        limits=not no_limits,
        latency_s=latency / 1000,
        access_s=access_life,
        state=state,
        hostile=hostile,
    )

    _serve(chosen, write_config)


def _serve(chosen: "Options", write_config: Path | None) -> None:
    """Runs the sandbox until interrupted. Raises UsageError if it can't start."""
    from ...practice.trouble import UsageError
    from ...sandbox.config import write_config as write
    from ...sandbox.server import serve

    def ready(box: "Sandbox") -> None:
        if write_config:
            write(write_config, box.url, box.softwares.values())
        click.echo(f"ready {box.url}")

    try:
        serve(chosen, ready)
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise UsageError(str(error)) from None
        raise UsageError(
            f"Another program uses port {chosen.port}. Choose another --port, or leave it out for a free one."
        ) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@sandbox.command(epilog=options.examples("clientsync --config sandbox.toml sandbox people --json"))
@click.option("--url", metavar="URL", help="Address of the sandbox (default: from the configuration).")
@options.json("An array of {email, name, organisations}.")
def people(url: str | None, as_json: bool) -> None:
    """List the accountants of the running sandbox."""
    import json

    from ...sandbox.remote import ask

    accountants = _answer(lambda: ask(_address(url), "people"))
    if as_json:
        click.echo(json.dumps(accountants, ensure_ascii=False))
        return
    for person in accountants:
        reach = ", ".join(f"{len(ids):,} in {software}" for software, ids in person["organisations"].items())
        click.echo(f"{person['email']}\t{person['name']}\t{reach}")


@sandbox.command(
    epilog=options.examples(
        "clientsync --config sandbox.toml sandbox fault unavailable --times 3",
        "clientsync --config sandbox.toml sandbox fault clear",
    )
)
@click.argument("kind", metavar="KIND", type=click.Choice(FAULTS))
@options.only_software("Only in this accounting app.")
@click.option("--person", metavar="EMAIL", help="Only for this person.")
@click.option("--organisation", metavar="ID", help="Only calls to this organisation.")
@click.option(
    "--times",
    metavar="COUNT",
    type=click.IntRange(1),
    help="Only for the next COUNT calls (default: until `clear`).",
)
@click.option(
    "--seconds",
    metavar="SECONDS",
    type=click.FloatRange(0, 86_400),
    help="How long `slow` delays a call, or `limit` lasts.",
)
@click.option("--url", metavar="URL", help="Address of the sandbox (default: from the configuration).")
def fault(url: str | None, **fields: Any) -> None:
    """Make something go wrong in the running sandbox.

    KIND is expire, revoke, remove-access, disconnect, close, limit, unavailable, hang, garbage, slow, rename or clear, which ends the
    others.

    `expire`, `revoke` and `disconnect` happen once; signing in again fixes them. The others last until `clear`, or for `--times` calls.
    """
    from ...sandbox.remote import ask

    _answer(lambda: ask(_address(url), "faults", fields))
    click.echo(_what_was_set(**fields), err=True)


def _what_was_set(
    kind: str,
    software: str | None,
    person: str | None,
    organisation: str | None,
    times: int | None,
    seconds: float | None,
) -> str:
    """A sentence about the fault that was just set: what the sandbox does, and until when."""
    from ...practice.counted import counted
    from ...sandbox.misbehaviour.faults import ACTS

    for_whom = ", ".join(filter(None, (software, person, organisation))) or "everything"
    if kind == "clear":
        return f"Cleared the faults of {for_whom}."
    lasting = f" of {seconds:g} s" if seconds is not None else ""
    if kind in ACTS:
        return f"Did `{kind}` for {for_whom}. Signing in again fixes it."
    until = (
        f"for the next {counted(times, 'call')}"
        if times is not None
        else "until `clientsync sandbox fault clear`"
    )
    return f"Set `{kind}`{lasting} for {for_whom}, {until}."


@sandbox.command(hidden=True)
@click.argument("link")
@click.option("--as", "email", metavar="EMAIL", required=True, help="Who signs in.")
@click.option("--organisation", "organisations", metavar="ID", multiple=True, help="Connect only these.")
def authorise(link: str, email: str, organisations: tuple[str, ...]) -> None:
    """Follow a sign-in LINK as that person, without a browser. Prints only errors."""
    from ...sandbox.consent.authorise import NotSignedIn, sign_in

    try:
        sign_in(link, email, organisations or None)
    except NotSignedIn as error:
        raise click.ClickException(str(error)) from None


def _answer(ask: Any) -> Any:
    from ...sandbox.remote import NoAnswer

    try:
        return ask()
    except NoAnswer as error:
        raise click.UsageError(str(error)) from None


def _address(url: str | None) -> str:
    from ...sandbox.remote import configured

    return url or configured(click.get_current_context().find_root().params.get("config"))
