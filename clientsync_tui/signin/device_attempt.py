"""One attempt to sign in with a short code: the user enters it in any browser, on any machine, and nothing has to come back
here.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from ..accounting.seam.configured import Configured, Http
from ..practice.people import SignIn
from ..practice.status import Fault
from ..practice.trouble import PassingTrouble, SignInFailed, UsageError
from .completing import Completing, check_secret
from .device_endpoint import DeviceCode, DeviceEndpoint, Elsewhere, Pending, expired
from .new_sign_in import MakeCalls
from .token_endpoint import Granted
from .tokens import Tokens
from .vault import Vault

_PASSING = frozenset({Fault.UNREACHABLE, Fault.SERVER_ERROR, Fault.LIMIT})


class DeviceAttempt:
    """An attempt in progress, created by `begin_with_code`."""

    way: Literal["code"] = "code"

    def __init__(self, completing: Completing, code: DeviceCode) -> None:
        self._completing = completing
        self._configured = completing.configured
        self._code = code
        self._interval_s = code.interval_s
        self._ends_at = asyncio.get_running_loop().time() + code.lives_s
        self._ended: asyncio.Future[SignIn] = asyncio.get_running_loop().create_future()
        self._given = False
        self._over = False
        self.say: Callable[[str], None] = lambda _: None
        """Receives each sentence for the user that doesn't end the attempt."""

    def __repr__(self) -> str:
        return f"DeviceAttempt({self._configured.software.name})"

    @property
    def code(self) -> str:
        """The code to enter."""
        return self._code.user_code

    @property
    def address(self) -> str:
        """Where to enter it."""
        return self._code.address

    @property
    def link(self) -> str:
        """The same address including the code, if the app has one; otherwise without."""
        return self._code.complete or self._code.address

    @property
    def interval_s(self) -> float:
        """The current pause between two requests for the tokens."""
        return self._interval_s

    @property
    def lives_s(self) -> float:
        """How long the code works, from when it was issued."""
        return self._code.lives_s

    def end(self, why: Exception) -> None:
        """Ends the attempt unless the tokens have arrived: `wait` raises `why`, and nothing is saved."""
        if not self._ended.done():
            self._ended.set_exception(why)

    async def wait(self, timeout_s: float) -> SignIn:
        """Requests the tokens until the user has entered the code, and completes the sign-in.

        Raises SignInFailed (refused, too late, timed out), PassingTrouble, Misconfigured, KeyringTrouble.
        """
        asking = asyncio.create_task(self._asked())
        try:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait({asking, self._ended}, timeout=timeout_s, return_when=first)
            if asking.done() or self._given:
                return await asking
            if self._ended.done():
                return self._ended.result()
            raise SignInFailed(f"Nobody signed in within {timeout_s:g} s. Nothing was saved.")
        finally:
            # A call that this cancels may fail in some other way, which must not lead to another call.
            self._over = True
            asking.cancel()

    async def _asked(self) -> SignIn:
        while not self._over:
            left_s = self._ends_at - asyncio.get_running_loop().time()
            if left_s <= 0:
                raise expired(self._configured.software.title)
            await asyncio.sleep(min(self._interval_s, left_s))
            # Any answer may contain the tokens, so prove before each request that they can be saved.
            async with self._completing.room() as write:
                if (granted := await self._tokens()) is not None:
                    self._given = True
                    return await self._completing.saved(granted, write, self.say)
        raise asyncio.CancelledError

    async def _tokens(self) -> Granted | None:
        """The tokens; None if the user hasn't entered the code yet or the app could not be reached."""
        try:
            return await _endpoint(self._configured, self._completing.how).tokens(self._code.device_code)
        except Pending as pending:
            self._interval_s += self._code.slower_s if pending.slower else 0
        except Elsewhere as elsewhere:
            self._configured = self._configured.at(elsewhere.site)
        except PassingTrouble as trouble:
            if trouble.fault not in _PASSING:
                raise
            self._interval_s += self._code.slower_s
        return None

    def close(self) -> None:
        """The caller no longer waits."""
        if self._ended.done():
            self._ended.exception()  # keeps asyncio from complaining if nobody waited
        else:
            self._ended.cancel()


@asynccontextmanager
async def begin_with_code(
    configured: Configured, how: Http, vault: Vault, tokens: Tokens, make_calls: MakeCalls
) -> AsyncGenerator[DeviceAttempt]:
    """Starts an attempt to sign in with a short code, ready to show it; otherwise like `attempt.begin`.

    Raises UsageError if the app doesn't offer this, KeyringTrouble, Misconfigured, PassingTrouble.
    """
    endpoint = _endpoint(configured, how)
    await vault.test()
    await check_secret(configured)
    completing = Completing(configured, how, tokens, make_calls)
    attempt = DeviceAttempt(completing, await endpoint.code())
    try:
        yield attempt
    finally:
        attempt.close()


def _endpoint(configured: Configured, how: Http) -> DeviceEndpoint:
    software = configured.software
    if (flow := software.grant.device) is None or configured.addresses.device_url is None:
        raise UsageError(
            f"{software.title} has no sign-in by a short code. Sign in with a browser: `clientsync sign-in {software.name}`."
        )
    return DeviceEndpoint(configured, flow, how.timeout_s)
