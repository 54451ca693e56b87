"""The tokens of the sign-ins held here: refresh tokens in the keyring, access tokens in memory.

If an app gives only a few access tokens, the keyring holds the access token too, and every process on the host uses it
until it ends.

Refresh tokens are replaced with each use, so a sign-in is renewed by only one process at a time on the whole host: lock, read
the keyring again, prove that it is writable, renew, write the keyring, and only then use the new token.
"""

import asyncio
import contextlib
import hashlib
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import AsyncFileLock, Timeout

from ..accounting.seam.calls import Access
from ..accounting.seam.configured import Configured, Http
from ..accounting.seam.limiter import MINUTE_S, Lane, Limiter
from ..accounting.seam.software import Limits
from ..host.file_permissions import make_own_folder
from ..practice.status import Fault
from ..practice.trouble import KeyringTrouble, PassingTrouble, SignInNeeded, SignInRefused, UsageError
from .keyring_entry import KeyringEntry
from .token_endpoint import Granted, TokenEndpoint
from .vault import Vault, Write

_LOCK_MARGIN_S = 30.0
_RENEW_BEFORE_S = 60.0
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 8.0
_ROUNDING_S = 1.0
"""Apps count how long to wait in whole seconds."""

OnUsed = Callable[[str, datetime | None], None]
"""Called after each renewal: the sign-in's id, and when it ends unless it is used before (None: no known end)."""


@dataclass(frozen=True, slots=True)
class _InUse:
    token: str = field(repr=False)
    until: float  # by time.monotonic()


class _Patience:
    """How much longer one renewal may wait for the app's limits, however often it asks."""

    def __init__(self, longest_s: float) -> None:
        self.left_s = longest_s + _ROUNDING_S

    @asynccontextmanager
    async def turn(
        self, limiter: Limiter, lane: Lane, limits: Limits, lease_s: float
    ) -> AsyncGenerator[None]:
        """A turn in `lane`. Waiting for it uses up the allowed time."""
        began = time.monotonic()
        async with limiter.turn(lane, limits, longest_wait_s=self.left_s, lease_s=lease_s):
            self.left_s = max(0.0, self.left_s - (time.monotonic() - began))
            yield


