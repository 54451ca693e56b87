"""Accounting apps without a server, and a practice that uses several of them: for tests of jobs that hold for every app."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from clientsync_tui.accounting.seam.software import Calls, Record, Software
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.model import Details
from clientsync_tui.practice.people import Person, SignIn, sign_in_id
from clientsync_tui.practice.status import Reason
from clientsync_tui.practice.trouble import SignInNeeded, SignInRefused, Trouble, UsageError
from clientsync_tui.store.jobs import Job
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.runner import Runner
from tests.support import empty

HOLDER = "tester@desk"
ANN, BEN = Person("ann", "Ann Lee", "ann@example.com"), Person("ben", "Ben Ode", "ben@example.com")


class Books(type(XERO)):
    """an app whose answers the test sets. `troubles`: by organisation. `asked`: the organisations that were called, in order."""

    limits = replace(XERO.limits, at_once=2)

    def __init__(self, name: str, *, one: bool = False) -> None:
        super().__init__()
        self.name, self.title = name, name.title()
        self.organisations_per_sign_in: Literal["many", "one"] = "one" if one else "many"
        self.disconnecting = "sign_in" if one else "connection"
        self.organisation_words = ("company", "companies")
        self.troubles: dict[str, Trouble] = {}
        self.asked: list[str] = []
        self.takes_s = 0.0
        self.answers = asyncio.Event()
        self.answers.set()
        self.ended: list[str] = []

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        self.asked.append(organisation_id)
        await asyncio.sleep(self.takes_s)
        await self.answers.wait()
        if organisation_id in self.troubles:
            raise self.troubles[organisation_id]
        return {"name": f"{self.title} {organisation_id}"}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        return ()

    async def disconnect(self, calls: Any, organisation_id: str) -> bool:
        self.ended.append(calls.sign_in)
        return True


@dataclass(frozen=True)
class _Calls:
    sign_in: str


@dataclass
class Practice:
    """A practice to run a job in; the runner uses it as its `Session`."""

    store: Store
    softwares: dict[str, Books]
    actor: str = "tester"
    unset: set[str] = field(default_factory=set)

    def held(self, software: str | None = None) -> Sequence[SignIn]:
        return self.store.sign_ins.held(HOLDER, software, working=True)

    def software(self, name: str) -> Software:
        if name in self.unset:
            raise UsageError(f"{name} is not set up.")
        return self.softwares[name]

    def calls(self, sign_in: SignIn) -> Any:
        return _Calls(sign_in.id)

    def sign_in(
        self, software: str, person: Person = ANN, organisation: str | None = None, *, hold: bool = True
    ) -> SignIn:
        """Acts as if this person had just signed in."""
        body: dict[str, Any] = {
            "sign_in": sign_in_id(software, person.id, organisation),
            "person": {"id": person.id, "name": person.name, "email": person.email},
            "ends_at": None,
        }
        if organisation is not None:
            body["organisation"] = {"id": organisation, "name": f"{software.title()} {organisation}"}
        self.store.ledger.append(NewEntry(Kind.SIGNED_IN, person.email, software=software, body=body))
        if hold:
            self.store.sign_ins.hold(body["sign_in"], HOLDER)
        found = self.store.sign_ins.one(body["sign_in"])
        assert found is not None
        return found

    def client(self, sign_in: SignIn, organisation: str, problem: Reason | None = None) -> str:
        """Adds a client that this sign-in integrated. Returns its id."""
        client = f"{sign_in.software}-{organisation}"
        name = f"{sign_in.software.title()} {organisation}"
        link = {"organisation_name": name, "sign_in": sign_in.id, "details": {}}
        entries = [
            NewEntry(Kind.CLIENT_ADDED, "x", client, body={"name": name}),
            NewEntry(Kind.INTEGRATION_CONNECTED, "x", client, sign_in.software, organisation, link),
        ]
        if problem is not None:
            kind = Kind.FOUND_EXPIRED if problem is Reason.SIGN_IN_REFUSED else Kind.FOUND_BROKEN
            body = {"reason": problem, "sign_in": sign_in.id, "was": None}
            entries.append(NewEntry(kind, "x", client, sign_in.software, organisation, body))
        self.store.ledger.append(*entries)
        return client

    def expired(self, software: str, organisations: Sequence[str], person: Person = BEN) -> None:
        """Adds clients that a former colleague integrated."""
        one = self.softwares[software].organisations_per_sign_in == "one"
        for each in organisations:
            left = self.sign_in(software, person, each if one else None, hold=False)
            self.client(left, each, Reason.SIGN_IN_REFUSED)

    def statuses(self) -> dict[str, str]:
        """The status of each client's integration."""
        pairs = self.store.clients.integrations(None, datetime.now(UTC))
        return {client.id: str(link.standing.status) for client, link in pairs}


async def run(practice: Practice, job: str) -> tuple[Job, Trouble | None]:
    """Runs a job, and says why it paused."""
    runner = Runner(practice, job)
    return await runner.run(), runner.trouble


def practice_of(folder: Path, *softwares: Books) -> Practice:
    """A new practice."""
    empty.put(folder / "practice.db")
    return Practice(Store(folder / "practice.db"), {each.name: each for each in softwares})


def refused(name: str) -> SignInRefused:
    """What a call with an ended sign-in raises."""
    return SignInRefused(f"{name} no longer accepts this sign-in.")


def not_held() -> SignInNeeded:
    """What a call raises if the sign-in's token is not in the keyring."""
    return SignInNeeded("No sign-in is held for it.")
