"""A guided run of consents, one per organisation: what is done, what is left, who is next, and what has just
arrived.

It changes nothing itself. The caller signs people in, reports the result, and does what has become possible.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from ...accounting.seam.software import Software
from ...practice.counted import counted
from ...practice.people import SignIn
from ...practice.plan import Plan, PlanItem, Will
from ...practice.possessive import possessive
from ...practice.trouble import SignInNeeded, SignInRefused
from ...store.jobs import Item
from ...store.store import Store


class Arrived(StrEnum):
    """What a consent turned out to be for. `AGAIN`: an organisation that already had one. `WRONG_PERSON`: given by
    someone other than the person the work runs as.
    """

    NEXT = "next"
    ANOTHER = "another"
    AGAIN = "again"
    NOT_ASKED_FOR = "not_asked_for"
    WRONG_PERSON = "wrong_person"


@dataclass(frozen=True, slots=True)
class Expected:
    """An organisation that needs a consent. `sign_in`: the id of the sign-in that is needed; None: anyone's."""

    organisation_id: str
    name: str
    sign_in: str | None = None

    @classmethod
    def of(cls, item: Item) -> Self:
        """What a waiting item of a job needs."""
        return cls(item.organisation_id, item.organisation_name or item.name, item.sign_in)

    def is_met_by(self, sign_in: SignIn) -> bool:
        """Whether this sign-in is the one needed."""
        return sign_in.organisation_id == self.organisation_id and self.sign_in in (None, sign_in.id)


class Consents:
    """A run over `expected`, in that order, although consents may arrive in any. `held`: ids of the sign-ins that
    worked at the start. Organisations they reach are asked for only when nothing else is left (the app refused the
    sign-in, or its token is gone).

    `welcome`: every new organisation is wanted, as when adding clients; such a run has no end.
    """

    def __init__(
        self, expected: Iterable[Expected], held: Iterable[str] = (), *, welcome: bool = False
    ) -> None:
        self._had = set(held)
        wanted = list(expected)
        self._left = deque([one for one in wanted if one.sign_in not in self._had] or wanted)
        self._welcome = welcome
        self.done: list[SignIn] = []
        """The consents that were asked for, in the order they arrived."""

    @property
    def left(self) -> int:
        """How many are still expected."""
        return len(self._left)

    @property
    def next(self) -> Expected | None:
        """The one to ask for now; None if none is left or any will do."""
        return self._left[0] if self._left else None

    @property
    def goes_on(self) -> bool:
        """Whether to ask for another consent."""
        return self._welcome or bool(self._left)

    def skip(self) -> None:
        """Moves on to the next one, and puts the present one at the end."""
        self._left.rotate(-1)

    def arrived(self, sign_in: SignIn) -> Arrived:
        """Records a consent that was given, and says what it was for."""
        had = sign_in.id in self._had
        self._had.add(sign_in.id)
        met = next((consent for consent in self._left if consent.is_met_by(sign_in)), None)
        if met is None:
            if any(consent.organisation_id == sign_in.organisation_id for consent in self._left):
                return Arrived.WRONG_PERSON
            if had:
                return Arrived.AGAIN
            if self._welcome:
                self.done.append(sign_in)
                return Arrived.NEXT
            return Arrived.NOT_ASKED_FOR
        was_next = met is self._left[0]
        self._left.remove(met)
        if not was_next:
            # The first organisation may be out of this person's reach; don't let it hold up the others.
            self._left.rotate(-1)
        self.done.append(sign_in)
        return Arrived.NEXT if was_next else Arrived.ANOTHER


def given(store: Store, held: Iterable[SignIn], now: datetime) -> frozenset[str]:
    """The ids of those sign-ins that need no new consent."""
    return frozenset(sign_in.id for sign_in in held if sign_in.works(now)) - store.sign_ins.shut_out()


def needed(plan: Plan, softwares: Iterable[Software], given: Collection[str]) -> Counter[str]:
    """How many consents a plan needs, per app that needs one for each organisation. `given`: ids of the sign-ins
    that need none.
    """
    by_consents = {software.name for software in softwares if software.organisations_per_sign_in == "one"}
    to_do = plan.only((Will.DO,))
    return Counter(
        item.software for item in to_do if item.software in by_consents and item.sign_in not in given
    )


def dead_sign_ins(
    store: Store, held: Iterable[SignIn], softwares: Iterable[Software], now: datetime
) -> Callable[[PlanItem], SignInNeeded | None]:
    """A function that says why the sign-in of a plan's item can't be used now, without a call: the app refused it, or it
    needs a consent that nobody has given. It returns None if it can.
    """
    by_id, by_name = (
        {sign_in.id: sign_in for sign_in in held},
        {software.name: software for software in softwares},
    )
    working = given(store, by_id.values(), now)

    def why(item: PlanItem) -> SignInNeeded | None:
        software = by_name.get(item.software)
        if item.sign_in is None or item.sign_in in working or software is None:
            return None
        next_step = f"Run `clientsync sign-in {software.name}`."
        if (refused := by_id.get(item.sign_in)) is not None:
            whose = f"{possessive(refused.person.email)} sign-in to {software.title}"
            for_what = f" for {refused.organisation_name}" if refused.organisation_name else ""
            return SignInRefused(f"{whose}{for_what} no longer works. {next_step}")
        if software.organisations_per_sign_in == "many":
            return None
        name = item.organisation_name or item.name
        return SignInNeeded(f"{name} needs its own consent in {software.title}. {next_step}")

    return why


def asks_for(software: Software, count: int) -> str:
    """A sentence: how many consents an app needs."""
    one, _ = software.organisation_words
    return f"{software.title} asks for {counted(count, 'consent')}, one for each {one}: Client Sync takes you from one to the next."


def what_to_choose(software: Software, run: Consents) -> str:
    """How far the run is and what to choose next, in sentences."""
    one, several = software.organisation_words
    if run.next is None:
        so_far = f"{counted(len(run.done), one, several)} so far. " if run.done else ""
        return f"{so_far}Choose {'the next' if run.done else 'a'} {one} on {possessive(software.title)} page."
    return (
        f"{len(run.done):,} of {len(run.done) + run.left:,} {several} done. "
        f"Choose {run.next.name} on {possessive(software.title)} page; the others may come in any order."
    )


def what_came(software: Software, arrived: Arrived, sign_in: SignIn) -> str:
    """What has just arrived, in a sentence."""
    one, _ = software.organisation_words
    name, person = sign_in.organisation_name or sign_in.organisation_id, sign_in.person.name
    match arrived:
        case Arrived.NEXT:
            return f"{name}: {person} gave consent."
        case Arrived.ANOTHER:
            return f"{name}: {person} gave consent. It is not the one we asked for, but it is on the list."
        case Arrived.AGAIN:
            return f"{name} was already authorised. Its consent was renewed; nothing else changed."
        case Arrived.NOT_ASKED_FOR:
            return f"{name} was not on the list. Its consent is saved: you can add the {one} as a client, or disconnect it there."
        case Arrived.WRONG_PERSON:
            return (
                f"{name}: {person} gave consent, but this job runs as someone else. The consent is saved. Sign in as that person, or start "
                "a new job as yourself."
            )
