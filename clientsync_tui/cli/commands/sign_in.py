"""`sign-in`: signs one person in to one accounting app."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...practice.people import SignIn
    from ...store.jobs import Job
    from ...sync.jobs.session import Session
    from ...workplace import Workplace


@click.command(
    epilog=options.examples(
        "clientsync sign-in xero",
        "clientsync sign-in xero --no-browser --timeout 60",
        "clientsync sign-in zoho_books --device",
    )
)
@options.software
@click.option("--no-browser", is_flag=True, help="Print the link without opening a browser.")
@click.option(
    "--device",
    is_flag=True,
    help="Sign in with a short code that you enter in any browser, where the accounting app has that.",
)
@click.option(
    "--timeout",
    "timeout_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    default=600,
    show_default=True,
    help="How long to wait.",
)
@options.json("A JSON object: {sign_in, software, person, organisation, organisations}.")
def sign_in(software: str, no_browser: bool, device: bool, timeout_s: float, as_json: bool) -> None:
    """Sign in to an accounting app in a browser.

    Prints the link on stderr, on a line of its own. Then it waits for the redirect on this machine, or for the redirected address as one
    line on stdin, whichever comes first. If the sign-in is denied, times out or answers another attempt, the exit status is 3 and
    nothing is saved. Where a sign-in is for one organisation, run it again to add another.

    With --device it prints an address and a code instead. Open the address in any browser, also on another machine, and enter the code.
    Nothing has to reach this machine, so this is the simplest way over SSH.
    """
    from ...practice.trouble import Trouble
    from .. import output
    from ..network import online
    from ..signing_in import sign_in_now

    with open_workplace() as workplace:
        about = workplace.configured(software).software

        async def work(session: "Session") -> "tuple[SignIn, int | None]":
            new = await sign_in_now(
                workplace, session, software, browser=not no_browser, device=device, timeout_s=timeout_s
            )
            try:
                return new, len(await session.reach(new))
            except Trouble as trouble:
                several = about.organisation_words[1]
                output.say(f"Signed in, but the {several} could not be listed: {trouble}")
            return new, None

        new, reached = online(workplace, work)
        waiting = [job.id for job in workplace.store.jobs.unfinished() if waits_for(workplace, job, new)]
    for job in waiting:
        output.say(f"Job {job} was waiting for this sign-in. Resume it: clientsync jobs resume {job}")
    if as_json:
        person = {"name": new.person.name, "email": new.person.email}
        one = {"id": new.organisation_id, "name": new.organisation_name} if new.organisation_id else None
        output.json_document(
            {
                "sign_in": new.id,
                "software": software,
                "person": person,
                "organisation": one,
                "organisations": reached,
            }
        )
        return
    which = f" for {new.organisation_name}" if new.organisation_name else ""
    several = about.organisation_words[reached != 1]
    reach = "" if reached is None else f", {reached:,} {several}"
    click.echo(f"Signed in as {new.person.known_as('<>')}{which}{reach}.")


def waits_for(workplace: "Workplace", job: "Job", sign_in: "SignIn") -> bool:
    """Whether this sign-in lets an unfinished job continue."""
    from ...store.jobs import ItemState

    items = workplace.store.jobs.items(job.id, ItemState.WAITING, software=sign_in.software)
    return any((item.sign_in or job.sign_in) in (None, sign_in.id) for item in items)
