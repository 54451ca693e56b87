"""A plan in words: what will be done, to how many, and what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..accounting.seam.software import Software
from ..practice.counted import counted
from ..practice.plan import Plan, PlanItem, Will
from ..practice.status import Status, Why
from ..store.listing.tally import Tally
from . import words
from .kinds.seam import registry
from .kinds.seam.kind import BulkKind, Unit


def clients(count: int) -> str:
    """A number of clients: where clients are listed or chosen."""
    return counted(count, "client")


def integrations(count: int) -> str:
    """A number of integrations: where something is done or fixed, because a client may have several."""
    return counted(count, "integration")


def things(unit: Unit, count: int) -> str:
    """A number of items. Each is an integration or a client; an organisation counts as the client that it becomes."""
    return integrations(count) if unit is Unit.INTEGRATION else clients(count)


def reconnect_all(found: Tally) -> str:
    """What Reconnect all will do: for how many clients, in which state, and how many integrations they have if some
    have several.
    """
    expired, broken = found.clients - found.broken_clients, found.broken_clients
    if not found.clients:
        return _nothing_to_reconnect(found)
    if expired and broken:
        subject = f"{clients(found.clients)} ({expired:,} expired, {broken:,} broken)"
    else:
        subject = counted(found.clients, f"{'broken' if broken else 'expired'} client")
    several = (
        f" They have {integrations(found.reconnectable)}." if found.reconnectable != found.clients else ""
    )
    return f"Reconnect all will refresh the integration for {subject}.{several}"


def _nothing_to_reconnect(found: Tally) -> str:
    if found.left:
        needs = "needs" if found.left == 1 else "need"
        return f"Nothing to reconnect here: {integrations(found.left)} {needs} something else. See the next step of each."
    working = found.counts[Status.CONNECTED] + found.counts[Status.EXPIRING]
    if not working:
        return "Nothing to reconnect."
    all_ = "all " if working > 1 and working == found.counts.total() else ""
    return f"Nothing to reconnect: {all_}{integrations(working)} {'is' if working == 1 else 'are'} connected."


def button(plan: Plan) -> str:
    """The button's text: the verb, and the number that will be done."""
    kind = registry.kind(plan.kind)
    return f"{kind.verb} {things(kind.unit, plan.count(Will.DO))}"


def to_do(kind: BulkKind, count: int) -> str:
    """`6 integrations to reconnect`: what a plan of this kind will do."""
    return f"{things(kind.unit, count) if count else 'nothing'} to {kind.verb.lower()}"


def question(plan: Plan) -> str:
    """The question to be answered with yes or no."""
    if plan.count(Will.DO):
        return f"{button(plan)}?"
    if not plan.items:
        return "Nothing to do."
    kind = registry.kind(plan.kind)
    return f"{things(kind.unit, len(plan.items))} can't be {kind.participle}."


def short(kind: str, reason: str | None) -> str:
    """A reason in two or three words, as used for a plan or job of this kind."""
    known = registry.kinds().get(kind)
    if reason == Why.ALREADY_ADDED and known is not None:
        return known.already
    return words.SHORT.get(reason or "", reason or "")


def says(item: PlanItem) -> str:
    """Why an item is left out, with the next step; empty if it is done."""
    if item.will is Will.DO:
        return ""
    return item.says or words.REASONS.get(item.reason or "", "")


def summary(plan: Plan) -> Iterator[tuple[Will, str]]:
    """A line for what will be done, then one per reason for what won't, the most frequent first."""
    kind = registry.kind(plan.kind)
    if count := plan.count(Will.DO):
        yield Will.DO, f"{things(kind.unit, count)} will be {kind.participle}."
    reasons = Counter(
        (item.will, item.reason or "", says(item)) for item in plan.only((Will.SKIP, Will.CANNOT))
    )
    by_reason: dict[tuple[Will, str], Counter[str]] = {}
    for (will, reason, sentence), number in reasons.items():
        by_reason.setdefault((will, reason), Counter())[sentence] += number
    for (will, reason), sentences in sorted(by_reason.items(), key=lambda entry: -entry[1].total()):
        # Sentences that name a colleague differ from item to item; the list shows each of them.
        sentence = (
            next(iter(sentences))
            if len(sentences) == 1
            else f"{short(plan.kind, reason)}. The list says why."
        )
        verb = "will be left alone" if will is Will.SKIP else f"can't be {kind.participle}"
        yield will, f"{things(kind.unit, sentences.total())} {verb}. {sentence}"


def brief_summary(plan: Plan) -> Iterator[tuple[Will, str]]:
    """The same in at most three lines, where there is no room for the reasons."""
    kind = registry.kind(plan.kind)
    if count := plan.count(Will.DO):
        yield Will.DO, f"{things(kind.unit, count)} will be {kind.participle}."
    for will, verb in ((Will.CANNOT, f"can't be {kind.participle}"), (Will.SKIP, "will be left alone")):
        if count := plan.count(will):
            yield will, f"{things(kind.unit, count)} {verb}. The list says why."


def entails(plan: Plan, softwares: Iterable[Software]) -> Iterator[str]:
    """What the user should know before confirming a plan."""
    yield from registry.kind(plan.kind).entails(plan, {software.name: software for software in softwares})


def hidden(count: int) -> Iterator[str]:
    """Says that the filter hides some clients of the plan; empty if it hides none."""
    if count:
        hides = counted(count, "selected client is", "selected clients are")
        yield f"{hides} hidden by the filter. {'It is' if count == 1 else 'They are'} included."
