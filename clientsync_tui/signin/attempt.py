"""One sign-in attempt: from the link to a refresh token in the keyring, or to nothing at all."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # pyright: ignore[reportUnknownVariableType]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # pyright: ignore[reportUnknownVariableType]

from ..accounting.seam.configured import Configured, Http
from ..host import this_user
from ..practice.counted import counted
from ..practice.people import SignIn
from ..practice.possessive import possessive
from ..practice.trouble import PassingTrouble, SignInFailed, UsageError
from . import pasted, redirected
from .completing import Completing, check_secret
from .loopback import Loopback, PortInUse
from .new_sign_in import MakeCalls
from .redirected import Foreign, Incomplete, Redirected, Stateless
from .token_endpoint import TokenEndpoint
from .tokens import Tokens
from .vault import Vault

SSH_PORT = "22"

_IGNORED_SAID = 3
"""This many ignored answers are mentioned individually; any page in the browser can send thousands."""


class Attempt:
    """An attempt in progress, created by `begin`."""

    way: Literal["browser"] = "browser"

    def __init__(self, completing: Completing, *, pkce: bool) -> None:
        self._completing = completing
        self._configured = completing.configured
        self._state = secrets.token_urlsafe(24)
        self._nonce = secrets.token_urlsafe(24)
        self._verifier = secrets.token_urlsafe(48) if pkce else None
        self._arrived: asyncio.Future[Redirected] = asyncio.get_running_loop().create_future()
        self._loopback = Loopback(self._configured.software.grant.redirect_path, self._take)
        self._port = self._configured.redirect_port
        self._ignored = 0
        self.link = ""
        """The complete link to sign in with."""
        self.say: Callable[[str], None] = lambda _: None
        """Receives each sentence for the user that doesn't end the attempt. Called in the attempt's event loop."""
        self.trouble: str | None = None
        """Why only a pasted address can complete this attempt; None if the loopback is listening."""

    def __repr__(self) -> str:
        return f"Attempt({self._configured.software.name}, port {self._port})"

    @property
    def listening(self) -> bool:
        """Whether the loopback is listening for the redirect."""
        return self.trouble is None

    @property
    def short_link(self) -> str | None:
        """A short link that forwards to `link`; None if the loopback isn't listening."""
        return f"http://127.0.0.1:{self._port}/" if self.listening else None

    @property
    def ssh_line(self) -> str:
        """The command that makes `short_link` and the redirect work from the machine the user sits at."""
        # The address and port that this session came in through are known to work (ssh(1): client, its port,
        # server, its port).
        came_in_by = os.environ.get("SSH_CONNECTION", "").split()
        _, _, host, port = came_in_by if len(came_in_by) == 4 else ("", "", socket.gethostname(), SSH_PORT)
        elsewhere = "" if port == SSH_PORT else f"-p {port} "
        # In a container, the user may have no name.
        login = f"{name}@" if (name := this_user.login()) else ""
        return f"ssh {elsewhere}-L {self._port}:localhost:{self._port} {login}{host}"

    def paste(self, text: str) -> None:
        """Accepts the redirected address that the user pasted. Raises UsageError if it can't be used; the attempt
        continues.

        A wrong state or a refusal in it ends the attempt: `wait` raises it.
        """
        incomplete: Incomplete | None = None
        foreign: Foreign | None = None
        for parameters in pasted.readings(text, lambda found: self._refused(found) is not None):
            try:
                if "state" not in parameters and (refused := self._refused(parameters)):
                    raise refused
                redirect = redirected.read(parameters, self._configured, self._state)
            except Foreign as trouble:
                foreign = trouble if foreign is None or trouble.cut_off else foreign
            except Incomplete as trouble:
                incomplete = incomplete or trouble
            except SignInFailed as trouble:
                self.end(trouble)
                return
            else:
                self._arrive(redirect)
                return
        if incomplete is not None:
            raise incomplete
        if foreign is not None and foreign.cut_off:
            raise UsageError(
                "The address is incomplete: its state is cut short. Copy all of it and paste it again."
            )
        if foreign is not None:
            self.end(foreign)

    def end(self, why: Exception) -> None:
        """Ends the attempt unless a redirect has already arrived: `wait` raises `why`, and nothing is saved."""
        if not self._arrived.done():
            self._arrived.set_exception(why)

    async def wait(self, timeout_s: float) -> SignIn:
        """Waits for the redirect or a pasted address, whichever comes first, and completes the sign-in.

        Raises SignInFailed (timed out, refused, wrong state, unverified), PassingTrouble, Misconfigured, KeyringTrouble.
        """
        try:
            async with asyncio.timeout(timeout_s):
                redirect = await asyncio.shield(self._arrived)
        except TimeoutError:
            ignored = ""
            if self._ignored:
                count = counted(self._ignored, "answer")
                ignored = f"{count} from another sign-in arrived and changed nothing. "
            raise SignInFailed(
                f"Nobody signed in within {timeout_s:g} s. {ignored}If {possessive(self._title)} page showed an error, it says what is "
                "wrong (often the client id or the redirect). Nothing was saved."
            ) from None
        return await self._complete(redirect)

    async def _open(self, pasting: bool) -> None:
        if page := self._configured.redirect_url:
            says = (
                f"{self._title} sends your browser to {page} at the end. Copy the whole address it shows then, and paste it here. "
                "It does not matter what that page says."
            )
            if not pasting:
                raise SignInFailed(says)
            self.trouble = says
            self.link = self._made_link()
            return
        try:
            await self._loopback.open(self._port)
            self._port = self._loopback.port
        except PortInUse as error:
            where = f"[software.{self._configured.software.name}] redirect_port"
            says = (
                f"Port {self._port} can't be used ({error.strerror}): another program uses it, or another clientsync "
                f"is signing in. The port is set in {where} and registered with the app."
            )
            if not pasting or self._port == 0:
                raise SignInFailed(says) from None
            self.trouble = f"{says} Sign in anyway, then paste the address your browser ends up on."
        self.link = self._made_link()
        self._loopback.link = self.link

    def _made_link(self) -> str:
        configured = self._configured
        parameters: dict[str, str] = {}
        if configured.addresses.issuer is not None:
            parameters["nonce"] = self._nonce
        if self._verifier is not None:
            challenge = cast(str, create_s256_code_challenge(self._verifier))
            parameters |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        wanted = {**configured.software.grant.parameters, **configured.parameters, **parameters}
        # An authorize_url that was copied from the app's own pages may have some of them already.
        address = configured.addresses.authorize_url
        in_address = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
        link = cast(Any, prepare_grant_uri)(
            address,
            client_id=configured.client_id,
            response_type="code",
            redirect_uri=self._redirect_uri,
            scope=configured.software.grant.joined(configured.scopes) or None,
            state=self._state,
            **{name: value for name, value in wanted.items() if in_address.get(name) != value},
        )
        return cast(str, link)

    def _take(self, parameters: Mapping[str, Sequence[str]]) -> str | None:
        """Handles a redirect from the loopback. Returns what is wrong with it, to show in the browser.

        Any page open in the browser can send one, so only the right state can end the attempt.
        """
        try:
            redirect = redirected.read(parameters, self._configured, self._state)
        except Foreign as trouble:
            self._ignore(
                f"Ignored an answer on port {self._port} that belongs to another sign-in (its state is wrong). Still waiting."
            )
            return str(trouble)
        except Stateless as trouble:
            self._ignore(f"{trouble} Still waiting.")
            return str(trouble)
        except Incomplete as trouble:
            self.end(SignInFailed(f"{trouble} Nothing was saved."))
            return str(trouble)
        except SignInFailed as trouble:
            self.end(trouble)
            return str(trouble)
        self._arrive(redirect)
        return None

    def _refused(self, parameters: Mapping[str, Sequence[str]]) -> SignInFailed | None:
        return redirected.pasted_refusal(parameters, self._configured)

    def _ignore(self, why: str) -> None:
        self._ignored += 1
        if self._ignored <= _IGNORED_SAID and not self._arrived.done():
            last = (
                " Further answers of this kind will not be shown." if self._ignored == _IGNORED_SAID else ""
            )
            self.say(f"{why}{last}")

    def _arrive(self, redirect: Redirected) -> None:
        """The first redirect wins, wherever it came from."""
        if not self._arrived.done():
            self._arrived.set_result(redirect)

    async def _complete(self, redirect: Redirected) -> SignIn:
        async with self._completing.room() as write:
            endpoint = TokenEndpoint(self._configured.at(redirect.site), self._completing.how.timeout_s)
            try:
                granted = await endpoint.exchange(redirect.code, self._redirect_uri, self._verifier)
            except PassingTrouble as trouble:
                says = f"{trouble} Nothing was saved."
                raise PassingTrouble(trouble.fault, says, trouble.retry_at) from None
            return await self._completing.saved(
                granted, write, self.say, redirect=redirect.parameters, nonce=self._nonce
            )

    async def _close(self) -> None:
        await self._loopback.close()
        if self._arrived.done():
            self._arrived.exception()  # keeps asyncio from complaining if nobody waited
        else:
            self._arrived.cancel()

    @property
    def _redirect_uri(self) -> str:
        return self._configured.redirect_uri(self._port)

    @property
    def _title(self) -> str:
        return self._configured.software.title


@asynccontextmanager
async def begin(
    configured: Configured,
    how: Http,
    vault: Vault,
    tokens: Tokens,
    make_calls: MakeCalls,
    *,
    pasting: bool = True,
) -> AsyncGenerator[Attempt]:
    """Starts a sign-in attempt, ready to show its link. `tokens`, which uses the same `vault`, saves the tokens.

    `make_calls`: for an adapter that has to ask who signed in.

    An attempt leaves nothing behind except a completed sign-in. The keyring is tested first, so that no grant is lost because it
    can't be saved, and a secret that the app needs must be there. `pasting`: whether the user can paste the redirected address.
    Without that, a port in use or a redirect to a page elsewhere ends the attempt. Raises KeyringTrouble, Misconfigured, SignInFailed.
    """
    await vault.test()
    await check_secret(configured)
    pkce = configured.software.grant.pkce
    if pkce == "public":
        pkce = not await configured.secret()
    attempt = Attempt(Completing(configured, how, tokens, make_calls), pkce=pkce)
    try:
        await attempt._open(pasting)  # pyright: ignore[reportPrivateUsage]
        yield attempt
    finally:
        await attempt._close()  # pyright: ignore[reportPrivateUsage]
