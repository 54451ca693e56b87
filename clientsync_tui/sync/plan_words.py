"""A plan in words: what will be done, to how many, what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ..accounting.seam.software import Software
from ..practice.counted import counted
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
    """So many clients, in words: where clients are listed or chosen."""
    return counted(count, "client")


def integrations(count: int) -> str:
    """So many integrations, in words: where something is done or fixed, because a client may have several."""
    return counted(count, "integration")


def things(kind: str, count: int) -> str:
    """So many items of a plan or job of this kind: each is an integration, but what is added is a client first of all."""
    return clients(count) if kind == "add" else integrations(count)


def reconnect_all(count: int, links: int) -> str:
    """What Reconnect all promises: to how many clients, and how many integrations (`links`) they have where some have several."""
    several = f" They have {integrations(links)}." if links != count else ""
    return f"Reconnect all will refresh the integration for {counted(count, 'connected client')}.{several}"


def button(plan: Plan) -> str:
    """What the button says: the verb and the number that will be done."""
    return f"{VERBS[plan.kind][0]} {things(plan.kind, plan.count(Will.DO))}"


def question(plan: Plan) -> str:
    """The question that is answered with yes or no."""
    if plan.count(Will.DO):
        return f"{button(plan)}?"
    if not plan.items:
        return "There is nothing to do."
    return f"{things(plan.kind, len(plan.items))} cannot be {VERBS[plan.kind][1]}."


def says(item: PlanItem) -> str:
    """Why an item is left out, with the next step; empty where it is done."""
    if item.will is Will.DO:
        return ""
    return str(item.body.get("says") or words.REASONS.get(item.reason or "", ""))


def summary(plan: Plan) -> Iterator[tuple[Will, str]]:
    """A line for what will be done, then one for each reason of what will not, the most frequent first."""
    if count := plan.count(Will.DO):
        yield Will.DO, f"{things(plan.kind, count)} will be {VERBS[plan.kind][1]}."
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
        yield will, f"{things(plan.kind, sentences.total())}: {verb}. {sentence}"


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
        yield f"{counted(count, 'integration ends', 'integrations end')} in {' and '.join(sorted(ended))} too."
    for title, count in sorted(here.items()):
        ends = counted(count, "integration ends", "integrations end")
        yield f"{ends} here only: {title} has no way to disconnect an app from here. Remove the app there to end it there too."
    if theirs:
        yield f"{counted(theirs, 'integration ends', 'integrations end')} here only: colleagues signed in for them, and can end them there."


def hidden(count: int) -> str:
    """That the filter hides some of what the plan is about."""
    hides = counted(count, "selected client is", "selected clients are")
    return f"{hides} hidden by the filter. {'It is' if count == 1 else 'They are'} included."
