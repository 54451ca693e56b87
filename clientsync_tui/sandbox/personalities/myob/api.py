"""MYOB Business as the sandbox plays it: one company file a consent, keys in headers, limits for the whole key, pages by link.

Sources: developer.myob.com (authentication, granular_data_scopes, error-messages), apisupport.myob.com, MYOB's .NET SDK; what none of
these says is marked as unconfirmed in `docs/softwares`.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import DAY_S, Allowed, Rate
from ...personality import App, Issued, Personality, TrueList
from ...world.state import Grant
from ...world.world import Organisation, World
from . import errors, shapes
from .shapes import NAME

LIMITS = Allowed((Rate(8, 1, "app", "second"), Rate(1_000_000, DAY_S, "app", "day")))
FILE, SETTINGS, LEDGER, SUPPLIERS = (
    "sme-company-file", "sme-company-settings", "sme-general-ledger", "sme-contacts-supplier",
)  # fmt: skip
USUAL_PAGE, LARGEST_PAGE = 400, 1_000
_BASE = "https://api.myob.com/accountright"

Lines = Callable[[World, Organisation], list[dict[str, Any]]]


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer; the life of the token is a text."""
    person = issued.grant.person
    return {
        "access_token": issued.access_token,
        "token_type": "bearer",
        "expires_in": str(issued.access_s),
        "refresh_token": issued.grant.refresh_token,
        "scope": " ".join(issued.grant.scopes),
        "user": {"uid": f"uid-{person.partition('@')[0]}", "username": person},
    }


class Api:
    """The API below `/myob/accountright`."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software)

    def routes(self) -> list[BaseRoute]:
        def company(request: Request, of: Organisation) -> Response:
            return JSONResponse(shapes.company(of, _BASE))

        def properties(request: Request, of: Organisation) -> Response:
            return JSONResponse(shapes.properties(of))

        lists: dict[str, tuple[str, Lines]] = {
            "GeneralLedger/Account": (LEDGER, shapes.accounts),
            "GeneralLedger/TaxCode": (LEDGER, shapes.tax_codes),
            "GeneralLedger/Category": (LEDGER, shapes.categories),
            "GeneralLedger/Job": (LEDGER, shapes.jobs),
            "Contact/Supplier": (SUPPLIERS, shapes.suppliers),
        }
        start = "/accountright/{file}"
        return [
            Route(f"{start}/Company", self._of_file(SETTINGS, company), methods=["GET"]),
            Route(
                f"{start}/GeneralLedger/AccountingProperties",
                self._of_file(LEDGER, properties),
                methods=["GET"],
            ),
            *(
                Route(f"{start}/{path}", self._of_file(scope, self._page(lines)), methods=["GET"])
                for path, (scope, lines) in lists.items()
            ),
        ]

    def _page(self, lines: Lines) -> Callable[[Request, Organisation], Response]:
        def answer(request: Request, of: Organisation) -> Response:
            asked = request.query_params
            skip, top = asked.get("$skip", "0"), asked.get("$top", str(USUAL_PAGE))
            if not (skip.isdecimal() and top.isdecimal() and 0 < int(top) <= LARGEST_PAGE):
                return JSONResponse(errors.body("InvalidOperation", "$top must be from 1 to 1000"), 400)
            every, start, end = lines(self._box.world, of), int(skip), int(skip) + int(top)
            following = f"{_BASE}{request.url.path}?{urlencode({'$top': top, '$skip': str(end)})}"
            return JSONResponse(
                {
                    "Items": every[start:end],
                    "NextPageLink": following if end < len(every) else None,
                    "Count": len(every),
                }
            )

        return answer

    def _of_file(
        self, scope: str, answer: Callable[[Request, Organisation], Response]
    ) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            file = request.path_params["file"].lower()

            def permitted(grant: Grant) -> Response:
                if request.headers.get("x-myobapi-key") != grant.app:
                    return JSONResponse(errors.NO_KEY, 403)
                if request.headers.get("x-myobapi-version") != "v2":
                    return JSONResponse(errors.body("InvalidOperation", "x-myobapi-version is missing"), 400)
                place = self._box.world.place_of(NAME, file)
                connected = file == grant.organisation and file in self._access.held(grant)
                if place is None or not connected or not {FILE, scope} <= set(grant.scopes):
                    return JSONResponse(errors.BAD_TOKEN, 401)
                if fault := self._box.faults.meet(REFUSALS, NAME, grant.person, file):
                    self._box.save()
                    if fault.kind == "close":
                        return JSONResponse(errors.NO_FILE, 404)
                    return JSONResponse(errors.NOT_ALLOWED, 403)
                return answer(request, self._box.world.organisation(NAME, place))

            return await self._access.call(request, file, LIMITS, permitted)

        return endpoint


def _names(
    lines: Lines, name: Callable[[dict[str, Any]], str]
) -> Callable[[World, Organisation], list[str | None]]:
    return lambda world, of: [name(line) for line in lines(world, of)]


def _unwanted(world: World, of: Organisation) -> Sequence[str]:
    personal = [shapes.tax_file_number(of)] if shapes.is_a_person(of) else []
    return (shapes.BANK_ACCOUNT, "062-000", shapes.SUPPLIERS_ABN, "1234.5", *personal)


PERSONALITY = Personality(
    name=NAME,
    title="MYOB Business",
    apps={"sandbox-myob": App("sandbox-myob", "sandbox")},
    reach="one",
    scopes=frozenset({FILE, SETTINGS, LEDGER, SUPPLIERS}),
    authorize_path="/oauth2/account/authorize",
    token_path="/oauth2/v1/authorize",  # noqa: S106 - a path
    api_path=f"/{NAME}",
    code_s=120,
    access_s=1_200,
    unused_s=7 * DAY_S,
    hard_s=365 * DAY_S,
    token_answer=token_answer,
    unauthorised=lambda ended_at: JSONResponse(errors.BAD_TOKEN, 401),
    too_many=errors.too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    realm_parameter="businessId",
    realm_name_parameter="businessName",
    link_needs={"prompt": "consent"},
    demo_clients=9,
    token_mark="!",  # noqa: S106 - a mark
    secret_in="body",  # noqa: S106 - a word
    limits=LIMITS,
    unwanted=_unwanted,
    errors=errors.ERRORS,
    lists={
        "accounts": TrueList(_names(shapes.accounts, lambda line: line["Name"]), USUAL_PAGE),
        "tax_rates": TrueList(_names(shapes.tax_codes, lambda line: line["Description"]), USUAL_PAGE),
        "tracking": TrueList(_names(shapes.categories, lambda line: line["Name"]), USUAL_PAGE),
        "jobs": TrueList(_names(shapes.jobs, lambda line: line["Name"]), USUAL_PAGE),
        "suppliers": TrueList(
            _names(
                shapes.suppliers,
                lambda line: line["CompanyName"] or f"{line['FirstName']} {line['LastName']}",
            ),
            USUAL_PAGE,
        ),
    },
)
