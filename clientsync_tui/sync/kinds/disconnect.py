"""Disconnect: ends integrations here and, if the sign-in is held here and the app allows it, in the app. Clients
stay.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ...practice.counted import counted, in_a_row
from ...practice.entries import Kind
from ...practice.model import Client, Integration
from ...practice.status import Reason
from .seam.kind import BulkKind, Needs, Request, Unit

if TYPE_CHECKING:
    from ...accounting.seam.software import Software
    from ...practice.plan import Plan, PlanItem
    from .seam.task import Outcome, Task


def plan(request: Request) -> "Plan":
    """Disconnects every requested integration that is not disconnected yet."""
    from ...practice.plan import Will
    from .seam.planning import disconnected, item_of, over

    def decide(client: Client, link: Integration) -> "PlanItem | None":
        if link.problem is Reason.DISCONNECTED_HERE:
            return disconnected(request, client, link)
        # A colleague's sign-in can't be used here, so without a sign-in the integration ends here only.
        return item_of(Will.DO, client, link, link.sign_in if link.sign_in in request.held else None)

    return over(KIND.name, request, decide)


async def do(task: "Task") -> "Outcome":
    """Always ends the integration here, and in the app if the sign-in is ours and the app can be reached."""
    from ...store.jobs import ItemState
    from ..reach.ending import NOT_OURS, end_there, ended_with_it
    from .seam.task import SKIPPED_CHANGED, Outcome

    current = task.active()
    if current is None:
        return SKIPPED_CHANGED
    client, _ = current
    there, says, ended = NOT_OURS, None, ()
    if task.caller is not None:
        there, says = await end_there(task.software, task.calls, task.item.organisation_id)
        ended = ended_with_it(task.software, there, task.sign_in.id, task.actor)
    entry = task.entry(Kind.DISCONNECTED, client.id, there=there)
    return Outcome(ItemState.DONE, None, says, (entry, *ended))


def entails(plan: "Plan", softwares: "Mapping[str, Software]") -> Iterator[str]:
    """What stays, what ends in the accounting apps, what doesn't, and what you can do about that."""
    from ...practice.plan import Will

    items = plan.only((Will.DO,))
    if items:
        clients = len({item.client for item in items})
        yield (
            "The client stays on the list with its details, lists and history."
            if clients == 1
            else "The clients stay on the list with their details, lists and history."
        )
        yield from _ends(items, softwares)


def _ends(items: "Iterable[PlanItem]", softwares: "Mapping[str, Software]") -> Iterator[str]:
    ended, here, theirs = Counter[str](), Counter[str](), 0
    for item in items:
        software = softwares.get(item.software)
        if item.sign_in is None:
            theirs += 1
        elif software is not None and software.disconnecting == "nowhere":
            here[software.title] += 1
        else:
            ended[software.title if software is not None else item.software] += 1
    if count := ended.total():
        yield f"{_end(count)} in {in_a_row(sorted(ended))} too."
    if count := here.total():
        apps = f"{in_a_row(sorted(here))} {'has' if len(here) == 1 else 'have'}"
        yield f"{_end(count)} here only: {apps} no way to disconnect an app from here. Remove the app there to end {_them(count)} there too."
    if theirs:
        yield f"{_end(theirs)} here only: this keyring holds no sign-in for {_them(theirs)}. The person who signed in can end {_them(theirs)} in the app."


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _end(count: int) -> str:
    return counted(count, "integration ends", "integrations end")


KIND = BulkKind(
    name="disconnect",
    title="Disconnect",
    verb="Disconnect",
    participle="disconnected",
    sentence="End the integrations of the selected clients; they stay on the list.",
    unit=Unit.INTEGRATION,
    needs=Needs.OWN,
    plan=plan,
    do=do,
    order=5,
    key="d",
    dangerous=True,
    despite_refusal=True,
    here_alone=True,
    entails=entails,
    help="""End integrations; the clients stay on the list.

    Where the accounting app allows it, they end there too.
    """,
    examples=(
        "clientsync disconnect --client ABB01 --dry-run",
        "clientsync disconnect --client ABB01",
        "clientsync disconnect --yes --client ABB01",
    ),
)
