"""Fills a demo practice with some weeks of history, so that everything the program does can be tried at once.

It makes real sign-ins over HTTP, pulls real details from the sandbox, and writes a ledger that starts weeks ago. Most clients are
connected; some are expiring, some expired because a colleague left, and a few are broken for different reasons. Some organisations are
not added yet, and some clients have integrations in several accounting apps.
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
from ..sync.client_edits import new_client_id
from ..sync.jobs.session import Session
from ..workplace import Workplace, secret_name

TEAMS = ("North", "South", "Payroll", None)
LONG_AGO, GONE_FOR = timedelta(days=80), timedelta(days=3)
EXPIRING_IN = EXPIRING_WITHIN / 2
"""How soon the sign-in of the colleague who no longer uses it ends."""
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of organisations in one app: `left` by a colleague, `expiring` of another, and `own`; `with_lists`: how many of those
    have lists already (the others get them with the first refresh)."""

    left: int
    expiring: int
    own: int
    with_lists: int

    @property
    def all(self) -> int:
        return self.left + self.expiring + self.own


SIZES = {"many": Sizes(8, 7, 45, 6), "one": Sizes(3, 2, 7, 2)}


@dataclass(frozen=True, slots=True)
class Integrated:
    """An organisation, who integrated it, and how long ago."""

    software: Software
    sign_in: SignIn
    organisation_id: str
    details: Details
    ago: timedelta

    @property
    def name(self) -> str:
        return self.details["name"]


async def prepare(workplace: Workplace, sandbox: Running) -> None:
    """Fills the practice from each app of the sandbox. The sandbox's first accountant is the person at the keyboard."""
    dated: list[tuple[datetime, NewEntry]] = []
    clients = Clients()
    async with workplace.session() as session:
        # A plug-in's adapter may be missing, or may not load.
        apps = {app.name: app for app in workplace.softwares()}
        for software in (apps[name] for name in sandbox.sandbox.softwares if name in apps):
            name = software.name
            app = sandbox.sandbox.softwares[name].apps[workplace.configured(name).client_id]
            if app.secret is not None:
                await workplace.vault.write(secret_name(name, app.id), app.secret)
            dated += await AppHistory(workplace, session, sandbox, software).entries(clients)
    with workplace.store.transaction():
        for at, entry in sorted(dated, key=lambda pair: pair[0]):
            workplace.store.ledger.append(entry, at=at)


class Clients:
    """The client list as it grows: one client for each business, recognised by name and tax number in every app."""

    def __init__(self) -> None:
        self._of_business: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._codes: Counter[str] = Counter()

    def entries(self, integrated: Integrated, at: datetime) -> list[tuple[datetime, NewEntry]]:
        """The entries that add an organisation at that time, and its client if it is new. Never before the client was added."""
        actor, name = integrated.sign_in.person.email, integrated.name
        link = {
            "organisation_name": name,
            "sign_in": integrated.sign_in.id,
            "details": dict(integrated.details),
        }
        business = name, integrated.details.get("tax_number", integrated.organisation_id)
        client, since = self._of_business.get(business, ("", at))
        new: list[NewEntry] = []
        if not client:
            team = TEAMS[len(self._of_business) % len(TEAMS)]
            body = {
                "name": name,
                "details": dict(integrated.details),
                "team": team,
                "practice_code": self._code(name),
            }
            client = new_client_id()
            self._of_business[business] = client, at
            new.append(NewEntry(Kind.CLIENT_ADDED, actor, client, body=body))
        where = client, integrated.software.name, integrated.organisation_id
        new.append(NewEntry(Kind.INTEGRATION_CONNECTED, actor, *where, link))
        return [(max(at, since), entry) for entry in new]

    def _code(self, name: str) -> str | None:
        """A typical practice code: three letters of the name and a number. None if the name has no such letters."""
        letters = re.sub("[^A-Z]", "", name.upper())[:3]
        if len(letters) < 3:
            return None
        self._codes[letters] += 1
        return f"{letters}{self._codes[letters]:02}"