class Tokens:
    """The tokens of all sign-ins to one app.

    `locks`: a folder shared by all of this person's processes on the host. `name_of`: the keyring's name for a sign-in's id.
    `limiter`: enforces the app's limit on renewals, and remembers when the app said to come back.
    """

    def __init__(
        self,
        configured: Configured,
        how: Http,
        vault: Vault,
        locks: Path,
        name_of: Callable[[str], str],
        on_used: OnUsed,
        limiter: Limiter,
    ) -> None:
        self._configured = configured
        self._how = how
        self._vault = vault
        self._locks = locks
        self._name_of = name_of
        self._on_used = on_used
        self._limiter = limiter
        self._sites: dict[str, str] = {}
        self._in_use: dict[str, _InUse] = {}
        self._renewing: dict[str, asyncio.Task[str]] = {}
        self._unsaved: dict[str, tuple[str, KeyringEntry]] = {}
        self._one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def site(self, sign_in_id: str) -> str:
        """The adapter's word for where the app is for that sign-in; empty before `access` has given a token."""
        return self._sites.get(sign_in_id, "")

    def __repr__(self) -> str:
        return f"Tokens({self._configured.software.name})"

    def of(self, sign_in_id: str) -> Access:
        """The access to that sign-in, for `HttpCalls`."""
        return lambda refused: self.access(sign_in_id, refused)

    async def access(self, sign_in_id: str, refused: str | None = None) -> str:
        """A working access token, renewed if necessary. `refused`: one that the app has just refused.

        Raises SignInNeeded (none is held here), SignInRefused, PassingTrouble, Misconfigured or KeyringTrouble.
        """
        if (token := self._good(sign_in_id, refused)) is not None:
            return token
        renewing = self._renewing.get(sign_in_id)
        if renewing is None:
            renewing = asyncio.create_task(self._renewed(sign_in_id, refused))
            self._renewing[sign_in_id] = renewing
            renewing.add_done_callback(lambda task: self._ended(sign_in_id, task))
        # One renewal for everyone waiting; a caller who gives up doesn't interrupt it between the answer and
        # the keyring.
        return await asyncio.shield(renewing)

    @asynccontextmanager
    async def room(self) -> AsyncGenerator[Write]:
        """Proves that a new sign-in can be saved, before `keep` saves it. Raises KeyringTrouble."""
        async with self._alone("a sign-in that is being made"):
            pass
        async with self._vault.reserved() as write:
            yield write

    async def keep(self, sign_in_id: str, granted: Granted, write: Write) -> datetime | None:
        """Saves a new sign-in's tokens over the old ones. Returns when the sign-in ends. `write`: from `room`."""
        if granted.refresh_token is None:
            raise ValueError("nothing to keep")
        async with self._one[sign_in_id], self._alone(sign_in_id):
            replaced = await self._held(sign_in_id)
            newest = self._entry(granted, granted.refresh_token, round(time.time()))
            await write(self._name_of(sign_in_id), newest.written())
            if replaced is not None and replaced.refresh_token != newest.refresh_token:
                await self._let_go(replaced)
            self._unsaved.pop(sign_in_id, None)
            return self._use(sign_in_id, granted, newest)

    async def _let_go(self, replaced: KeyringEntry) -> None:
        """Revokes the sign-in that a new one replaced, because otherwise the app would one day end a person's oldest sign-in."""
        if self._configured.software.grant.sign_ins_per_person is not None:
            with contextlib.suppress(PassingTrouble, UsageError, SignInRefused):  # then it still counts
                await self._endpoint(replaced.site).revoke(replaced.refresh_token)

    async def revoke(self, sign_in_id: str) -> bool:
        """Ends the sign-in in the app and deletes it here. In some apps that ends everything the person connected.

        False if it had already ended, was not held here, or the app has no way to end it. Raises PassingTrouble or
        Misconfigured if the app could not be reached; then it is still held, and `forget` deletes it.
        """
        async with self._one[sign_in_id], self._alone(sign_in_id):
            ended = False
            entry = await self._held(sign_in_id)
            if entry is not None:
                with contextlib.suppress(SignInRefused):  # it has already ended
                    ended = await self._endpoint(entry.site).revoke(entry.refresh_token)
            await self._forget(sign_in_id)
            return ended

    async def forget(self, sign_in_id: str) -> None:
        """Deletes the sign-in here, without a call to the app."""
        async with self._one[sign_in_id], self._alone(sign_in_id):
            await self._forget(sign_in_id)

    async def held(self, sign_in_id: str) -> bool:
        """Whether this person's keyring holds the sign-in."""
        return await self._held(sign_in_id) is not None

    async def _forget(self, sign_in_id: str) -> None:
        self._in_use.pop(sign_in_id, None)
        self._unsaved.pop(sign_in_id, None)
        await self._vault.forget(self._name_of(sign_in_id))

    def _good(self, sign_in_id: str, refused: str | None) -> str | None:
        held = self._in_use.get(sign_in_id)
        return held.token if held and held.token != refused and time.monotonic() < held.until else None

    async def _held(self, sign_in_id: str) -> KeyringEntry | None:
        return KeyringEntry.read(await self._vault.read(self._name_of(sign_in_id)))

    def _ended(self, sign_in_id: str, task: asyncio.Task[str]) -> None:
        self._renewing.pop(sign_in_id, None)
        if not task.cancelled():
            task.exception()  # callers get the error; without any, asyncio must not complain

    async def _renewed(self, sign_in_id: str, refused: str | None) -> str:
        async with self._one[sign_in_id], self._alone(sign_in_id):
            self._in_use.pop(sign_in_id, None)
            return await self._renewed_alone(sign_in_id, refused)

    async def _renewed_alone(self, sign_in_id: str, refused: str | None) -> str:
        entry = await self._saved(sign_in_id)
        if entry is None:
            raise SignInNeeded(
                f"This keyring holds no sign-in to {self._title} for it. Run `clientsync sign-in {self._name}`."
            )
        shared = entry.access_token if self._shares and entry.access_token != refused else None
        if shared is not None and (left_s := entry.access_left_s()):
            self._in_use[sign_in_id] = _InUse(shared, time.monotonic() + left_s)
            self._sites[sign_in_id] = entry.site
            return shared
        patience = _Patience(self._how.longest_wait_s)
        async with self._provided(entry) as write:
            try:
                granted = await self._renew(sign_in_id, entry, patience)
            except SignInRefused:
                # A process that doesn't share our lock (another host with the same keyring) may have renewed
                # it.
                newer = await self._held(sign_in_id)
                if newer is None or newer.refresh_token == entry.refresh_token:
                    raise
                entry = newer
                granted = await self._renew(sign_in_id, newer, patience)
            newest = self._entry(granted, granted.refresh_token or entry.refresh_token, entry.consented_at)
            if newest.refresh_token != entry.refresh_token:
                self._unsaved[sign_in_id] = (entry.refresh_token, newest)
                await self._saved(sign_in_id, write)
            elif newest != entry:
                with contextlib.suppress(
                    KeyringTrouble
                ):  # the refresh token is still there, so nothing is lost
                    await write(self._name_of(sign_in_id), newest.written())
        self._use(sign_in_id, granted, newest)
        return granted.access_token

    @asynccontextmanager
    async def _provided(self, entry: KeyringEntry) -> AsyncGenerator[Write]:
        """Proves that the next refresh token can be saved before requesting it, because the request ends the present one."""
        async with AsyncExitStack() as stack:
            try:
                write = await stack.enter_async_context(self._vault.reserved(len(entry.written())))
            except KeyringTrouble as trouble:
                raise KeyringTrouble(
                    f"{trouble} The sign-in to {self._title} was not renewed, so nothing is lost."
                ) from None
            yield write

    async def _saved(self, sign_in_id: str, write: Write | None = None) -> KeyringEntry | None:
        """The content of the keyring, after saving a refresh token that could not be saved before.

        If the app gives no grace period, that token is the only one that works, so it must survive a locked keyring.
        """
        held = await self._held(sign_in_id)
        replaced, newest = self._unsaved.get(sign_in_id, (None, None))
        if newest is not None:
            if held is not None and held.refresh_token == replaced:
                await (write or self._vault.write)(self._name_of(sign_in_id), newest.written())
                held = newest
            self._unsaved.pop(sign_in_id, None)
        return held

    async def _renew(self, sign_in_id: str, entry: KeyringEntry, patience: _Patience) -> Granted:
        """Asks again if the answer was lost and the app accepts the same token again, and once after a limit: a
        request that a limit refuses leaves the token as it is.
        """
        attempt, was_limited = 1, False
        while True:
            try:
                async with self._paced(sign_in_id, patience):
                    return await self._endpoint(entry.site).renew(entry.refresh_token)
            except PassingTrouble as trouble:
                if trouble.fault is Fault.LIMIT:
                    wait_s = self._hold_up(sign_in_id, trouble)
                    if was_limited or trouble.retry_at is None or wait_s > patience.left_s:
                        raise
                    # The next turn comes when the app allows it.
                    was_limited = True
                    continue
                if trouble.fault not in {Fault.UNREACHABLE, Fault.SERVER_ERROR} or attempt >= self._attempts:
                    raise
            await asyncio.sleep(_pause_s(attempt))
            attempt += 1

    @property
    def _attempts(self) -> int:
        return self._how.attempts if self._configured.software.grant.lost_answer_grace else 1

    def _paced(self, sign_in_id: str, patience: _Patience) -> AbstractAsyncContextManager[None]:
        """A turn to renew: within the app's limit on renewals, and not before it said to come back."""
        limits = self._configured.software.limits
        rates = () if limits.renewals is None else (replace(limits.renewals, per="person"),)
        lane, lease_s = self._renewals_of(sign_in_id), self._how.timeout_s + _LOCK_MARGIN_S
        return patience.turn(self._limiter, lane, Limits(rates, 1, limits.at_once), lease_s)

    def _hold_up(self, sign_in_id: str, trouble: PassingTrouble) -> float:
        """Stops every process from renewing the sign-in until the app allows it. Returns for how many seconds."""
        wait_s = self._configured.software.limits.unsaid_pause_s
        if trouble.retry_at is not None:
            wait_s = max(0.0, (trouble.retry_at - datetime.now(UTC)).total_seconds())
        self._limiter.block(self._renewals_of(sign_in_id), wait_s)
        return wait_s

    def _renewals_of(self, sign_in_id: str) -> Lane:
        return Lane(
            self._configured.software.name,
            self._configured.client_id,
            person=f"renewals of {sign_in_id}",
        )

    def _entry(self, granted: Granted, refresh_token: str, consented_at: float) -> KeyringEntry:
        """What to store in the keyring. The access token only if processes share it, because no other process needs it."""
        if self._configured.software.grant.consent_life is None:
            consented_at = 0.0
        if not self._shares:
            return KeyringEntry(refresh_token, site=granted.site, consented_at=consented_at)
        until = round(time.time() + _used_s(granted))
        return KeyringEntry(refresh_token, granted.access_token, until, granted.site, consented_at)

    def _endpoint(self, site: str) -> TokenEndpoint:
        return TokenEndpoint(self._configured.at(site), self._how.timeout_s)

    @property
    def _shares(self) -> bool:
        return self._configured.software.grant.shares_access

    def _use(self, sign_in_id: str, granted: Granted, entry: KeyringEntry) -> datetime | None:
        self._in_use[sign_in_id] = _InUse(granted.access_token, time.monotonic() + _used_s(granted))
        self._sites[sign_in_id] = granted.site
        consented_at = datetime.fromtimestamp(entry.consented_at, UTC) if entry.consented_at else None
        ends_at = self._configured.software.grant.ends_at(datetime.now(UTC), granted.ends_in_s, consented_at)
        self._on_used(sign_in_id, ends_at)
        return ends_at

    @asynccontextmanager
    async def _alone(self, sign_in_id: str) -> AsyncGenerator[None]:
        """Holds the file lock of the sign-in; others on this host wait."""
        # The id contains a person's id, in whatever characters the app likes.
        name = hashlib.sha256(self._name_of(sign_in_id).encode()).hexdigest()[:32]
        longest_s = self._longest_renewal_s() + _LOCK_MARGIN_S
        try:
            make_own_folder(self._locks)
            lock = AsyncFileLock(self._locks / f"{name}.lock", timeout=longest_s, mode=0o600)
            await lock.acquire()
        except Timeout:
            raise PassingTrouble(
                Fault.UNREACHABLE,
                f"Another clientsync on this machine has been renewing the sign-in to {self._title} for {longest_s:g} s.",
            ) from None
        except OSError as error:
            raise KeyringTrouble(
                f"The folder {self._locks} can't be used: {error.strerror or error}"
            ) from None
        try:
            yield
        finally:
            await lock.release()

    def _longest_renewal_s(self) -> float:
        """How long another process may take for a renewal, which it tries with two tokens at most."""
        pauses_s = sum(map(_pause_s, range(1, self._attempts)))
        tries_s = 2 * (self._attempts * self._how.timeout_s + pauses_s)
        own_limit_s = 0.0 if self._configured.software.limits.renewals is None else MINUTE_S
        return tries_s + self._how.longest_wait_s + own_limit_s

    @property
    def _name(self) -> str:
        return self._configured.software.name

    @property
    def _title(self) -> str:
        return self._configured.software.title


def _pause_s(attempt: int) -> float:
    """For how many seconds to pause after the first attempt, the second ..."""
    return min(_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)


def _used_s(granted: Granted) -> float:
    """For how many seconds an access token is used, so that it is renewed a little before it ends."""
    return granted.lives_s - min(_RENEW_BEFORE_S, granted.lives_s / 4)
