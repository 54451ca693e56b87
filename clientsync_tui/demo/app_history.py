"""The demo practice's past weeks with one accounting app."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from ..accounting.seam.software import Software
from ..practice.entries import Kind
from ..practice.model import Details
from ..practice.people import Person, SignIn, sign_in_id
from ..practice.status import Reason, expiring_from
from ..sandbox.server import Running
from ..sandbox.world.world import Accountant
from ..sync.jobs.session import Session
from ..workplace import Workplace
from . import breakage, jobs
from .clients import Clients
from .dates import last_night, working_times
from .inside import Inside
from .integrated import Dated, Integrated, life, signed_in, used

PATIENCE_S = 30
LEFT_BEFORE, LEFT_TOOK, YOURS_SINCE, LATEST = 84, 25, 62, 2
"""In days: when the former colleague started and for how long they added clients, when you started, and when you last added
one.
"""
LEFT_NIGHTS = 2
"""How many nights ago the former colleague's sign-ins were refused."""
LAPSED_FOR = timedelta(days=4)
LONG_LIFE, LONG_UNUSED = timedelta(days=365), 45
"""A sign-in that lasts longer than this never ends in the demo. A colleague last used theirs this many days ago."""
A_MOMENT = timedelta(minutes=4)
WITH_LISTS = 3
"""How many of your integrations already have lists. The others get theirs with the first refresh."""


