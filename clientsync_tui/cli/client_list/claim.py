"""`claim` and `release`: saying which clients you are working on."""

import click

from ...practice.claims import MOST_MINUTES, USUAL_MINUTES
from .. import options
from ..context import open_workplace


@click.command(
    epilog=options.examples(
        "clientsync claim ABB01 BLA02",
        "clientsync claim --match 'team:north status:expired' --minutes 60",
    )
)
@options.some_clients
@click.option(
    "--minutes",
    metavar="MINUTES",
    type=click.IntRange(1, MOST_MINUTES),
    default=USUAL_MINUTES,
    show_default=True,
    help="How long it lasts without activity.",
)
@options.json("A JSON object: {claimed, taken_over}, both arrays of {client, name}.")
def claim(clients: tuple[str, ...], match: str | None, minutes: int, as_json: bool) -> None:
    """Say that you are working on clients.

    Colleagues see it in the client list, and are warned before they start bulk work on these clients. A claim blocks nobody. It ends
    when you release it, after some time without activity, or when a colleague takes it over by claiming the same client.
    """
    from datetime import UTC, datetime

    from ...sync.home import claim_words
    from .. import output
    from ..selection import chosen_clients

    with open_workplace() as workplace:
        now = datetime.now(UTC)
        found = chosen_clients(workplace, clients, match)
        others = [client for client in found if client.claim and client.claim.person != workplace.actor]
        if others and output.interactive():
            for line in claim_words.about(
                workplace.store, (client.id for client in found), workplace.actor, now
            ):
                output.say(line)
            output.confirm("Take over?", yes=False)
        done = workplace.store.claims.take([client.id for client in found], workplace.actor, minutes)
    if as_json:
        names = {client.id: client.name for client in found}
        output.json_document(
            {
                "claimed": [{"client": id, "name": name} for id, name in names.items()],
                "taken_over": [
                    {"client": taken.client, "name": names[taken.client]} for taken in done.taken_over
                ],
            }
        )
    for line in claim_words.claimed(done, minutes, now):
        output.say(line)


@click.command(epilog=options.examples("clientsync release ABB01", "clientsync release --match claimed:you"))
@options.some_clients
@options.json("A JSON object: {released}, a count.")
def release(clients: tuple[str, ...], match: str | None, as_json: bool) -> None:
    """Say that you are no longer working on clients.

    Ends your own claims. To end a colleague's, take it over first: `clientsync claim`.
    """
    from datetime import UTC, datetime

    from ...sync.home import claim_words
    from .. import output
    from ..selection import chosen_clients

    with open_workplace() as workplace:
        now = datetime.now(UTC)
        found = chosen_clients(workplace, clients, match)
        count = workplace.store.claims.release([client.id for client in found], workplace.actor)
        left = [client.claim for client in found if client.claim and client.claim.person != workplace.actor]
    if as_json:
        output.json_document({"released": count})
    output.say(claim_words.released(count))
    for line in claim_words.warnings(left, workplace.actor, now, of=len(found)):
        output.say(line)
