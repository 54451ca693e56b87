"""Puts a throwaway practice into the middle of its life, so that everything the program does can be tried at once.

Real sign-ins over HTTP, real details from the sandbox, and a ledger that reaches back some weeks: most clients connected,
some expiring, a dozen expired because a colleague left, a few broken for different reasons, some organisations not added yet.
"""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .practice.entries import Kind, NewEntry, iso
from .practice.model import Details, Organisation
from .practice.people import SignIn
from .practice.status import Reason
from .sandbox.authorise import sign_in as authorise
from .sync.session import Session
from .workplace import Workplace

SOFTWARE = "xero"
TEAMS = ("North", "South", "Payroll", None)
EXPIRING, LEFT, ADDED, LISTS_OF = 11, 12, 110, 30
LONG_AGO, NOT_USED_FOR, GONE_FOR = timedelta(days=80), timedelta(days=51), timedelta(days=3)
BROKEN = {
    "remove-access": Reason.ACCESS_REMOVED,
    "disconnect": Reason.DISCONNECTED_THERE,
    "close": Reason.ORGANISATION_CLOSED,
}
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Part:
    """Some organisations, and who integrated them so long ago."""

    sign_in: SignIn
    organisations: Sequence[Organisation]
    ago: timedelta


async def prepare(workplace: Workplace, url: str, people: Sequence[str]) -> None:
    """Fills the practice. `url`: the sandbox's; `people`: its accountants' e-mail addresses, the person at the keyboard first."""
    import httpx2

    async with workplace.session() as session, httpx2.AsyncClient(base_url=url, trust_env=False) as sandbox:
        colleagues = [await _sign_in(session, email) for email in people[1:3]]
        reaches = [await session.reach(colleague) for colleague in colleagues]
        # Their tokens were only borrowed: they are in those people's own keyrings.
        for colleague in colleagues:
            await session.tokens(SOFTWARE).forget(colleague.id)
        me = await _sign_in(session, people[0])
        mine = await session.reach(me)
        left = list(reaches[0].values())[:LEFT]
        taken = {o.id for o in left}
        late = [o for o in reaches[1].values() if o.id not in taken][:EXPIRING]
        taken |= {o.id for o in late}
        own = [o for o in mine.values() if o.id not in taken][:ADDED]
        parts = (
            Part(colleagues[0], left, LONG_AGO),
            Part(colleagues[1], late, NOT_USED_FOR),
            Part(me, own, LONG_AGO / 2),
        )
        await _write(workplace, session, me, parts)
        await sandbox.post("/sandbox/faults", json={"kind": "revoke", "person": people[1]})
        for kind, organisation in zip(BROKEN, own, strict=False):
            fault = {"kind": kind, "organisation": organisation.id}
            # A closed organisation is closed for everybody.
            await sandbox.post(
                "/sandbox/faults", json=fault if kind == "close" else {**fault, "person": people[0]}
            )


async def _sign_in(session: Session, email: str) -> SignIn:
    async with session.begin(SOFTWARE) as attempt:
        arriving = asyncio.create_task(asyncio.to_thread(authorise, attempt.link, email))
        signed_in = await attempt.wait(PATIENCE_S)
        await arriving
        return signed_in.sign_in


async def _write(workplace: Workplace, session: Session, me: SignIn, parts: Sequence[Part]) -> None:
    now = datetime.now(UTC)
    calls, software = session.calls(me), session.software(SOFTWARE)
    organisations = [(part, o) for part in parts for o in part.organisations]
    details = await asyncio.gather(*(software.details(calls, o.id) for _, o in organisations))
    # Enough lists to look at; the others come with the first refresh.
    for organisation in parts[2].organisations[:LISTS_OF]:
        names = list(software.lists)
        lists = await asyncio.gather(*(software.pull(calls, organisation.id, name) for name in names))
        workplace.store.pulled.keep(SOFTWARE, organisation.id, dict(zip(names, lists, strict=True)))
    dated: list[tuple[datetime, NewEntry]] = []
    codes: Counter[str] = Counter()
    dated += [(now - part.ago, _signed_in(part.sign_in, now - part.ago)) for part in parts]
    dated.append((now, NewEntry(Kind.SIGN_IN_USED, me.person.email, software=SOFTWARE, body=_ends(me, now))))
    for number, ((part, organisation), known) in enumerate(zip(organisations, details, strict=True)):
        added = _added(
            part.sign_in, organisation, known, TEAMS[number % len(TEAMS)], _code(organisation.name, codes)
        )
        dated += [(now - part.ago + timedelta(minutes=number + 1), entry) for entry in added]
    clients = {entry.organisation_id: entry.client for _, entry in dated}
    dated += [
        (now - GONE_FOR, _found(Kind.FOUND_EXPIRED, me, clients[o.id], o, Reason.SIGN_IN_REFUSED))
        for o in parts[0].organisations
    ]
    dated += [
        (now - GONE_FOR, _found(Kind.FOUND_BROKEN, me, clients[o.id], o, reason))
        for reason, o in zip(BROKEN.values(), parts[2].organisations, strict=False)
    ]
    store = workplace.store
    with store.database.writing():
        for at, entry in sorted(dated, key=lambda pair: pair[0]):
            store.ledger.append(entry, at=at)
        store.sign_ins.hold(me.id, workplace.holder)


def _ends(sign_in: SignIn, used: datetime) -> dict[str, str | None]:
    life = sign_in.ends_at - sign_in.used_at if sign_in.ends_at else None
    return {"sign_in": sign_in.id, "ends_at": iso(used + life) if life else None}


def _signed_in(sign_in: SignIn, at: datetime) -> NewEntry:
    person = sign_in.person
    told = {"id": person.id, "name": person.name, "email": person.email}
    return NewEntry(
        Kind.SIGNED_IN, person.email, software=SOFTWARE, body={"person": told, **_ends(sign_in, at)}
    )


def _added(
    sign_in: SignIn, organisation: Organisation, details: Details, team: str | None, code: str | None
) -> tuple[NewEntry, NewEntry]:
    actor, client, name = sign_in.person.email, secrets.token_hex(8), details.get("name") or organisation.name
    body = {"name": name, "details": dict(details), "team": team, "practice_code": code}
    link = {"organisation_name": name, "sign_in": sign_in.id, "details": dict(details)}
    return (
        NewEntry(Kind.CLIENT_ADDED, actor, client, body=body),
        NewEntry(Kind.INTEGRATION_CONNECTED, actor, client, SOFTWARE, organisation.id, link),
    )


def _found(
    kind: Kind, me: SignIn, client: str | None, organisation: Organisation, reason: Reason
) -> NewEntry:
    return NewEntry(kind, me.person.email, client, SOFTWARE, organisation.id, {"reason": reason, "was": None})


def _code(name: str, codes: Counter[str]) -> str | None:
    """A code as practices make them: three letters of the name and a number; none where the name has no such letters."""
    letters = re.sub("[^A-Z]", "", name.upper())[:3]
    if len(letters) < 3:
        return None
    codes[letters] += 1
    return f"{letters}{codes[letters]:02}"
