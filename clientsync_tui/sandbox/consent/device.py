"""Signing in with a short code (RFC 8628): a device gets it, a person enters it on a page, and the device keeps asking
until then.
"""

import secrets
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ..misbehaviour.apply_faults import unavailable, with_faults
from ..personality import DeviceSignIn, Personality
from ..sandbox import Sandbox
from ..world.state import Device, new_token
from .consent import connect
from .mint import Mint, Refused
from .oauth import NO_STORE, OAuth, form_of
from .pages import device_page, done_page, error_page

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def routes(sandbox: Sandbox, software: Personality) -> list[BaseRoute]:
    """The code and token endpoints and the page, if the app supports this."""
    if (how := software.device) is None:
        return []
    pages = Devices(sandbox, software, how)
    return [
        Route(how.code_path, pages.code, methods=["POST"]),
        Route(how.token_path, pages.token, methods=["POST"]),
        Route(how.page_path, pages.page, methods=["GET"]),
        Route(how.page_path, pages.answer, methods=["POST"]),
    ]


class Devices:
    """The two endpoints that devices call, and the page for people."""

    def __init__(self, sandbox: Sandbox, software: Personality, how: DeviceSignIn) -> None:
        self._box = sandbox
        self._software = software
        self._how = how
        self._mint = Mint(sandbox, software)
        self._oauth = OAuth(sandbox, software)

    async def code(self, request: Request) -> Response:
        """A device requests a code."""
        form, software, how = await form_of(request), self._software, self._how
        if away := unavailable(self._box, software.name, None):
            return away
        app = software.apps.get(form.get("client_id", ""))
        scopes = [scope for scope in form.get("scope", "").split(software.scope_separator) if scope]
        if app is None:
            return self._oauth.refused(Refused("invalid_client"))
        if how.grant_types[0] not in (None, form.get("grant_type")):
            return self._oauth.refused(Refused("unsupported_grant_type"))
        if set(scopes) - software.scopes:
            return self._oauth.refused(Refused("invalid_scope"))
        device_code = new_token()
        parts = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2))
        device = Device(software.name, app.id, scopes, "-".join(parts), self._box.clock.now())
        self._box.state.devices[device_code] = device
        self._box.save()
        page = f"{self._box.issuer(software)}{how.page_path}"
        answer = how.answer(device_code, device.user_code, page, self._interval_s, how.lives_s)
        return JSONResponse(answer, headers=NO_STORE)

    async def token(self, request: Request) -> Response:
        """A device asks whether its code has been entered."""
        form, name = await form_of(request), self._software.name
        code = form.get(self._how.code_field, "")
        device = self._box.state.devices.get(code)
        person = device.person if device else None
        request.scope["whose"] = {"software": name, "person": person}
        if away := unavailable(self._box, name, person) or self._box.scripts.instead("token", name, person):
            return away
        try:
            app = self._oauth.app(request, form)
            if form.get("grant_type") != self._how.grant_types[1]:
                raise Refused("unsupported_grant_type")
            if device is None or (device.software, device.app) != (name, app.id):
                raise Refused("invalid_grant")
            if refusal := self._not_yet(device):
                return refusal
            assert device.person
            grant = self._mint.granted(app.id, device.person, device.scopes, device.auth_event)
            answer = self._mint.answer(grant, self._box.clock.now(), request.headers)
        except Refused as refused:
            return self._oauth.refused(refused)
        del self._box.state.devices[code]
        self._box.save()
        made = JSONResponse(answer, headers=NO_STORE)
        return await with_faults(self._box, request, "token", lambda: made, name, person)

    def _not_yet(self, device: Device) -> Response | None:
        """The answer while there are no tokens yet. Raises Refused if there won't be any."""
        now, last = self._box.clock.now(), device.polled_at
        device.polled_at = now
        if now - device.asked_at > self._how.lives_s:
            raise Refused("expired_token")
        # Half of it, because what was sent in time may arrive a little early.
        if now - last < self._interval_s / 2:
            raise Refused("slow_down")
        if device.refused:
            raise Refused("access_denied")
        if device.person is None:
            raise Refused("authorization_pending")
        if self._how.elsewhere and not device.sent_on:
            device.sent_on = True
            return JSONResponse(self._how.elsewhere, headers=NO_STORE)
        return None

    async def page(self, request: Request) -> Response:
        """A person opens the page. A link can also answer it: `prompt=none&login_hint=EMAIL`, and `answer=Refuse` to
        refuse.
        """
        asked = request.query_params
        if asked.get("prompt") == "none":
            entered = asked.get("user_code", ""), asked.get("login_hint", ""), asked.get("answer", "Allow")
            return self._entered(*entered)
        return device_page(self._software.title, asked.get("user_code", ""), self._box.world.people)

    async def answer(self, request: Request) -> Response:
        """A person submits the page."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        return self._entered(form.get("user_code", ""), form.get("person", ""), form.get("answer", ""))

    def _entered(self, user_code: str, email: str, answer: str) -> Response:
        box, name = self._box, self._software.name
        wanted = user_code.replace("-", "").strip().upper()
        devices = [d for d in box.state.devices.values() if d.software == name]
        device = next((d for d in devices if d.user_code.replace("-", "") == wanted), None)
        person = box.world.person(email)
        if person is None:
            return error_page("This does not work", f"no one here is called {email!r}")
        if device is None or box.clock.now() - device.asked_at > self._how.lives_s:
            message = "There is no such code, or it has expired."
            return device_page(self._software.title, user_code, box.world.people, message)
        device.refused = answer == "Refuse"
        if not device.refused:
            places = [p for p in box.world.reach(person, name) if box.selectable(name, person, p)]
            device.auth_event = connect(box, name, device.app, person, places)
            device.person = person.email
        box.save()
        outcome = "refused" if device.refused else "signed in"
        return done_page("Thank you", f"The device is {outcome}. Go back to it.")

    @property
    def _interval_s(self) -> float:
        return self._how.interval_s if self._box.options.poll_s is None else self._box.options.poll_s
