"""A plan in words: what will be done, to how many, what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..accounting.seam.software import Software
from ..practice.counted import counted
from ..practice.plan import Plan, PlanItem, Will
from . import words
from .kinds.seam import registry
from .kinds.seam.kind import Unit


def clients(count: int) -> str:
    """So many clients, in words: where clients are listed or chosen."""
    return counted(count, "client")


def integrations(count: int) -> str:
    """So many integrations, in words: where something is done or fixed, because a client may have several."""
    return counted(count, "integration")


def things(unit: Unit, count: int) -> str:
    """So many items: each is an integration or a client, and an organisation counts as the client that it becomes."""
    return integrations(count) if unit is Unit.INTEGRATION else clients(count)


def reconnect_all(count: int, links: int) -> str:
    """What Reconnect all promises: to how many clients, and how many integrations (`links`) they have where some have several."""
    several = f" They have {integrations(links)}." if links != count else ""
    return f"Reconnect all will refresh the integration for {counted(count, 'connected client')}.{several}"


def button(plan: Plan) -> str:
    """What the button says: the verb and the number that will be done."""
    kind = registry.kind(plan.kind)
    return f"{kind.verb} {things(kind.unit, plan.count(Will.DO))}"


def question(plan: Plan) -> str:
    """The question that is answered with yes or no."""
    if plan.count(Will.DO):
        return f"{button(plan)}?"
    if not plan.items:
        return "There is nothing to do."
    kind = registry.kind(plan.kind)
    return f"{things(kind.unit, len(plan.items))} cannot be {kind.participle}."


def says(item: PlanItem) -> str:
    """Why an item is left out, with the next step; empty where it is done."""
    if item.will is Will.DO:
        return ""
    return str(item.body.get("says") or words.REASONS.get(item.reason or "", ""))


def summary(plan: Plan) -> Iterator[tuple[Will, str]]:
    """A line for what will be done, then one for each reason of what will not, the most frequent first."""
    kind = registry.kind(plan.kind)
    if count := plan.count(Will.DO):
        yield Will.DO, f"{things(kind.unit, count)} will be {kind.participle}."
    reasons = Counter(
        (item.will, item.reason or "", says(item)) for item in plan.only((Will.SKIP, Will.CANNOT))
    )
    by_reason: dict[tuple[Will, str], Counter[str]] = {}
    for (will, reason, sentence), number in reasons.items():
        by_reason.setdefault((will, reason), Counter())[sentence] += number
    for (will, reason), sentences in sorted(by_reason.items(), key=lambda each: -each[1].total()):
        # Sentences that name a colleague differ from item to item; the list has each.
        sentence = (
            next(iter(sentences)) if len(sentences) == 1 else f"{words.SHORT.get(reason, reason)}; see each."
        )
        verb = "left as it is" if will is Will.SKIP else "not possible"
        yield will, f"{things(kind.unit, sentences.total())}: {verb}. {sentence}"


def entails(plan: Plan, softwares: Iterable[Software]) -> Iterator[str]:
    """What you should know before you confirm a plan."""
    yield from registry.kind(plan.kind).entails(plan, {software.name: software for software in softwares})


def hidden(count: int) -> Iterator[str]:
    """That the filter hides some of what the plan is about; nothing where it hides none."""
    if count:
        hides = counted(count, "selected client is", "selected clients are")
        yield f"{hides} hidden by the filter. {'It is' if count == 1 else 'They are'} included."
