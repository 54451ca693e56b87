"""`sign-in`: one person's grant for one accounting software."""

from typing import TYPE_CHECKING

import click

from . import options
from .place import place

if TYPE_CHECKING:
    from ..sync.session import Session


@click.command(
    epilog=options.examples(
        "clientsync sign-in xero",
        "clientsync sign-in xero --no-browser --timeout 60",
    )
)
@options.software
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@click.option(
    "--timeout",
    "timeout_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    default=600,
    show_default=True,
    help="How long to wait.",
)
@options.json("A JSON object: {sign_in, software, person, organisations}.")
def sign_in(software: str, no_browser: bool, timeout_s: float, as_json: bool) -> None:
    """Sign in to an accounting software in a browser.

    The link is printed on stderr, on a line of its own. The command waits for the redirect on the loopback, and reads the redirected
    address as one line of stdin, whichever comes first. Denied, timed out, or another attempt's: exit status 3, and nothing is kept.
    """
    from ..practice.trouble import Trouble
    from . import talk
    from .network import online
    from .signing_in import sign_in_now

    with place() as workplace:
        workplace.configured(software)

        async def work(session: "Session") -> dict[str, object]:
            new = await sign_in_now(workplace, session, software, browser=not no_browser, timeout_s=timeout_s)
            reached = None
            try:
                reached = len(await session.reach(new))
            except Trouble as trouble:
                talk.say(f"Signed in, but the organisations could not be listed: {trouble}")
            person = {"name": new.person.name, "email": new.person.email}
            return {"sign_in": new.id, "software": software, "person": person, "organisations": reached}

        found = online(workplace, work)
    if as_json:
        talk.document(found)
        return
    person = found["person"]
    assert isinstance(person, dict)
    reach = "" if found["organisations"] is None else f", {found['organisations']:,} organisations"
    click.echo(f"Signed in as {person['name']} <{person['email']}>{reach}.")
