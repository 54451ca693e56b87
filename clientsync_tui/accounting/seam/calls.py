"""Calls to an accounting app's API, made with one sign-in."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import httpx2

from ...practice.model import Organisation
from ...practice.status import Fault
from ...practice.trouble import PassingTrouble, Trouble
from . import shapes
from .abilities import limit_pause_s
from .configured import Configured, Http
from .faults import limited, of_status, passing
from .limiter import Lane, Limiter
from .limits import Limits
from .network import foreign
from .network.unreachable import EXPECTED, no_answer
from .software import Answer, Reply

FIRST_PAUSE_S = 0.5
_LEASE_MARGIN_S = 5.0
_LIMITED_AT_MOST = 3  # give up on an app that keeps asking to wait a little longer

Access = Callable[[str | None], Awaitable[str]]
"""Returns an access token. The argument is the token that the app has just refused (None at first). A new one is
fetched only if the refused one is still in use, so twenty calls refused at once renew it once.
"""


End = Callable[[], Awaitable[bool]]
"""Revokes a sign-in in the app and deletes it here; False if it had already ended."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call to the API, whatever its method."""

    method: Literal["GET", "DELETE"]
    path: str
    organisation_id: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again if no answer came. A DELETE may already have worked, so its caller checks
        first.
        """
        return self.method == "GET"


class HttpCalls:
    """`Calls` over HTTP; see there. `http`: from `http_client()`, shared by all.

    `person`: the id of the person who signed in, for limits counted per person. `organisation`: the one that the sign-in
    covers, if it covers only one. `end`: does `end_sign_in`; None during sign-in. `site`: says where the app is for this
    sign-in, once `access` has given a token.
    """

    def __init__(
        self,
        configured: Configured,
        how: Http,
        http: httpx2.AsyncClient,
        limiter: Limiter,
        access: Access,
        *,
        person: str | None = None,
        organisation: Organisation | None = None,
        end: End | None = None,
        site: Callable[[], str] = lambda: "",
    ) -> None:
        self._configured = configured
        self._how = how
        self._http = http
        self._limiter = limiter
        self._access = access
        self._person = person
        self._organisation = organisation
        self._end = end
        self._site = site

    def __repr__(self) -> str:
        return f"HttpCalls({self._configured.software.name})"

    @property
    def organisation(self) -> Organisation | None:
        """The only organisation of this sign-in, if it covers only one."""
        return self._organisation

    @property
    def site(self) -> str:
        """Where the app is for this sign-in. Empty before the first call, and if the app is in one place."""
        return self._site()

    async def get(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer to GET `api_url + path`."""
        return (await self.read(path, organisation_id=organisation_id, parameters=parameters)).body

    async def read(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Reply:
        """The same, with the answer's headers."""
        answer = await self._request(_Call("GET", path, organisation_id, parameters or {}))
        return Reply(answer.body, answer.headers)

    async def delete(self, path: str, *, organisation_id: str | None = None) -> bool:
        """DELETE `api_url + path`; False if it was already gone (404)."""
        answer = await self._request(_Call("DELETE", path, organisation_id))
        return answer.status != 404

    async def end_sign_in(self) -> bool:
        """Revokes this sign-in in the app and deletes it here; False if it had already ended."""
        if self._end is None:
            raise ValueError("a sign-in that is being made has no end yet")
        return await self._end()

    async def _request(self, call: _Call) -> Answer:
        """A successful answer (or the app's own 404 to a DELETE). Everything else is raised or retried."""
        refused: str | None = None
        failed = limited = 0
        while True:
            token = await self._access(refused)
            pause_s = 0.0
            try:
                answer = await self._send(call, token)
            except PassingTrouble as trouble:
                if trouble.fault is not Fault.UNREACHABLE:
                    raise
                fault = trouble
            else:
                match self._read(call, answer, renewed=refused is not None):
                    case "done":
                        return answer
                    case "renew":
                        refused = token
                        continue
                    case "limit":
                        limited += 1
                        self._hold_up(answer, call, last=limited >= _LIMITED_AT_MOST)
                        continue
                    case trouble:
                        fault = trouble
                        pause_s = self._limits.retry_after_s(answer.headers, datetime.now(UTC)) or 0.0
            failed += 1
            if not call.repeatable or failed >= self._how.attempts or pause_s > self._how.longest_wait_s:
                raise fault
            await asyncio.sleep(max(pause_s, FIRST_PAUSE_S * 2 ** (failed - 1) * random.uniform(0.5, 1.5)))  # noqa: S311

    async def _send(self, call: _Call, token: str) -> Answer:
        """Sends one request when its turn comes. Raises PassingTrouble if no answer came."""
        software, base = self._configured.software, self._configured.at(self._site()).addresses.api_url
        authorization = software.grant.authorization(token)
        headers = {**software.headers(call.organisation_id), "Authorization": authorization}
        if (header := software.grant.client_id_header) is not None:
            headers[header] = self._configured.client_id
        lane = self._lane(call)
        # Nothing is chained to what we raise here: httpx2's errors hold the request, and the request holds the
        # token.
        try:
            address = _address(base + call.path, *call.parameters.items())
            # Built before its turn, so that only calls in progress occupy one of the limited places.
            request = self._http.build_request(call.method, address, headers=headers)
            async with (
                self._limiter.turn(
                    lane,
                    self._limits,
                    longest_wait_s=self._how.longest_wait_s,
                    lease_s=self._how.timeout_s + _LEASE_MARGIN_S,
                ),
                asyncio.timeout(self._how.timeout_s),
            ):
                response = await self._http.send(request, stream=True)
                try:
                    # It is already unpacked, and its length is limited.
                    body = b"".join([part async for part in response.aiter_raw()])
                finally:
                    await response.aclose()
        except EXPECTED as error:
            raise no_answer(error, self._title, base, self._how.timeout_s) from None
        self._heed(response.headers, lane)
        # If a server echoes the request, the token must not end up in a message.
        text = body.decode("utf-8", "replace").replace(token, "...")
        return Answer(response.status_code, response.headers, _json_or_none(text), text)

    def _read(
        self, call: _Call, answer: Answer, *, renewed: bool
    ) -> Literal["done", "renew", "limit"] | PassingTrouble:
        """Decides what to do about an answer. A PassingTrouble may be gone at the next try; whatever ends the call
        is raised.

        Only an error in the app's own format can change a status. A 401 in another format gets one new access token; if that
        is refused too, we can't know who refused it.
        """
        software = self._configured.software
        if (passing := of_status(self._title, answer.status, answer.headers, self._limits)) is not None:
            return "limit" if passing.fault is Fault.LIMIT else passing
        if 300 <= answer.status < 400:
            raise self._nonsense(f"sent a redirect ({answer.status}), which Client Sync does not follow")
        own_error = software.own_error(answer)
        if call.method == "DELETE" and answer.status == 404 and own_error:
            return "done"
        if 200 <= answer.status < 300 and not own_error:
            empty = not answer.text.strip() if call.method == "DELETE" else _is_null(answer.text)
            if answer.body is None and not empty:
                raise foreign.unreadable(self._title, answer.status, answer.text)
            return "done"
        if not own_error:
            if answer.status == 401 and not renewed and not foreign.is_page(answer.text):
                return "renew"
            raise foreign.unreadable(self._title, answer.status, answer.text)
        meaning = software.trouble(replace(answer, renewed=renewed), call.organisation_id)
        if isinstance(meaning, Trouble):
            raise meaning
        if meaning == "renew" and renewed:
            raise self._nonsense("rejected the access token it had just issued")
        return meaning

    def _heed(self, headers: Mapping[str, str], lane: Lane) -> None:
        """Records what the app says about remaining calls."""
        limits = self._limits
        for name, counted in ((limits.remaining_header, lane), (limits.app_remaining_header, lane.app)):
            if name is not None and headers.get(name, "").strip() == "0":
                self._limiter.used_up(counted)

    def _hold_up(self, answer: Answer, call: _Call, *, last: bool) -> None:
        """Holds up everyone the limit applies to. Raises if the wait is too long or this was the last attempt."""
        now = datetime.now(UTC)
        wait_s = self._limits.retry_after_s(answer.headers, now)
        if wait_s is None:
            wait_s = limit_pause_s(self._configured.software, answer)
        wait_s = self._limits.unsaid_pause_s if wait_s is None else wait_s
        lane = self._lane(call)
        self._limiter.block(lane.app if self._limits.stops_app(answer.headers) else lane, wait_s)
        if last or wait_s > self._how.longest_wait_s:
            raise limited(self._title, wait_s, now)

    def _lane(self, call: _Call) -> Lane:
        configured = self._configured
        return Lane(configured.software.name, configured.client_id, call.organisation_id, self._person)

    @property
    def _limits(self) -> Limits:
        return self._configured.software.limits

    @property
    def _title(self) -> str:
        return self._configured.software.title

    def _nonsense(self, what: str) -> PassingTrouble:
        return passing(self._title, Fault.NONSENSE, what)


@lru_cache(maxsize=256)
def _address(url: str, *parameters: tuple[str, str]) -> httpx2.URL:
    """Cached, because many organisations are asked the same and httpx2 spends a tenth of a call on parsing an
    address.
    """
    return httpx2.URL(url, params=dict(parameters)) if parameters else httpx2.URL(url)


def _json_or_none(text: str) -> Any:
    """The value of a JSON body; None for null and for anything that isn't JSON."""
    try:
        return shapes.read(text)
    except (ValueError, RecursionError):
        return None


def _is_null(text: str) -> bool:
    return text.strip() == "null"
