"""A plan in words: what will be done, to how many, what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

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
        yield "The clients stay on the list with their details, lists and history."
        yield from _ends(plan.only((Will.DO,)), {software.name: software for software in softwares})
    elif plan.kind == "reassign":
        yield "You become the authenticated user; the history says from whom."


def _ends(items: Iterable[PlanItem], softwares: Mapping[str, Software]) -> Iterator[str]:
    """What of a disconnect ends in the accounting software, what does not, and what can be done about that."""
    ended, here, theirs = Counter[str](), Counter[str](), 0
    for item in items:
        software = softwares.get(item.software)
        if item.body.get("there") != "own":
            theirs += 1
        elif software is not None and software.disconnecting == "nowhere":
            here[software.title] += 1
        else:
            ended[software.title if software is not None else item.software] += 1
    if count := ended.total():
        thing = "integration is" if count == 1 else "integrations are"
        yield f"{count:,} {thing} ended in {' and '.join(sorted(ended))} too."
    for title, count in sorted(here.items()):
        yield f"{count:,} {'is' if count == 1 else 'are'} ended here only: {title} cannot be told. Remove the app there, if it is to end."
    if theirs:
        yield f"{theirs:,} {'is' if theirs == 1 else 'are'} ended here only: colleagues' sign-ins, which they can end there."


def hidden(count: int) -> str:
    """That the filter hides some of what the plan is about."""
    if count == 1:
        return "1 of the selected is not shown by the filter; it is meant too."
    return f"{count:,} of the selected are not shown by the filter; they are meant too."
