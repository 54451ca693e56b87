"""FreshBooks as the sandbox plays it: memberships, three ids for one business, pages, and error bodies of several shapes.

Sources: the official SDKs for Python and Node with their fixtures, and freshbooks.com/api; what none of these says is marked as unconfirmed in
`docs/softwares`.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ....practice.status import Reason
from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import DAY_S, Allowed
from ...personality import App, Issued, Personality, Revocation, TrueList
from ...world.state import Grant
from ...world.world import Organisation, World
from . import errors, shapes
from .shapes import NAME

#: No rate is published. The advice is to make two calls at once at most.
LIMITS = Allowed((), at_once=2)
LARGEST_PAGE, USUAL_PAGE = 100, 15
PROFILE = "user:profile:read"
_SCOPES = frozenset({
    PROFILE, "user:business:read", "user:journal_entries:read", "user:taxes:read", "user:bill_vendors:read", "user:reports:read",
})  # fmt: skip

Answer = Callable[[Request, Organisation], Response]


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer. No id_token, because FreshBooks does not document how to verify one."""
    return {
        "access_token": issued.access_token,
        "refresh_token": issued.grant.refresh_token,
        "token_type": "Bearer",
        "expires_in": issued.access_s,
        "scope": " ".join(issued.grant.scopes),
        "created_at": int(issued.grant.issued_at),
        "id_token": "an.id.token",
    }


