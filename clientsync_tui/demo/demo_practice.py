"""Puts a throwaway practice into the middle of its life, so that everything the program does can be tried at once.

Real sign-ins over HTTP, real details from the sandbox, and a ledger that reaches back some weeks: most clients connected,
some expiring, some expired because a colleague left, a few broken for different reasons, some organisations not added yet; and
clients with an integration in several softwares.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..accounting.seam.software import Software
from ..practice.entries import Kind, NewEntry, iso
from ..practice.model import Details
from ..practice.people import SignIn
from ..practice.status import EXPIRING_WITHIN, Reason
from ..sandbox.consent.authorise import sign_in as authorise
from ..sandbox.server import Running
from ..sync.changes import new_client_id
from ..sync.jobs.session import Session
from ..workplace import Workplace, secret_name

TEAMS = ("North", "South", "Payroll", None)
LONG_AGO, GONE_FOR = timedelta(days=80), timedelta(days=3)
LATE_BY = EXPIRING_WITHIN / 2
"""How long a colleague's sign-in that is not used any more has yet to live."""
SECRET = "sandbox"  # noqa: S105  (that of every sandbox app)
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many organisations of a software a colleague left behind, another's are expiring, are one's own; and how many of
    these have lists to look at (the others' come with the first refresh)."""

    left: int
    late: int
    own: int
    with_lists: int

    @property
    def all(self) -> int:
        return self.left + self.late + self.own


SIZES = {"many": Sizes(8, 7, 45, 6), "one": Sizes(3, 2, 7, 2)}


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation, and who integrated it so long ago."""

    software: Software
    sign_in: SignIn
    organisation_id: str
    details: Details
    ago: timedelta

    @property
    def name(self) -> str:
        return self.details["name"]


async def prepare(workplace: Workplace, sandbox: Running) -> None:
    """Fills the practice with what is in each software of the sandbox; the sandbox's first accountant is the person at the keyboard."""
    dated: list[tuple[datetime, NewEntry]] = []
    clients = Clients()
    async with workplace.session() as session:
        # A plug-in's adapter may be missing, or may not load.
        known = {each.name: each for each in workplace.softwares()}
        for software in (known[name] for name in sandbox.sandbox.softwares if name in known):
            name = software.name
            if software.grant.secret == "required":  # noqa: S105  (a word, not a secret)
                app = workplace.configured(name).client_id
                await workplace.vault.write(secret_name(name, app), SECRET)
            dated += await OneSoftware(workplace, session, sandbox, software).life(clients)
    with workplace.store.transaction():
        for at, entry in sorted(dated, key=lambda pair: pair[0]):
            workplace.store.ledger.append(entry, at=at)


class Clients:
    """The client list as it grows: one client for each business, known by name and tax number whatever softwares it is in."""

    def __init__(self) -> None:
        self._of_business: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._codes: Counter[str] = Counter()

    def entries(self, known: Known, at: datetime) -> list[tuple[datetime, NewEntry]]:
        """What adds an organisation at that time, and its client where there is none yet; later, where the client came later."""
        actor, name = known.sign_in.person.email, known.name
        link = {"organisation_name": name, "sign_in": known.sign_in.id, "details": dict(known.details)}
        business = name, known.details.get("tax_number", known.organisation_id)
        client, since = self._of_business.get(business, ("", at))
        new: list[NewEntry] = []
        if not client:
            team = TEAMS[len(self._of_business) % len(TEAMS)]
            body = {
                "name": name,
                "details": dict(known.details),
                "team": team,
                "practice_code": self._code(name),
            }
            client = new_client_id()
            self._of_business[business] = client, at
            new.append(NewEntry(Kind.CLIENT_ADDED, actor, client, body=body))
        where = client, known.software.name, known.organisation_id
        new.append(NewEntry(Kind.INTEGRATION_CONNECTED, actor, *where, link))
        return [(max(at, since), entry) for entry in new]

    def _code(self, name: str) -> str | None:
        """A code as practices make them: three letters of the name and a number; none where the name has no such letters."""
        letters = re.sub("[^A-Z]", "", name.upper())[:3]
        if len(letters) < 3:
            return None
        self._codes[letters] += 1
        return f"{letters}{self._codes[letters]:02}"


class OneSoftware:
    """The practice's weeks with one accounting software."""

    def __init__(self, workplace: Workplace, session: Session, sandbox: Running, software: Software) -> None:
        self._store = workplace.store
        self._holder = workplace.holder
        self._session = session
        self._sandbox = sandbox
        self._software = software
        self._sizes = SIZES[software.organisations_per_sign_in]
        self._now = datetime.now(UTC)

    async def life(self, clients: Clients) -> list[tuple[datetime, NewEntry]]:
        """Everything that happened, with when."""
        me, left, late = self._sandbox.sandbox.people()[:3]
        taken: set[str] = set()

        def some(person: Mapping[str, object], count: int) -> list[str]:
            reached: Mapping[str, Sequence[str]] = person["organisations"]  # pyright: ignore[reportAssignmentType]
            ids = [each for each in reached[self._software.name] if each not in taken][:count]
            taken.update(ids)
            return ids

        gone = await self._integrated(str(left["email"]), some(left, self._sizes.left), LONG_AGO)
        idle = await self._integrated(str(late["email"]), some(late, self._sizes.late), None)
        own = await self._integrated(str(me["email"]), some(me, self._sizes.own), LONG_AGO / 2, mine=True)
        await self._pull(own[: self._sizes.with_lists])
        told: list[tuple[datetime, NewEntry]] = []
        linked: dict[str, str] = {}
        for number, known in enumerate((*gone, *idle, *own)):
            added = clients.entries(known, self._now - known.ago + timedelta(minutes=number + 1))
            linked[known.organisation_id] = added[-1][1].client or ""
            told += added
        told += self._sign_ins([*gone, *idle], own)
        told += self._gone_wrong(str(left["email"]), str(me["email"]), gone, own, linked)
        return told

    async def _integrated(
        self, email: str, ids: Sequence[str], ago: timedelta | None, *, mine: bool = False
    ) -> list[Known]:
        """The organisations by real sign-ins of that person. `ago` None: so long ago that the sign-in will end soon."""
        one = self._software.organisations_per_sign_in == "one"
        sign_ins = (
            [await self._sign_in(email, [each]) for each in ids] if one else [await self._sign_in(email)]
        )
        by_id = dict(zip(ids, sign_ins if one else sign_ins * len(ids), strict=True))
        details = await asyncio.gather(
            *(self._software.details(self._session.calls(s), each) for each, s in by_id.items())
        )
        for sign_in in sign_ins:
            if not mine:
                # Their tokens were only borrowed: they are in those people's own keyrings.
                await self._session.tokens(self._software.name).forget(sign_in.id)
        return [
            Known(self._software, sign_in, each, found, ago or _nearly_over(sign_in))
            for (each, sign_in), found in zip(by_id.items(), details, strict=True)
        ]

    async def _sign_in(self, email: str, organisations: Sequence[str] | None = None) -> SignIn:
        async with self._session.begin(self._software.name) as attempt:
            arriving = asyncio.create_task(asyncio.to_thread(authorise, attempt.link, email, organisations))
            signed_in = await attempt.wait(PATIENCE_S)
            await arriving
            return signed_in

    async def _pull(self, organisations: Sequence[Known]) -> None:
        names = list(self._software.lists)
        for known in organisations:
            calls = self._session.calls(known.sign_in)
            pulled = (self._software.pull(calls, known.organisation_id, name) for name in names)
            lists = dict(zip(names, await asyncio.gather(*pulled), strict=True))
            self._store.pulled.keep(self._software.name, known.organisation_id, lists)

    def _sign_ins(self, others: Sequence[Known], own: Sequence[Known]) -> list[tuple[datetime, NewEntry]]:
        told: dict[str, tuple[datetime, NewEntry]] = {}
        for known in (*others, *own):
            at = self._now - known.ago
            told.setdefault(known.sign_in.id, (at, _signed_in(known.sign_in, at)))
        mine = {known.sign_in.id: known.sign_in for known in own}
        used = [
            (
                self._now,
                NewEntry(
                    Kind.SIGN_IN_USED,
                    sign_in.person.email,
                    software=sign_in.software,
                    body=_ends(sign_in, self._now),
                ),
            )
            for sign_in in mine.values()
        ]
        for sign_in in mine:
            self._store.sign_ins.hold(sign_in, self._holder)
        return [*told.values(), *used]

    def _gone_wrong(
        self,
        left: str,
        me: str,
        gone: Sequence[Known],
        own: Sequence[Known],
        clients: Mapping[str, str],
    ) -> list[tuple[datetime, NewEntry]]:
        """A colleague left, and some organisations broke: there, and as it was found here."""
        name, at = self._software.name, self._now - GONE_FOR
        self._sandbox.fault("revoke", software=name, person=left)
        told: list[tuple[datetime, NewEntry]] = []

        def found(kind: Kind, known: Known, reason: Reason) -> None:
            body = {"reason": reason, "was": None}
            client = clients[known.organisation_id]
            told.append((at, NewEntry(kind, me, client, name, known.organisation_id, body)))

        for known in gone:
            found(Kind.FOUND_EXPIRED, known, Reason.SIGN_IN_REFUSED)
        broken = {
            "remove-access": Reason.ACCESS_REMOVED,
            "disconnect": self._software.not_listed,
            "close": Reason.ORGANISATION_CLOSED,
        }
        if self._software.organisations_per_sign_in == "one":
            # A disconnected one is known by its sign-in, which is refused from then on.
            del broken["disconnect"]
            for known in own[-2:]:
                self._sandbox.fault("expire", software=name, organisation=known.organisation_id)
                found(Kind.FOUND_EXPIRED, known, Reason.SIGN_IN_REFUSED)
        for (kind, reason), known in zip(broken.items(), own, strict=False):
            # A closed organisation is closed for everybody.
            person = None if kind == "close" else me
            self._sandbox.fault(kind, software=name, person=person, organisation=known.organisation_id)
            found(Kind.FOUND_BROKEN, known, reason)
        return told


def _life(sign_in: SignIn) -> timedelta | None:
    return sign_in.ends_at - sign_in.used_at if sign_in.ends_at else None


def _nearly_over(sign_in: SignIn) -> timedelta:
    """How long ago a sign-in was used that ends soon; one that lives for ever was used some weeks ago."""
    life = _life(sign_in)
    return life - LATE_BY if life and life < timedelta(days=365) else LONG_AGO


def _ends(sign_in: SignIn, used: datetime) -> dict[str, str | None]:
    life = _life(sign_in)
    return {"sign_in": sign_in.id, "ends_at": iso(used + life) if life else None}


def _signed_in(sign_in: SignIn, at: datetime) -> NewEntry:
    person = sign_in.person
    told: dict[str, object] = {
        "person": {"id": person.id, "name": person.name, "email": person.email},
        **_ends(sign_in, at),
    }
    if sign_in.organisation_id is not None:
        told["organisation"] = {"id": sign_in.organisation_id, "name": sign_in.organisation_name}
    return NewEntry(Kind.SIGNED_IN, person.email, software=sign_in.software, body=told)
