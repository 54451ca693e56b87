"""A running sandbox: the state shared by its parts, and what can be changed from outside."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from itertools import count

from joserfc.jwk import RSAKey

from .choices import FAULTS
from .consent.scripts import Scripts
from .misbehaviour.call_log import CallLog
from .misbehaviour.faults import ACTS, CLEAR, LIMIT, REFUSALS, RENAME, Fault, Faults, Target
from .misbehaviour.limits import Limits
from .options import Options
from .personality import Personality
from .world.clock import Clock
from .world.state import Grant, load, save
from .world.world import Accountant, World


class Sandbox:
    """The world, the clock, the saved state, and the active faults. `url` is `http://127.0.0.1:PORT`.

    Raises ValueError if the options name an unknown app, or a state file that is not one.
    """

    def __init__(self, options: Options, url: str, personalities: Mapping[str, Personality]) -> None:
        names = options.softwares or tuple(personalities)
        if unknown := [name for name in names if name not in personalities]:
            raise ValueError(
                f"no sandbox for {', '.join(unknown)}; there is one for {', '.join(personalities)}"
            )
        self.options = options
        self.url = url
        self.softwares = {name: personalities[name] for name in names}
        ids = {
            name: personality.organisation_id
            for name, personality in personalities.items()
            if personality.organisation_id
        }
        self.world = World(
            options.seed, options.organisations, ids, options.lines, options.hostile, options.businesses
        )
        self.state = load(options.state)
        self.clock = Clock(self.state.ahead_s)
        self.limits = Limits(self.clock, options.limits)
        self.calls = CallLog(self.clock)
        self.faults = Faults(
            [Fault(f["kind"], Target(**f["target"]), f["times"], f["seconds"]) for f in self.state.faults]
        )
        self._rename()
        self.scripts = Scripts()
        self.garbage: Iterator[int] = count()
        self.key = RSAKey.import_key(self.state.key) if self.state.key else _new_key()
        self.state.key = dict(self.key.as_dict(private=True))
        self.save()

    def save(self) -> None:
        """Saves the state to its file, if there is one. Call it before answering a change."""
        if self.options.state:
            self.state.ahead_s = self.clock.ahead_s
            self.state.faults = [asdict(fault) for fault in self.faults.in_force]
            save(self.state, self.options.state)

    def issuer(self, software: Personality) -> str:
        return f"{self.url}/{software.name}"

    def people(self) -> list[dict[str, object]]:
        """The accountants with the ids of the organisations they reach: email, name, organisations by app."""
        ids = {name: self.world.ids(name) for name in self.softwares}
        return [
            {
                "email": person.email,
                "name": person.name,
                "organisations": {
                    name: [every[index] for index in self.world.reach(person, name)]
                    for name, every in ids.items()
                },
            }
            for person in self.world.people
        ]

    def selectable(self, software: str, person: Accountant, index: int) -> bool:
        """Whether the person may connect the organisation at this place now."""
        organisation = self.world.id_of(software, index)
        return person.reaches(index) and not self.faults.seen(REFUSALS, software, person.email, organisation)

    def advance(self, seconds: float) -> None:
        """Moves the sandbox's clock forward. Raises ValueError if that is not forward."""
        self.clock.advance(seconds)
        self.save()

    def fault(
        self, kind: str, target: Target, times: int | None = None, seconds: float | None = None
    ) -> None:
        """Makes something go wrong, or (`clear`) right again. Raises ValueError for an unknown kind, person, organisation
        or app.
        """
        target = self._checked(kind, target, times, seconds)
        if kind == CLEAR:
            self.faults.clear(target)
        elif kind in ACTS:
            self._act(kind, target)
        else:
            self.faults.add(
                Fault(kind, target, times, (2 if kind == LIMIT else 5) if seconds is None else seconds)
            )
        if kind in (CLEAR, RENAME):
            self._rename()
        self.save()

    def _rename(self) -> None:
        if not any(fault.kind == RENAME for fault in self.faults.in_force):
            self.world.rename(lambda software, index: False)
            return

        def is_renamed(software: str, index: int) -> bool:
            organisation = self.world.id_of(software, index)
            return self.faults.seen({RENAME}, software, None, organisation) is not None

        self.world.rename(is_renamed)

    def _checked(self, kind: str, target: Target, times: int | None, seconds: float | None) -> Target:
        if kind not in FAULTS:
            raise ValueError(f"unknown kind {kind!r}: it is one of {', '.join(FAULTS)}")
        if target.software is not None and target.software not in self.softwares:
            raise ValueError(f"no such accounting app here: {target.software!r}")
        if target.person is not None:
            person = self.world.person(target.person)
            if person is None:
                raise ValueError(
                    f"no one here is called {target.person!r}; `clientsync sandbox people` lists everyone"
                )
            target = Target(target.software, person.email, target.organisation)
        if target.organisation is not None:
            names = [target.software] if target.software else list(self.softwares)
            places = ((name, self.world.place_of(name, target.organisation)) for name in names)
            spelled = next(
                (self.world.id_of(name, place) for name, place in places if place is not None), None
            )
            if spelled is None:
                raise ValueError(f"no organisation here has the id {target.organisation!r}")
            target = Target(target.software, target.person, spelled)
        if kind == RENAME and (target.person is not None or times is not None):
            raise ValueError("a new name applies to everyone until `clear`: leave out person and times")
        if times is not None and times < 1:
            raise ValueError("times must be 1 or more")
        if seconds is not None and not 0 <= seconds <= 86_400:
            raise ValueError("seconds must be from 0 to 86400")
        return target

    def _act(self, kind: str, target: Target) -> None:
        if kind == "expire":
            for grant in [grant for grant in self.state.grants.values() if self._is_of(grant, target)]:
                self.state.end(grant)
            return
        for software, app, person, held in list(self.state.holders()):
            if software not in self.softwares or not target.covers(software, person, target.organisation):
                continue
            if kind == "disconnect":
                for organisation in [o for o in held if target.organisation in (None, o)]:
                    del held[organisation]
                    self._unrenewable(software, app, person, organisation)
            elif target.organisation is None or target.organisation in held:
                one = self.softwares[software].reach == "one"
                self.revoke(software, app, person, target.organisation if one else None)

    def _is_of(self, grant: Grant, target: Target) -> bool:
        if target.software not in (None, grant.software) or target.person not in (None, grant.person):
            return False
        if target.organisation is None or grant.organisation is not None:
            return target.organisation in (None, grant.organisation)
        return target.organisation in self.state.connections_of(grant.software, grant.app, grant.person)

    def revoke(self, software: str, app: str, person: str, organisation: str | None = None) -> None:
        """Acts as if the person had removed the app: all their tokens and connections to it are gone.

        `organisation`: only the grants for this one, if a grant covers one.
        """
        self.end_grants(software, app, person, organisation)
        held = self.state.connections_of(software, app, person)
        for gone in [o for o in held if organisation in (None, o)]:
            del held[gone]

    def end_grants(self, software: str, app: str, person: str, organisation: str | None = None) -> None:
        """Ends all their tokens, but no connection. `organisation`: only the grants for this one."""
        for grant in self._grants(software, app, person):
            if organisation in (None, grant.organisation):
                self.state.end(grant)

    def has_grants(self, software: str, app: str, person: str) -> bool:
        """Whether any of their grants can still be renewed."""
        return any(self.state.is_living(grant) for grant in self._grants(software, app, person))

    def end_oldest(self, software: str, app: str, person: str, keep: int) -> None:
        """Ends the oldest of their grants, so that at most `keep` are left."""
        living = [grant for grant in self._grants(software, app, person) if self.state.is_living(grant)]
        living.sort(key=lambda grant: grant.granted_at)
        for grant in living[: max(0, len(living) - keep)]:
            self.state.end(grant)

    def _unrenewable(self, software: str, app: str, person: str, organisation: str) -> None:
        """A grant whose only organisation was disconnected in the app can't be renewed; its access tokens live on."""
        for grant in self._grants(software, app, person):
            if grant.organisation == organisation:
                self.state.refresh = {t: of for t, of in self.state.refresh.items() if of != grant.id}

    def _grants(self, software: str, app: str, person: str) -> list[Grant]:
        wanted = software, app, person
        return [g for g in self.state.grants.values() if (g.software, g.app, g.person) == wanted]


@cache
def _new_key() -> RSAKey:
    """A signing key. Creating one is the slowest part of the start, so a process creates only one."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
