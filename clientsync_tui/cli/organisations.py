"""`organisations`: what a sign-in reaches."""

from typing import TYPE_CHECKING

import click

from .place import place

if TYPE_CHECKING:
    from ..practice.model import Organisation
    from ..sync.session import Session


@click.command()
@click.argument("software")
@click.option("--as", "email", metavar="EMAIL", help="The sign-in to use; otherwise the one used last.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array.")
def organisations(software: str, email: str | None, as_json: bool) -> None:
    """List the organisations that a sign-in reaches, and the clients' that it does not."""
    from ..sync.reached import states
    from . import talk
    from .network import online, signed_in

    with place() as workplace:

        async def work(session: "Session") -> "dict[str, Organisation]":
            return (await signed_in(workplace, session, software, email))[1]

        found = states(workplace.store, software, online(workplace, work))
    if as_json:
        talk.document([{"id": each.id, "name": each.name, "state": each.state} for each in found])
    else:
        talk.table(("State", "Name", "ID"), [(each.state, each.name, each.id) for each in found], shrink=1)
