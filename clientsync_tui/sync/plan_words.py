"""A plan in words: what will be done, to how many, what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..accounting.seam.software import Software
from ..practice.plan import Plan, PlanItem, Will
from . import words

VERBS = {
    "add": ("Create accounts for", "added"),
    "reconnect": ("Reconnect", "reconnected"),
    "reassign": ("Reassign", "reassigned to you"),
    "refresh": ("Refresh", "refreshed"),
    "disconnect": ("Disconnect", "disconnected"),
    "check": ("Check", "checked"),
}
"""What the button says, and what is done to a client."""


def clients(count: int) -> str:
    """So many clients, in words."""
    return "1 client" if count == 1 else f"{count:,} clients"


def button(plan: Plan) -> str:
    """What the button says: the verb and the number that will be done."""
    return f"{VERBS[plan.kind][0]} {clients(plan.count(Will.DO))}"


def question(plan: Plan) -> str:
    """The question that is answered with yes or no."""
    if plan.count(Will.DO):
        return f"{button(plan)}?"
    if not plan.items:
        return "There is nothing to do."
    return f"{clients(len(plan.items))} cannot be {VERBS[plan.kind][1]}."


def says(item: PlanItem) -> str:
    """Why an item is left out, with the next step; empty where it is done."""
    if item.will is Will.DO:
        return ""
    return str(item.body.get("says") or words.REASONS.get(item.reason or "", ""))


def summary(plan: Plan) -> Iterator[tuple[Will, str]]:
    """A line for what will be done, then one for each reason of what will not, the most frequent first."""
    if count := plan.count(Will.DO):
        yield Will.DO, f"{clients(count)} will be {VERBS[plan.kind][1]}."
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
        yield will, f"{clients(sentences.total())}: {verb}. {sentence}"


def entails(plan: Plan, softwares: Iterable[Software]) -> Iterator[str]:
    """What has to be known before a plan is confirmed."""
    if plan.kind == "disconnect" and plan.count(Will.DO):
        titles = {software.name: software.title for software in softwares}
        done = plan.only((Will.DO,))
        named = sorted({titles.get(item.software, item.software) for item in done})
        own = sum(item.body.get("there") == "own" for item in done)
        yield "The clients stay on the list with their details, lists and history."
        if own:
            thing = "integration is" if own == 1 else "integrations are"
            yield f"{own:,} {thing} ended in {' and '.join(named)} too."
        if own < len(done):
            others = len(done) - own
            yield f"{others:,} {'is' if others == 1 else 'are'} ended here only: colleagues' sign-ins, which they can end there."
    elif plan.kind == "reassign":
        yield "You become the authenticated user; the history says from whom."


def hidden(count: int) -> str:
    """That the filter hides some of what the plan is about."""
    if count == 1:
        return "1 of the selected is not shown by the filter; it is meant too."
    return f"{count:,} of the selected are not shown by the filter; they are meant too."