class AppHistory:
    """Who integrated which organisations of one app, and what has happened to them since."""

    def __init__(
        self, workplace: Workplace, session: Session, sandbox: Running, software: Software, now: datetime
    ) -> None:
        self._store = workplace.store
        self._holder = workplace.holder
        self._session = session
        self._sandbox = sandbox
        self.software = software
        self._now = now
        self._draw = Random(software.name)  # noqa: S311 - a story, not a secret
        self._free = list(sandbox.world.ids(software.name))
        self.yours: Sequence[Integrated] = ()
        self.working: Sequence[Integrated] = ()

    async def entries(
        self, clients: Clients, shown: Counter[Reason], one_more: Callable[[], None]
    ) -> list[Dated]:
        """All events with their times. `shown`: how often each reason has occurred so far. `one_more`: called for each
        integration.
        """
        size = self._sandbox.sandbox.softwares[self.software.name].demo_clients
        me, left, idle, away = self._sandbox.world.people[:4]
        of_left = self._take(left, round(size * 0.14) or 1)
        of_idle = self._take(idle, round(size * 0.12))
        of_away = self._take(away, round(size * 0.04))
        own = self._take(me, size - len(of_left) - len(of_idle) - len(of_away))
        inside = Inside(self._sandbox.sandbox, self.software, me)
        with inside.calls([*of_left, *of_idle, *of_away, *own]) as calls:
            details: dict[str, Details] = {}
            for id in calls:
                details[id] = await self.software.details(calls[id], id)
                one_more()
            for id in own[: WITH_LISTS if len(own) > 2 * WITH_LISTS else 1]:
                names = list(self.software.lists)
                lists = {name: await self.software.pull(calls[id], id, name) for name in names}
                self._store.pulled.keep(self.software.name, id, lists)
        signed = await self._own_sign_ins(inside, own)
        self.yours = self._integrated(signed, details, YOURS_SINCE, LATEST)
        yours = next(iter(signed.values()))
        gone = self._colleagues(left, of_left, details, yours, LEFT_BEFORE - LEFT_TOOK)
        idle_used = self._last_used(yours, _expiring_in(yours))
        lapsed_used = self._last_used(yours, -LAPSED_FOR)
        others = [
            *self._colleagues(idle, of_idle, details, yours, idle_used),
            *self._colleagues(away, of_away, details, yours, lapsed_used),
        ]
        in_order = sorted((*gone, *others, *self.yours), key=lambda integrated: integrated.at)
        added = [entry for integrated in in_order for entry in clients.entries(integrated)]
        broken = list(
            breakage.entries(self._sandbox, self.software, me.email, self.yours, clients, shown, self._now)
        )
        found = {entry.organisation_id for _, entry in broken}
        self.working = [one for one in self.yours if one.organisation_id not in found]
        with self._store.transaction():
            for one in self.working:
                self._store.contacts.good(*one.where, last_night(self._now))
        return [
            *added,
            *self._sign_ins([*gone, *others]),
            *self._refused(gone, me.email, clients),
            *broken,
            *jobs.refreshed(self.working, clients, me.email, self._now),
        ]

    def _take(self, person: Accountant, count: int) -> list[str]:
        """Some organisations that the person reaches and nobody has taken yet."""
        world, name = self._sandbox.world, self.software.name
        reached = {world.id_of(name, place) for place in world.reach(person, name)}
        taken = [id for id in self._free if id in reached][:count]
        self._free = [id for id in self._free if id not in taken]
        return taken

    async def _own_sign_ins(self, inside: Inside, ids: Sequence[str]) -> dict[str, SignIn]:
        """Your sign-in for each organisation: one for all, or one each."""
        if self.software.organisations_per_sign_in == "many":
            return dict.fromkeys(ids, await self._sign_in(inside, None))
        return {id: await self._sign_in(inside, [id]) for id in ids}

    async def _sign_in(self, inside: Inside, organisations: Sequence[str] | None) -> SignIn:
        async with self._session.begin(self.software.name) as attempt:
            attempt.paste(await inside.consent(attempt.link, organisations))
            new = await attempt.wait(PATIENCE_S)
        self._store.sign_ins.hold(new.id, self._holder)
        return new

    def _integrated(
        self, signed: Mapping[str, SignIn], details: Mapping[str, Details], first: float, last: float
    ) -> list[Integrated]:
        """The organisations, each integrated at a time in this range of days ago."""
        times = working_times(self._draw, self._now, first, last, len(signed))
        return [
            Integrated(self.software, sign_in, id, details[id], at)
            for (id, sign_in), at in zip(signed.items(), times, strict=True)
        ]

    def _colleagues(
        self,
        person: Accountant,
        ids: Sequence[str],
        details: Mapping[str, Details],
        yours: SignIn,
        until: float,
    ) -> list[Integrated]:
        """What a colleague integrated, up to that many days ago. Their tokens would be in their own keyring, so nobody
        signs in.
        """
        known_as = Person(person.id, person.name, person.email)
        signed: dict[str, SignIn] = {}
        for id in ids:
            one = id if yours.organisation_id else None
            its_name = details[id]["name"] if one else None
            own_id = sign_in_id(self.software.name, person.id, one)
            signed[id] = yours._replace(
                id=own_id, person=known_as, organisation_id=one, organisation_name=its_name
            )
        return self._integrated(signed, details, until + LEFT_TOOK, until)

    def _last_used(self, sign_in: SignIn, ending_in: timedelta) -> float:
        """How many days ago a sign-in that will end in that time was used."""
        lasts = life(sign_in)
        return (lasts - ending_in) / timedelta(days=1) if lasts and lasts < LONG_LIFE else LONG_UNUSED

    def _sign_ins(self, theirs: Sequence[Integrated]) -> list[Dated]:
        """When everyone signed in and last used their sign-in: you now, colleagues when they last added a client."""
        in_order = (*theirs, *self.yours)
        first = {one.sign_in.id: one for one in reversed(in_order)}
        last = {one.sign_in.person.email: one.at + A_MOMENT for one in theirs}
        return [
            *(signed_in(one.sign_in, one.at - A_MOMENT) for one in first.values()),
            *(used(one.sign_in, last.get(one.sign_in.person.email, self._now)) for one in first.values()),
        ]

    def _refused(self, gone: Sequence[Integrated], me: str, clients: Clients) -> list[Dated]:
        """The nightly check found the former colleague's sign-ins refused."""
        at = last_night(self._now, LEFT_NIGHTS)
        body = {"reason": Reason.SIGN_IN_REFUSED, "was": None}
        return [(at, one.entry(Kind.FOUND_EXPIRED, me, clients.of(one), **body)) for one in gone]


def _expiring_in(sign_in: SignIn) -> timedelta:
    """How long an expiring sign-in still lasts, so that the demo shows some for a while."""
    ends = sign_in.ends_at
    return (ends - expiring_from(ends, sign_in.used_at)) / 2 if ends else timedelta(0)
