"""QuickBooks Online as the sandbox plays it: one company a grant, userinfo, companyinfo, queries, faults and limits.

Sources: Intuit's discovery document, "OAuth 2.0", "API call limits" and "Query operations and syntax" of
https://developer.intuit.com, and its official SDKs; what none of these says is marked as unconfirmed in `docs/softwares`.
"""

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import DAY_S, MINUTE_S, Allowed, Caller, Rate
from ...personality import App, Issued, Personality, Revocation, Rotation, TrueList
from ...world.clock import utc
from ...world.state import Grant
from ...world.world import Accountant, Organisation, World
from . import errors, shapes
from .query import LARGEST_PAGE, NotUnderstood, Query, names_active
from .shapes import NAME

ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = frozenset(
    {ACCOUNTING, "com.intuit.quickbooks.payment", "openid", "profile", "email", "phone", "address"}
)
LIMITS = Allowed(
    (Rate(500, MINUTE_S, "organisation", "minute"), Rate(10, 1, "organisation", "second")),
)
USERINFO = "/v1/openid_connect/userinfo"
YEAR_S = 365 * DAY_S
HARD_END_HEADER = "x-include-refresh-token-hard-expires-in"

_throttled = count()


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer. The fixed end is included only if the header asks for it (unconfirmed)."""
    answer: dict[str, Any] = {
        "token_type": "bearer",
        "access_token": issued.access_token,
        "expires_in": issued.access_s,
        "refresh_token": issued.grant.refresh_token,
        "x_refresh_token_expires_in": min(issued.refresh_s, issued.hard_s or 0),
    }
    if issued.headers.get(HARD_END_HEADER, "").lower() == "true":
        answer["x_refresh_token_hard_expires_in"] = issued.hard_s
    return answer


def claims(standard: dict[str, Any], person: Accountant, grant: Grant) -> dict[str, Any]:
    """The claims of an id_token: the company is among them, the e-mail address is not."""
    claims = {name: standard[name] for name in ("iss", "iat", "exp")}
    return claims | {"sub": person.id, "aud": [standard["aud"]], "realmid": grant.organisation}


def too_many(problem: str, pause_s: int) -> Response:
    """The answer to a call over a limit: every other time XML, whatever was asked for. Intuit documents no Retry-After."""
    body, kind = errors.throttled(in_xml=next(_throttled) % 2 == 0)
    return Response(body, 429, {"Retry-After": str(pause_s), "Content-Type": kind})


class Api:
    """The API below `/quickbooks`."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software, self._named)

    def routes(self) -> list[BaseRoute]:
        company = "/v3/company/{realm}"
        return [
            Route(USERINFO, self._userinfo, methods=["GET"]),
            Route(f"{company}/companyinfo/{{again}}", self._company, methods=["GET"]),
            Route(f"{company}/query", self._query, methods=["GET", "POST"]),
        ]

    def _named(self, caller: Caller) -> dict[str, str]:
        return {"intuit_tid": f"1-{uuid4()}"}

    async def _userinfo(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            if "openid" not in grant.scopes:
                return errors.not_for_this_company()
            return JSONResponse(shapes.person(self._access.person(grant), grant.scopes))

        return await self._access.call(request, None, Allowed(()), answer)

    async def _company(self, request: Request) -> Response:
        def answer(of: Organisation) -> Response:
            if request.path_params["again"] != of.id:
                return errors.not_for_this_company()
            return self._said("CompanyInfo", shapes.company(self._box.world, of))

        return await self._of_company(request, answer)

    async def _query(self, request: Request) -> Response:
        posted = request.method == "POST"
        text = (await request.body()).decode("utf-8", "replace") if posted else ""
        statement = text or request.query_params.get("query", "")

        def answer(of: Organisation) -> Response:
            try:
                return self._queried(of, statement)
            except NotUnderstood as error:
                return errors.not_understood(str(error))

        return await self._of_company(request, answer)

    def _queried(self, of: Organisation, statement: str) -> Response:
        query = Query.read(statement)
        if query.entity.lower() == "class" and of.index % 5 == shapes.NO_CLASSES:
            return errors.feature_missing("Class Tracking")
        records = shapes.entities(self._box.world, of, query.entity)
        if records is None:
            raise NotUnderstood(f"no entity {query.entity}")
        found = query.found(records, names_active=names_active(statement))
        if query.counting:
            return self._said("QueryResponse", {"totalCount": len(found)})
        page = found[query.start - 1 : query.start - 1 + query.most]
        if not page:
            return self._said("QueryResponse", {})
        entity = _spelling(query.entity)
        content = {entity: page, "startPosition": query.start, "maxResults": len(page)}
        return self._said("QueryResponse", content)

    async def _of_company(self, request: Request, answer: Callable[[Organisation], Response]) -> Response:
        realm: str = request.path_params["realm"]

        def permitted(grant: Grant) -> Response:
            place = self._box.world.place_of(NAME, realm)
            connected = realm == grant.organisation and realm in self._access.held(grant)
            if place is None or not connected or ACCOUNTING not in grant.scopes:
                return errors.not_for_this_company()
            if fault := self._box.faults.meet(REFUSALS, NAME, grant.person, realm):
                self._box.save()
                return errors.closed() if fault.kind == "close" else errors.no_access()
            return answer(self._box.world.organisation(NAME, place))

        return await self._access.call(request, realm, LIMITS, permitted)

    def _said(self, key: str, content: dict[str, Any]) -> Response:
        return JSONResponse({key: content, "time": shapes.moment(utc(self._box.clock.now()))})


def _spelling(entity: str) -> str:
    entities = (
        "Account",
        "TaxCode",
        "TaxRate",
        "Class",
        "Department",
        "Vendor",
        "CompanyInfo",
        "Preferences",
    )
    return next(name for name in entities if name.lower() == entity.lower())


def _names(
    entity: str, field: str = "FullyQualifiedName"
) -> Callable[[World, Organisation], list[str | None]]:
    def names(world: World, of: Organisation) -> list[str | None]:
        return [record[field] for record in shapes.entities(world, of, entity) or ()]

    return names


PERSONALITY = Personality(
    name=NAME,
    title="QuickBooks Online",
    apps={"sandbox-quickbooks": App("sandbox-quickbooks", "sandbox")},
    reach="one",
    scopes=SCOPES,
    authorize_path="/connect/oauth2",
    token_path="/oauth2/v1/tokens/bearer",  # noqa: S106 - a path
    api_path=f"/{NAME}",
    code_s=300,
    access_s=3_600,
    unused_s=101 * DAY_S,
    token_answer=token_answer,
    unauthorised=errors.unauthorised,
    too_many=too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    revocation=Revocation("/v2/oauth2/tokens/revoke", "json", "grant", unknown_status=400),
    # That it changes about once a day is practitioners' experience. How long the old one keeps working is
    # unconfirmed.
    rotation=Rotation(after_s=DAY_S),
    hard_s=5 * YEAR_S,
    choosing_scope=ACCOUNTING,
    realm_parameter="realmId",
    userinfo_path=USERINFO,
    claims=claims,
    token_errors={
        "invalid_client": (401, {}),
        "invalid_grant": (400, {"error_description": "Token invalid"}),
    },
    organisation_id=shapes.realm,
    demo_clients=14,
    limits=LIMITS,
    errors=errors.ERRORS,
    lists={
        "accounts": TrueList(_names("Account"), LARGEST_PAGE),
        "tax_codes": TrueList(_names("TaxCode", "Name"), LARGEST_PAGE),
        "tax_rates": TrueList(_names("TaxRate", "Name"), LARGEST_PAGE),
        "tracking": TrueList(_names("Class"), LARGEST_PAGE),
        "locations": TrueList(_names("Department"), LARGEST_PAGE),
        "suppliers": TrueList(_names("Vendor", "DisplayName"), LARGEST_PAGE),
    },
)