class AppHistory:
    """The practice's weeks with one accounting app."""

    def __init__(self, workplace: Workplace, session: Session, sandbox: Running, software: Software) -> None:
        self._store = workplace.store
        self._holder = workplace.holder
        self._session = session
        self._sandbox = sandbox
        self._software = software
        self._sizes = SIZES[software.organisations_per_sign_in]
        self._now = datetime.now(UTC)

    async def entries(self, clients: Clients) -> list[tuple[datetime, NewEntry]]:
        """Everything that happened, with its time."""
        me, left, idle_person = self._sandbox.sandbox.people()[:3]
        taken: set[str] = set()

        def take(person: Mapping[str, object], count: int) -> list[str]:
            reached: Mapping[str, Sequence[str]] = person["organisations"]  # pyright: ignore[reportAssignmentType]
            ids = [id for id in reached[self._software.name] if id not in taken][:count]
            taken.update(ids)
            return ids

        gone = await self._integrated(str(left["email"]), take(left, self._sizes.left), LONG_AGO)
        idle = await self._integrated(
            str(idle_person["email"]), take(idle_person, self._sizes.expiring), None
        )
        own = await self._integrated(str(me["email"]), take(me, self._sizes.own), LONG_AGO / 2, mine=True)
        await self._pull(own[: self._sizes.with_lists])
        entries: list[tuple[datetime, NewEntry]] = []
        client_of: dict[str, str] = {}
        for number, integrated in enumerate((*gone, *idle, *own)):
            added = clients.entries(integrated, self._now - integrated.ago + timedelta(minutes=number + 1))
            client_of[integrated.organisation_id] = added[-1][1].client or ""
            entries += added
        entries += self._sign_ins([*gone, *idle], own)
        entries += self._gone_wrong(str(left["email"]), str(me["email"]), gone, own, client_of)
        return entries

    async def _integrated(
        self, email: str, ids: Sequence[str], ago: timedelta | None, *, mine: bool = False
    ) -> list[Integrated]:
        """The organisations, from real sign-ins of that person. `ago` None: so long ago that the sign-in ends soon."""
        one = self._software.organisations_per_sign_in == "one"
        sign_ins = [await self._sign_in(email, [id]) for id in ids] if one else [await self._sign_in(email)]
        by_id = dict(zip(ids, sign_ins if one else sign_ins * len(ids), strict=True))
        details = await asyncio.gather(
            *(self._software.details(self._session.calls(sign_in), id) for id, sign_in in by_id.items())
        )
        for sign_in in sign_ins:
            if not mine:
                # Colleagues keep their tokens in their own keyrings.
                await self._session.tokens(self._software.name).forget(sign_in.id)
        return [
            Integrated(self._software, sign_in, id, particulars, ago or _expiring_soon(sign_in))
            for (id, sign_in), particulars in zip(by_id.items(), details, strict=True)
        ]

    async def _sign_in(self, email: str, organisations: Sequence[str] | None = None) -> SignIn:
        async with self._session.begin(self._software.name) as attempt:
            arriving = asyncio.create_task(asyncio.to_thread(authorise, attempt.link, email, organisations))
            signed_in = await attempt.wait(PATIENCE_S)
            await arriving
            return signed_in

    async def _pull(self, organisations: Sequence[Integrated]) -> None:
        names = list(self._software.lists)
        for integrated in organisations:
            calls = self._session.calls(integrated.sign_in)
            pulled = (self._software.pull(calls, integrated.organisation_id, name) for name in names)
            lists = dict(zip(names, await asyncio.gather(*pulled), strict=True))
            self._store.pulled.keep(self._software.name, integrated.organisation_id, lists)

    def _sign_ins(
        self, others: Sequence[Integrated], own: Sequence[Integrated]
    ) -> list[tuple[datetime, NewEntry]]:
        signed_in: dict[str, tuple[datetime, NewEntry]] = {}
        for integrated in (*others, *own):
            at = self._now - integrated.ago
            signed_in.setdefault(integrated.sign_in.id, (at, _signed_in(integrated.sign_in, at)))
        mine = {integrated.sign_in.id: integrated.sign_in for integrated in own}
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
        return [*signed_in.values(), *used]

    def _gone_wrong(
        self,
        left: str,
        me: str,
        gone: Sequence[Integrated],
        own: Sequence[Integrated],
        clients: Mapping[str, str],
    ) -> list[tuple[datetime, NewEntry]]:
        """A colleague left and some organisations broke, both in the sandbox and in the ledger."""
        name, at = self._software.name, self._now - GONE_FOR
        self._sandbox.fault("revoke", software=name, person=left)
        entries: list[tuple[datetime, NewEntry]] = []

        def found(kind: Kind, integrated: Integrated, reason: Reason) -> None:
            body = {"reason": reason, "was": None}
            client = clients[integrated.organisation_id]
            entries.append((at, NewEntry(kind, me, client, name, integrated.organisation_id, body)))

        for integrated in gone:
            found(Kind.FOUND_EXPIRED, integrated, Reason.SIGN_IN_REFUSED)
        broken = {
            "remove-access": Reason.ACCESS_REMOVED,
            "disconnect": self._software.not_listed,
            "close": Reason.ORGANISATION_CLOSED,
        }
        if self._software.organisations_per_sign_in == "one":
            # There, a disconnected organisation shows as a refused sign-in.
            del broken["disconnect"]
            for integrated in own[-2:]:
                self._sandbox.fault("expire", software=name, organisation=integrated.organisation_id)
                found(Kind.FOUND_EXPIRED, integrated, Reason.SIGN_IN_REFUSED)
        for (kind, reason), integrated in zip(broken.items(), own, strict=False):
            # A closed organisation is closed for everyone.
            person = None if kind == "close" else me
            self._sandbox.fault(kind, software=name, person=person, organisation=integrated.organisation_id)
            found(Kind.FOUND_BROKEN, integrated, reason)
        return entries


def _life(sign_in: SignIn) -> timedelta | None:
    return sign_in.ends_at - sign_in.used_at if sign_in.ends_at else None


def _expiring_soon(sign_in: SignIn) -> timedelta:
    """How long ago a sign-in that ends soon was used; some weeks for one that lasts very long."""
    life = _life(sign_in)
    return life - EXPIRING_IN if life and life < timedelta(days=365) else LONG_AGO


def _ends(sign_in: SignIn, used: datetime) -> dict[str, str | None]:
    life = _life(sign_in)
    return {"sign_in": sign_in.id, "ends_at": iso(used + life) if life else None}


def _signed_in(sign_in: SignIn, at: datetime) -> NewEntry:
    person = sign_in.person
    body: dict[str, object] = {
        "person": {"id": person.id, "name": person.name, "email": person.email},
        **_ends(sign_in, at),
    }
    if sign_in.organisation_id is not None:
        body["organisation"] = {"id": sign_in.organisation_id, "name": sign_in.organisation_name}
    return NewEntry(Kind.SIGNED_IN, person.email, software=sign_in.software, body=body)
