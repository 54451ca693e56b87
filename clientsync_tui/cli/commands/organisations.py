"""`organisations`: lists what a sign-in reaches."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...sync.jobs.session import Session
    from ...sync.reach.reachability import Reach


@click.command(
    epilog=options.examples(
        "clientsync organisations xero",
        "clientsync organisations xero --as EMAIL --json",
    )
)
@options.software
@options.sign_in
@options.json("A JSON array.")
def organisations(software: str, email: str | None, as_json: bool) -> None:
    """List the organisations that a sign-in reaches.

    Clients' organisations that it does not reach are shown as no access.
    """
    from ...sync.reach.reachability import states
    from .. import output
    from ..network import online, signed_in

    with open_workplace() as workplace:

        async def work(session: "Session") -> "Reach":
            return (await signed_in(workplace, session, software, email))[1]

        found = states(workplace.store, software, online(workplace, work))
    if as_json:
        output.json_document([{"id": row.id, "name": row.name, "state": row.state} for row in found])
    else:
        output.table(
            ("State", "Name", "ID"),
            [(row.state.replace("_", " "), row.name, row.id) for row in found],
            shrink=1,
        )