class Api:
    """The API below `/freshbooks`."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software)
        self._uuids: dict[str, str] = {}

    def routes(self) -> list[BaseRoute]:
        account = "/accounting/account/{account}"
        of_account: dict[str, tuple[str, Answer]] = {
            "systems/systems/{system:int}": ("user:business:read", self._system),
            "taxes/taxes": ("user:taxes:read", self._taxes),
            "bill_vendors/bill_vendors": ("user:bill_vendors:read", self._vendors),
            "journal_entry_accounts/journal_entry_accounts": (
                "user:journal_entries:read",
                self._old_accounts,
            ),
        }
        ledger = self._of_account("user:journal_entries:read", self._ledger)
        return [
            Route("/auth/api/v1/users/me", self._me, methods=["GET"]),
            *(
                Route(f"{account}/{path}", self._of_account(scope, answer), methods=["GET"])
                for path, (scope, answer) in of_account.items()
            ),
            Route("/accounting/businesses/{uuid}/ledger_accounts/accounts", ledger, methods=["GET"]),
        ]

    async def _me(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            if PROFILE not in grant.scopes:
                return errors.without_scope(PROFILE)
            world, person = self._box.world, self._access.person(grant)
            places = (world.place_of(NAME, account) for account in self._access.held(grant))
            reached = [place for place in places if place is not None and person.reaches(place)]
            refusals = {place: self._refusal(grant, place) for place in reached}
            members = [world.organisation(NAME, p) for p in reached if refusals[p] != "remove-access"]
            cancelled = frozenset(world.id_of(NAME, p) for p in reached if refusals[p] == "close")
            return JSONResponse(shapes.me(person, members, cancelled))

        return await self._access.call(request, None, Allowed(()), answer)

    def _refusal(self, grant: Grant, place: int) -> str | None:
        if not self._box.faults.in_force:
            return None
        fault = self._box.faults.seen(REFUSALS, NAME, grant.person, self._box.world.id_of(NAME, place))
        return fault.kind if fault else None

    def _of_account(self, scope: str, answer: Answer) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            account = request.path_params.get("account") or self._account_of(request.path_params["uuid"])

            def permitted(grant: Grant) -> Response:
                if scope not in grant.scopes:
                    return errors.without_scope(scope)
                place = self._box.world.place_of(NAME, account)
                # Capitals matter.
                if place is None or account not in self._access.held(grant):
                    return errors.problem(404, errors.of_account(errors.UNKNOWN, "Account not found."))
                if self._box.faults.meet(REFUSALS, NAME, grant.person, account):
                    self._box.save()
                    return errors.problem(403, errors.DENIED)
                return answer(request, self._box.world.organisation(NAME, place))

            return await self._access.call(request, account, LIMITS, permitted)

        return endpoint

    def _account_of(self, uuid: str) -> str:
        """The account of a business, by its other id; empty if there is none."""
        world = self._box.world
        if not self._uuids:
            every = (world.organisation(NAME, place) for place in range(world.count_of(NAME)))
            self._uuids = {shapes.business_uuid(of): of.id for of in every}
        return self._uuids.get(uuid, "")

    def _system(self, request: Request, of: Organisation) -> Response:
        if request.path_params["system"] != shapes.system_id(of):
            return errors.problem(404, errors.of_account(errors.UNKNOWN, "System not found."))
        return JSONResponse({"response": {"result": {"system": shapes.system(of)}}})

    def _taxes(self, request: Request, of: Organisation) -> Response:
        return _paged(request, "taxes", shapes.taxes(self._box.world, of))

    def _vendors(self, request: Request, of: Organisation) -> Response:
        return _paged(request, "bill_vendors", shapes.vendors(self._box.world, of))

    def _old_accounts(self, request: Request, of: Organisation) -> Response:
        return _paged(request, "journal_entry_accounts", shapes.journal_entry_accounts(of))

    def _ledger(self, request: Request, of: Organisation) -> Response:
        if of.index % 5 == shapes.NO_LEDGER:
            return errors.problem(403, errors.of_business(403, "This plan has no ledger accounts."))
        return JSONResponse({"data": shapes.ledger_accounts(of)})


def _paged(request: Request, key: str, records: list[dict[str, Any]]) -> Response:
    """The requested page. A page size above the maximum is silently cut."""
    asked = request.query_params
    page, size = asked.get("page", "1"), asked.get("per_page", str(USUAL_PAGE))
    if not (page.isdecimal() and size.isdecimal() and int(page) and int(size)):
        return errors.problem(200, errors.of_account(errors.INVALID_VALUE, "Not a positive integer."))
    number, length = int(page), min(int(size), LARGEST_PAGE)
    rows = records[(number - 1) * length : number * length]
    pages = {"page": number, "pages": -(-len(records) // length), "per_page": length, "total": len(records)}
    return JSONResponse({"response": {"result": {key: rows, **pages}}})


def _accounts(world: World, of: Organisation) -> list[str | None]:
    return [account["name"] for account in shapes.ledger_accounts(of)]


def _suppliers(world: World, of: Organisation) -> list[str | None]:
    return [vendor["vendor_name"] for vendor in shapes.vendors(world, of) if vendor["vis_state"] != 1]


PERSONALITY = Personality(
    name=NAME,
    title="FreshBooks",
    apps={
        "sandbox-freshbooks": App("sandbox-freshbooks", "sandbox"),
        # This redirect rule is documented; that of the other app is what integrators report.
        "sandbox-freshbooks-https": App("sandbox-freshbooks-https", "sandbox", https_only=True),
    },
    reach="all",
    scopes=_SCOPES,
    authorize_path="/oauth/authorize",
    token_path="/auth/oauth/token",  # noqa: S106 - a path
    api_path=f"/{NAME}",
    code_s=300,
    access_s=43_200,
    unused_s=20 * 365 * DAY_S,
    token_answer=token_answer,
    unauthorised=errors.unauthorised,
    too_many=errors.too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    revocation=Revocation("/auth/oauth/revoke", "json", "person"),
    secret_in="body",  # noqa: S106 - a word
    redirect_at_refresh=True,
    one_grant=True,
    token_errors={"invalid_client": (401, {})},
    organisation_id=shapes.account_id,
    demo_clients=4,
    closing=Reason.UNPAID,
    limits=LIMITS,
    errors=errors.ERRORS,
    lists={
        "accounts": TrueList(_accounts),
        "tax_rates": TrueList(lambda world, of: [t["name"] for t in shapes.taxes(world, of)], LARGEST_PAGE),
        "suppliers": TrueList(_suppliers, LARGEST_PAGE),
    },
)
