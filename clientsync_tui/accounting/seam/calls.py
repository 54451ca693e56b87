"""Calls to an accounting software's API in the name of one sign-in."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import httpx2

from ...practice.model import Organisation
from ...practice.status import Fault
from ...practice.trouble import PassingTrouble, Trouble
from . import foreign, shapes
from .configured import Configured, Http
from .limits import Lane, Limiter
from .retry_after import retry_after_s
from .software import Answer, Reply
from .unreachable import EXPECTED, no_answer

FIRST_PAUSE_S = 0.5
_LEASE_MARGIN_S = 5.0
_LIMITED_AT_MOST = 3  # one that says "a little later" for ever is given up

Access = Callable[[str | None], Awaitable[str]]
"""Gives an access token. The argument: the token that the software has just refused, None at first; a new one is got only
if that is still the one in use, so that twenty calls refused at once renew it once."""


End = Callable[[], Awaitable[bool]]
"""Revokes a sign-in there and forgets it here; False when it had ended already."""


class HttpCalls:
    """`Calls` over HTTP; see there. `http`: from `http_client()`, shared by all.

    `person`: the id of who signed in, for limits that are counted for each person; `organisation`: the one of this sign-in,
    where it is for one; `end`: for `end_sign_in`, None while the sign-in is being made.
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
    ) -> None:
        self._configured = configured
        self._how = how
        self._http = http
        self._limiter = limiter
        self._access = access
        self._person = person
        self._organisation = organisation
        self._end = end

    def __repr__(self) -> str:
        return f"HttpCalls({self._configured.software.name})"

    @property
    def organisation(self) -> Organisation | None:
        """The one organisation of this sign-in, where a sign-in is for one."""
        return self._organisation

    async def get(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer to GET `api_url + path`."""
        return (await self.read(path, organisation_id=organisation_id, parameters=parameters)).body

    async def read(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Reply:
        """The same with the answer's headers."""
        answer = await self._answer("GET", path, organisation_id, parameters)
        return Reply(answer.body, answer.headers)

    async def delete(self, path: str, *, organisation_id: str | None = None) -> bool:
        """DELETE `api_url + path`; False if it was gone already (404)."""
        answer = await self._answer("DELETE", path, organisation_id, None)
        return answer.status != 404

    async def end_sign_in(self) -> bool:
        """Revokes this sign-in there and forgets it here; False when it had ended already."""
        if self._end is None:
            raise ValueError("a sign-in that is being made has no end yet")
        return await self._end()

    async def _answer(
        self, method: str, path: str, organisation_id: str | None, parameters: Mapping[str, str] | None
    ) -> Answer:
        """A successful answer (and the app's own 404 to a DELETE); everything else is raised or tried again."""
        refused: str | None = None
        failed = limited = 0
        while True:
            token = await self._access(refused)
            answer: Answer | None = None
            pause_s = 0.0
            try:
                answer = await self._once(method, path, organisation_id, parameters, token)
            except PassingTrouble as trouble:
                if trouble.fault is not Fault.UNREACHABLE:
                    raise
                passing = trouble
            else:
                if answer.status == 429:
                    limited += 1
                    self._held_up(answer, organisation_id, last=limited >= _LIMITED_AT_MOST)
                    continue
                if answer.status < 500:
                    if self._is_done(method, answer):
                        return answer
                    if self._meaning(answer, organisation_id, renewed=refused is not None) == "renew":
                        refused = token
                    else:
                        limited += 1
                        self._held_up(answer, organisation_id, last=limited >= _LIMITED_AT_MOST)
                    continue
                passing = PassingTrouble(
                    Fault.SERVER_ERROR,
                    f"{self._title} has a fault of its own ({answer.status}); try again later.",
                )
                pause_s = retry_after_s(answer.headers, datetime.now(UTC)) or 0.0
            failed += 1
            # A DELETE that got no answer may have been done: its caller looks before it tries again.
            if method != "GET" or failed >= self._how.attempts or pause_s > self._how.longest_wait_s:
                raise passing
            await asyncio.sleep(max(pause_s, FIRST_PAUSE_S * 2 ** (failed - 1) * random.uniform(0.5, 1.5)))  # noqa: S311

    async def _once(
        self,
        method: str,
        path: str,
        organisation_id: str | None,
        parameters: Mapping[str, str] | None,
        token: str,
    ) -> Answer:
        software = self._configured.software
        headers = {**software.headers(organisation_id), "Authorization": f"Bearer {token}"}
        lane = self._lane(organisation_id)
        # Nothing is chained to what is raised here: httpx2's errors hold the request, and that holds the token.
        try:
            address = _address(self._configured.addresses.api_url + path, *(parameters or {}).items())
            # Made before the turn: a place among the calls at once is for those that are under way.
            request = self._http.build_request(method, address, headers=headers)
            async with (
                self._limiter.turn(
                    lane,
                    software.limits,
                    longest_wait_s=self._how.longest_wait_s,
                    lease_s=self._how.timeout_s + _LEASE_MARGIN_S,
                ),
                asyncio.timeout(self._how.timeout_s),
            ):
                response = await self._http.send(request, stream=True)
                try:
                    # It is unpacked already, and no longer than any real one.
                    body = b"".join([part async for part in response.aiter_raw()])
                finally:
                    await response.aclose()
        except EXPECTED as error:
            base = self._configured.addresses.api_url
            raise no_answer(error, self._title, base, self._how.timeout_s) from None
        self._heed(response.headers, lane)
        # A server that echoes the request must not bring the token into a message.
        text = body.decode("utf-8", "replace").replace(token, "...")
        return Answer(response.status_code, response.headers, _json_or_none(text), text)

    def _heed(self, headers: Mapping[str, str], lane: Lane) -> None:
        limits = self._configured.software.limits
        for name, counted in ((limits.remaining_header, lane), (limits.app_remaining_header, lane.app)):
            if name is not None and headers.get(name, "").strip() == "0":
                self._limiter.used_up(counted)

    def _held_up(self, answer: Answer, organisation_id: str | None, *, last: bool) -> None:
        """Deals with a 429: holds up whom it concerns, and raises when the wait is too long or this was the last attempt."""
        software = self._configured.software
        now = datetime.now(UTC)
        wait_s = retry_after_s(answer.headers, now)
        wait_s = software.limits.unsaid_pause_s if wait_s is None else wait_s
        lane = self._lane(organisation_id)
        named = answer.headers.get(software.limits.problem_header or "", "").strip().lower()
        self._limiter.block(lane.app if named in software.limits.app_problems else lane, wait_s)
        if last or wait_s > self._how.longest_wait_s:
            until = now + timedelta(seconds=wait_s)
            raise PassingTrouble(
                Fault.LIMIT,
                f"{self._title} allows no more calls until {until:%d %b %H:%M:%S} UTC; try again then.",
                until,
            )

    def _lane(self, organisation_id: str | None) -> Lane:
        configured = self._configured
        return Lane(configured.software.name, configured.client_id, organisation_id, self._person)

    def _is_done(self, method: str, answer: Answer) -> bool:
        """Whether the call did what it should. Raises PassingTrouble for a success that the app cannot have written."""
        own_error = self._configured.software.own_error(answer)
        if method == "DELETE" and answer.status == 404:
            return own_error
        if not 200 <= answer.status < 300 or own_error:
            return False
        if answer.body is None and (answer.text.strip() if method == "DELETE" else not _is_null(answer.text)):
            raise foreign.unreadable(self._title, answer.status, answer.text)
        return True

    def _meaning(
        self, answer: Answer, organisation_id: str | None, *, renewed: bool
    ) -> Literal["renew", "limit"]:
        """What to do about an unsuccessful answer; all that ends the call is raised.

        Only an error in the app's own form can change a status. A 401 in another form gets one new access token: if that
        is refused too, nobody knows who refused it.
        """
        if 300 <= answer.status < 400:
            raise self._nonsense(f"with a redirect ({answer.status}), which is not followed")
        if not self._configured.software.own_error(answer):
            if answer.status == 401 and not renewed and not foreign.is_page(answer.text):
                return "renew"
            raise foreign.unreadable(self._title, answer.status, answer.text)
        meaning = self._configured.software.trouble(replace(answer, renewed=renewed), organisation_id)
        if isinstance(meaning, Trouble):
            raise meaning
        if meaning == "renew" and renewed:
            raise self._nonsense("by refusing the access token that it has just given")
        return meaning

    @property
    def _title(self) -> str:
        return self._configured.software.title

    def _nonsense(self, what: str) -> PassingTrouble:
        return PassingTrouble(Fault.NONSENSE, f"{self._title} answered {what}; try again later.")


@lru_cache(maxsize=256)
def _address(url: str, *parameters: tuple[str, str]) -> httpx2.URL:
    """Kept, because many organisations are asked the same, and httpx2 takes a tenth of a call to read an address."""
    return httpx2.URL(url, params=dict(parameters)) if parameters else httpx2.URL(url)


def _json_or_none(text: str) -> Any:
    """The value of a JSON body; None for null and for everything that is not JSON."""
    try:
        return shapes.read(text)
    except (ValueError, RecursionError):
        return None


def _is_null(text: str) -> bool:
    return text.strip() == "null"
