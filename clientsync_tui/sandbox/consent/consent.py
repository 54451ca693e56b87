"""The sign-in pages: who you are, which organisations, allow or refuse. A link can also answer all of this itself."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ...practice.text import searched
from ..personality import Personality
from ..sandbox import Sandbox
from ..world.state import Code, Connection, new_token
from ..world.world import Accountant, uuid_of
from .authorise_request import AuthoriseRequest, Unacceptable
from .pages import Choice, Line, consent_page, error_page, people_page

PAGE = 200

# How long a code is remembered; it works for a much shorter time.
REMEMBERED_S = 3_600


def routes(sandbox: Sandbox, software: Personality) -> list[BaseRoute]:
    """The authorise page of one app."""
    consent = Consent(sandbox, software)
    return [
        Route(software.authorize_path, consent.arrive, methods=["GET"]),
        Route(software.authorize_path, consent.answer, methods=["POST"]),
    ]


class Consent:
    """The authorise page. Each form carries the link's query, so nothing has to be remembered between requests."""

    def __init__(self, sandbox: Sandbox, software: Personality) -> None:
        self._box = sandbox
        self._software = software
        self._many = software.reach == "ticked" and not sandbox.options.one_at_a_time

    async def arrive(self, request: Request) -> Response:
        try:
            asked = AuthoriseRequest.read(request.url.query, self._software)
            if not asked.at_once:
                return people_page(self._software.title, asked, self._box.world.people)
            return self._sign_in_at_once(asked)
        except Unacceptable as error:
            return error_page("This link does not work", str(error))

    async def answer(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        try:
            asked = AuthoriseRequest.read(_one(form, "request"), self._software)
            person = self._person(_one(form, "person"))
            match _one(form, "answer"):
                case "Refuse":
                    return RedirectResponse(asked.back(error="access_denied"), 303)
                case "Allow":
                    return self._allow(asked, person, form)
                case _:
                    return self._ask(asked, person, form)
        except Unacceptable as error:
            return error_page("This does not work", str(error))

    def _person(self, email: str) -> Accountant:
        person = self._box.world.person(email)
        if person is None:
            raise Unacceptable(f"no one here is called {email!r}")
        return person

    def _sign_in_at_once(self, asked: AuthoriseRequest) -> Response:
        person = self._person(asked.login_hint or "")
        chosen = self._chosen_at_once(asked, person)
        if not chosen and self._software.reach == "one":
            raise Unacceptable(f"{person.email} has no organisation to pick")
        if too_many := self._over_limit(asked, person, chosen):
            return error_page("Connection limit", too_many, 403)
        return self._grant(asked, person, chosen)

    def _chosen_at_once(self, asked: AuthoriseRequest, person: Accountant) -> Sequence[int]:
        open_to = self._selectable(asked, person)
        if self._software.reach == "all":
            return open_to
        if asked.organisations is not None:
            if not self._many and len(asked.organisations) > 1:
                raise Unacceptable("this app connects one organisation at a time")
            return [self._place(asked, person, i) for i in asked.organisations]
        if self._many:
            return open_to
        return self._next(asked, person, open_to)

    def _next(self, asked: AuthoriseRequest, person: Accountant, open_to: Sequence[int]) -> Sequence[int]:
        """So that repeated sign-ins get one organisation after the other: the first that is not connected.

        If a grant covers one: the first without an active grant, or if all have one, the one with the oldest.
        """
        state, name = self._box.state, self._software.name
        connected = self._connected(asked, person)
        if self._software.reach == "one":
            granted = {
                g.organisation: g.granted_at
                for g in state.grants.values()
                if (g.software, g.app, g.person) == (name, asked.app.id, person.email) and state.is_living(g)
            }
            connected &= granted.keys()
        else:
            granted = dict[str | None, float]()
        ids = {place: self._box.world.id_of(name, place) for place in open_to}
        new = [place for place, organisation in ids.items() if organisation not in connected]
        return new[:1] or sorted(ids, key=lambda place: granted.get(ids[place], 0))[: 1 if granted else 0]

    def _allow(
        self, asked: AuthoriseRequest, person: Accountant, form: Mapping[str, Sequence[str]]
    ) -> Response:
        if self._software.reach == "all" or (self._many and _one(form, "all")):
            chosen = self._selectable(asked, person)
        else:
            chosen = [self._place(asked, person, i) for i in dict.fromkeys(form.get("organisation", ()))]
            if not self._many:
                chosen = chosen[-1:]
        needless = self._software.reach == "all" or (
            self._software.reach == "ticked" and self._connected(asked, person)
        )
        if not chosen and not needless:
            return self._ask(asked, person, form, "Choose an organisation first.")
        if too_many := self._over_limit(asked, person, chosen):
            return self._ask(asked, person, form, too_many)
        return self._grant(asked, person, chosen)

    def _ask(
        self,
        asked: AuthoriseRequest,
        person: Accountant,
        form: Mapping[str, Sequence[str]],
        message: str = "",
    ) -> Response:
        world, name = self._box.world, self._software.name
        connected, search = self._connected(asked, person), _one(form, "search")
        reached = self._selectable(asked, person)
        found = (
            [p for p in reached if searched(search) in searched(world.named(name, p).name)]
            if search
            else reached
        )
        pages = max(1, -(-len(found) // PAGE))
        turn = {"Next": 1, "Previous": -1}.get(_one(form, "go"), 0)
        shown = _one(form, "shown")
        page = 1 if _one(form, "go") == "Search" else int(shown) + turn if shown.isdecimal() else 1
        page = min(max(page, 1), pages)
        # The first time, connected organisations are already ticked.
        ticked = set(form.get("organisation", ())) if shown else connected if self._many else set[str]()
        here = [
            (world.id_of(name, p), world.named(name, p).name) for p in found[(page - 1) * PAGE : page * PAGE]
        ]
        elsewhere = [i for i in ticked if i not in {i for i, _ in here}] if shown else []
        lines = [Line(i, n, i in connected, i in ticked) for i, n in here]
        choice = Choice(lines, elsewhere, page, pages, len(reached), search, bool(_one(form, "all")), message)
        kind = "none" if self._software.reach == "all" else "checkbox" if self._many else "radio"
        return consent_page(self._software.title, asked, person, kind, choice)

    def _selectable(self, asked: AuthoriseRequest, person: Accountant) -> Sequence[int]:
        if not self._may_choose(asked):
            return ()
        reached = self._box.world.reach(person, self._software.name)
        if not self._box.faults.in_force:
            return reached
        return [place for place in reached if self._box.selectable(self._software.name, person, place)]

    def _may_choose(self, asked: AuthoriseRequest) -> bool:
        needed = self._software.choosing_scope
        return needed is None or needed in asked.scopes

    def _place(self, asked: AuthoriseRequest, person: Accountant, organisation: str) -> int:
        place = self._box.world.place_of(self._software.name, organisation)
        name = self._software.name
        if place is None or not self._may_choose(asked) or not self._box.selectable(name, person, place):
            raise Unacceptable(f"{person.email} can't connect the organisation {organisation!r}")
        return place

    def _connected(self, asked: AuthoriseRequest, person: Accountant) -> set[str]:
        return set(self._box.state.connections_of(self._software.name, asked.app.id, person.email))

    def _over_limit(self, asked: AuthoriseRequest, person: Accountant, chosen: Sequence[int]) -> str:
        allowed = self._software.tiers.get(self._box.options.tier)
        if allowed is None:
            return ""
        connected, name = self._connected(asked, person), self._software.name
        new = sum(self._box.world.id_of(name, place) not in connected for place in chosen)
        if not new or self._box.state.connected_to(name, asked.app.id) + new <= allowed:
            return ""
        return f"This app has reached its limit of {allowed} connections. Disconnect an organisation first."

    def _grant(self, asked: AuthoriseRequest, person: Accountant, chosen: Sequence[int]) -> Response:
        given = dict(parse_qsl(asked.query))
        for odd in self._software.odd_refusals:
            if odd.parameters.items() <= given.items():
                return RedirectResponse(f"{asked.redirect_uri}?{urlencode(odd.answer)}", 303)
        box, name, now = self._box, self._software.name, self._box.clock.now()
        picked = box.world.id_of(name, chosen[0]) if self._software.reach == "one" else None
        auth_event = connect(box, name, asked.app.id, person, chosen)
        code = new_token() + self._software.token_mark
        box.state.codes = {
            c: old for c, old in box.state.codes.items() if old.signed_in_at + REMEMBERED_S > now
        }
        box.state.codes[code] = Code(
            software=name,
            app=asked.app.id,
            person=person.email,
            redirect_uri=asked.redirect_uri,
            scopes=list(asked.scopes),
            challenge=asked.challenge,
            nonce=asked.nonce,
            auth_event=auth_event,
            organisation=picked,
            signed_in_at=now,
        )
        box.save()
        more = dict(self._software.redirect_fields)
        if self._software.realm_parameter and picked and asked.says_realm:
            more[self._software.realm_parameter] = picked
            if self._software.realm_name_parameter:
                more[self._software.realm_name_parameter] = box.world.named(name, chosen[0]).name
        return RedirectResponse(asked.back(code=code, more=more), 303)


def connect(box: Sandbox, software: str, app: str, person: Accountant, chosen: Sequence[int]) -> str:
    """Connects the organisations at these places to the app. Returns the id of the event."""
    auth_event, now = uuid_of(new_token()), box.clock.now()
    held = box.state.connections_of(software, app, person.email)
    for place in chosen:
        organisation = box.world.id_of(software, place)
        if old := held.get(organisation):
            old.auth_event, old.updated_at = auth_event, now
        else:
            held[organisation] = Connection(
                uuid_of(auth_event, organisation), organisation, auth_event, now, now
            )
    return auth_event


def _one(form: Mapping[str, Sequence[str]], field: str) -> str:
    values = form.get(field)
    return values[-1] if values else ""
