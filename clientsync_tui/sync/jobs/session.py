"""Everything between the practice and the accounting apps while the program runs, in one event loop."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from ...config.folders import renewal_locks
from ...practice.entries import Kind, NewEntry, iso
from ...practice.people import SignIn
from ...practice.status import expiring_from
from ...practice.trouble import PassingTrouble, UsageError
from ..reach import held_sign_ins, sign_in_findings

if TYPE_CHECKING:
    import httpx2

    from ...accounting.seam.calls import Access, End
    from ...accounting.seam.configured import Configured, Http
    from ...accounting.seam.software import Calls, Software
    from ...signin.attempt import Attempt
    from ...signin.device_attempt import DeviceAttempt
    from ...signin.tokens import Tokens
    from ...signin.vault import Vault
    from ...store.store import Store
    from ..reach.reachability import Reach

USE_NOTED_AFTER = timedelta(hours=1)
"""How often the use of a sign-in is recorded in the ledger at most; an entry per refresh would bury the history."""


class Session:
    """Signs in, lists organisations and makes calls. Use as `async with`; call the methods in the loop it was
    entered in.
    """

    def __init__(
        self,
        store: "Store",
        vault: "Vault",
        http: "Http",
        configured: "Callable[[str], Configured]",
        *,
        holder: str,
        actor: str,
    ) -> None:
        self.store = store
        self.actor = actor
        self._vault = vault
        self._how = http
        self._configured = configured
        self._holder = holder
        self._stack = AsyncExitStack()
        self._tokens: dict[str, tuple[Configured, Tokens]] = {}

    async def __aenter__(self) -> Self:
        from ...accounting.seam.limiter import Limiter
        from ...accounting.seam.network.transport import http_client
        from ...host.beside import beside, owner_of

        self._http: httpx2.AsyncClient = await self._stack.enter_async_context(http_client())
        path = self.store.path
        if (budget := self.store.budget()) is not None:
            self._stack.callback(budget.close)
        self._limiter: Limiter = Limiter(beside(path, ".limits"), owner_of(path), budget)
        self._stack.callback(self._limiter.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def software(self, name: str) -> "Software":
        """The app with that name. Raises UsageError if it is not set up."""
        return self._configured(name).software

    def tokens(self, software: str) -> "Tokens":
        """The access tokens of one app's sign-ins, in memory."""
        configured = self._configured(software)
        # If the app was set up again while the program was running, these tokens belong to the old app.
        if self._tokens.get(software, (None,))[0] != configured:
            from ...signin.tokens import Tokens

            tokens = Tokens(
                configured,
                self._how,
                self._vault,
                # Only this person's: others may share the practice, but never a keyring.
                renewal_locks(self.store.path),
                self._name_of,
                self._used,
                self._limiter,
            )
            self._tokens[software] = configured, tokens
        return self._tokens[software][1]

    def calls(self, sign_in: SignIn) -> "Calls":
        """Makes calls with a sign-in whose token is in this person's keyring."""
        tokens = self.tokens(sign_in.software)
        return self._calls(
            sign_in.software,
            tokens.of(sign_in.id),
            lambda: tokens.site(sign_in.id),
            sign_in,
            lambda: tokens.revoke(sign_in.id),
        )

    def _calls(
        self,
        software: str,
        access: "Access",
        site: "Callable[[], str]",
        sign_in: SignIn | None = None,
        end: "End | None" = None,
    ) -> "Calls":
        from ...accounting.seam.calls import HttpCalls
        from ...practice.model import Organisation

        organisation = None
        if sign_in and sign_in.organisation_id:
            organisation = Organisation(sign_in.organisation_id, sign_in.organisation_name or "")
        return HttpCalls(
            self._configured(software), self._how, self._http, self._limiter, access,
            person=sign_in.person.id if sign_in else None, organisation=organisation, end=end, site=site,
        )  # fmt: skip

    def held_up(self, software: str) -> int:
        """How many organisations' calls are waiting for the apps' limits."""
        return self._limiter.held_up(software)

    def held(self, software: str | None = None) -> list[SignIn]:
        """The sign-ins held here that were not refused, the one used last first."""
        return self.store.sign_ins.held(self._holder, software, working=True)

    async def recognise(self) -> None:
        """Records the sign-ins that this keyring holds but nobody is recorded for. Raises KeyringTrouble."""
        for sign_in in held_sign_ins.unclaimed(self.store, self._holder):
            if await self._vault.read(self._name_of(sign_in.id)) is not None:
                self.store.sign_ins.hold(sign_in.id, self._holder)

    async def holds(self, sign_in: SignIn) -> bool:
        """Whether this keyring has a token for the sign-in, under the practice's id. Raises KeyringTrouble."""
        return await self._vault.read(self._name_of(sign_in.id)) is not None

    def _name_of(self, sign_in_id: str) -> str:
        # A person's practices share a keyring, and each has its own sign-ins.
        return f"{self.store.practice_id}/{sign_in_id}"

    async def reach(self, sign_in: SignIn) -> "Reach":
        """The organisations a person reaches now, under the ids that the practice uses for them.

        If each organisation needs its own sign-in, these are the ones the person has consented to, as far as we
        know; no call is made.
        """
        from ...accounting.seam.left_out import noting
        from ...accounting.seam.shapes import nonsense
        from ...practice.model import Organisation
        from ..reach.reachability import Reach

        software = self.software(sign_in.software)
        known = self.store.clients.integrated(sign_in.software)
        # If a client is still connected, its spelling of the organisation's id wins.
        ids = sorted(known, key=lambda id: (known[id].is_active, id))
        if sign_in.organisation_id is not None:
            consented = [
                Organisation(consent.organisation_id, consent.organisation_name or consent.organisation_id)
                for consent in self.held(sign_in.software)
                if consent.organisation_id is not None and consent.person.id == sign_in.person.id
            ]
            return Reach(consented, software.canonical_id, ids)
        with noting() as notes:
            listed = await software.organisations(self.calls(sign_in))
        if notes.unreadable and not listed:
            raise nonsense("; ".join(notes.sentences()))
        reach = Reach(listed, software.canonical_id, ids, notes.sentences(), complete=not notes.unreadable)
        if reach.complete:
            self.store.sign_ins.note_reach(sign_in.id, reach)
        return reach

    @asynccontextmanager
    async def begin(self, software: str, *, pasting: bool = True) -> "AsyncGenerator[Attempt]":
        """Starts a sign-in attempt. Show its link, then call `wait()`, and pass the result to `keep`.

        `pasting`: whether the user can paste the redirected address. An attempt that needs that fails without it.
        """
        from ...signin.attempt import begin

        tokens = self.tokens(software)
        configured = self._configured(software)

        def make_calls(access: "Access", site: str) -> "Calls":
            return self._calls(software, access, lambda: site)

        async with begin(configured, self._how, self._vault, tokens, make_calls, pasting=pasting) as attempt:
            yield attempt

    @asynccontextmanager
    async def begin_with_code(self, software: str) -> "AsyncGenerator[DeviceAttempt]":
        """Starts a sign-in with a short code that the user enters elsewhere; otherwise like `begin`."""
        from ...signin.device_attempt import begin_with_code

        tokens = self.tokens(software)

        def make_calls(access: "Access", site: str) -> "Calls":
            return self._calls(software, access, lambda: site)

        configured = self._configured(software)
        async with begin_with_code(configured, self._how, self._vault, tokens, make_calls) as attempt:
            yield attempt

    def keep(self, new: SignIn) -> SignIn:
        """Records a new sign-in in the ledger, and who holds it. Returns it."""
        person = new.person
        body: dict[str, object] = {
            "sign_in": new.id,
            "person": {"id": person.id, "name": person.name, "email": person.email},
            "ends_at": iso(new.ends_at) if new.ends_at else None,
        }
        if new.organisation_id is not None:
            body["organisation"] = {"id": new.organisation_id, "name": new.organisation_name}
        with self.store.transaction():
            self.store.ledger.append(NewEntry(Kind.SIGNED_IN, person.email, software=new.software, body=body))
            self.store.sign_ins.hold(new.id, self._holder)
        return new

    async def sign_out(self, sign_in: SignIn) -> str | None:
        """Revokes a sign-in if the app has a way to do so, and always deletes it here. Its integrations are then
        expired.

        Returns why it could not be revoked, None if it was. Raises KeyringTrouble, with nothing changed here.
        """
        untold = None
        try:
            if self._configured(sign_in.software).addresses.revoke_url is None:
                title = self.software(sign_in.software).title
                untold = f"It was deleted here. {title} has no way to end it from here."
            await self.tokens(sign_in.software).revoke(sign_in.id)
        except (PassingTrouble, UsageError) as trouble:
            untold = f"It was deleted here, but could not be ended there: {trouble}"
            if (held := self._tokens.get(sign_in.software)) is not None:
                await held[1].forget(sign_in.id)
            else:
                # The app is not set up here, or its plug-in is gone.
                await self._vault.forget(self._name_of(sign_in.id))
        email = sign_in.person.email
        with self.store.transaction():
            entry = NewEntry(Kind.SIGNED_OUT, email, software=sign_in.software, body={"sign_in": sign_in.id})
            self.store.ledger.append(entry)
            pairs = self.store.clients.integrations(sign_in.software, datetime.now(UTC))
            sign_in_findings.refused(self.store, sign_in, pairs, email, "Signed out here.")
            self.store.sign_ins.let_go(sign_in.id, self._holder)
        return untold

    def _used(self, sign_in_id: str, ends_at: datetime | None) -> None:
        known = self.store.sign_ins.one(sign_in_id)
        now = datetime.now(UTC)
        if known is None:
            return
        # A sign-in for one organisation may still be renewable after the organisation removed it.
        if known.organisation_id is None:
            self.store.sign_ins.works(sign_in_id)
        # If the use means that it no longer ends soon, record it at once.
        ending = known.ends_at is not None and expiring_from(known.ends_at, known.used_at) <= now
        if ending and ends_at is not None and expiring_from(ends_at, now) <= now:
            ending = False
        # A use in the future was recorded while the clock was ahead; this one corrects it.
        if not ending and timedelta(0) <= now - known.used_at < USE_NOTED_AFTER:
            return
        body = {"sign_in": sign_in_id, "ends_at": iso(ends_at) if ends_at else None}
        self.store.ledger.append(
            NewEntry(Kind.SIGN_IN_USED, known.person.email, software=known.software, body=body)
        )
