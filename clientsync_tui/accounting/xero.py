"""Everything specific to Xero.

Sources ([C]: Xero's own documents; [S]: Xero's staff in public; [U]: unconfirmed, so handled leniently):
the OpenAPI files of github.com/XeroAPI/Xero-OpenAPI 16.1.0 (shapes, scopes), developer.xero.com "OAuth 2.0", "PKCE flow",
"OAuth 2.0 API limits" and "Managing connections" (addresses, lives, limits), and the xero-node SDK (claims).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.status import Fault, Reason
from ..practice.trouble import OrganisationTrouble, PassingTrouble, Trouble
from .seam import shapes
from .seam.lately import Lately
from .seam.left_out import leave_out, noting
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Rate, Record

_API = "/api.xro/2.0"
_PAGE_SIZE = 100  # the largest allowed is [U]; this is the default [C]
_MOST_PAGES = 2_000

_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")

# Our names for details, and Xero's fields of an organisation in lower case [C].
_DETAILS = {
    "name": "name",
    "legal_name": "legalname",
    "type": "organisationtype",
    "country": "countrycode",
    "currency": "basecurrency",
    "tax_number": "taxnumber",
    "registration_number": "registrationnumber",
    "timezone": "timezone",
    "tax_basis": "salestaxbasis",
    "tax_period": "salestaxperiod",
    "edition": "edition",
    "short_code": "shortcode",
}

# Words of a 403's detail, none of them documented [U].
_CLOSED = re.compile(r"not active|inactive|closed|deleted|deactivated", re.IGNORECASE)
_UNPAID = re.compile(r"unpaid|subscription|payment", re.IGNORECASE)

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "Xero refuses access to this organisation: the person was removed, or their role was lowered. "
        "Ask the client for access, or reassign the integration to someone who has it."
    ),
    Reason.DISCONNECTED_THERE: (
        "The organisation is no longer connected in Xero: someone disconnected the app there, or access was removed. Reconnect it."
    ),
    Reason.ORGANISATION_CLOSED: "The organisation is closed or inactive in Xero. Ask the client.",
    Reason.UNPAID: "The organisation's Xero subscription is not paid. Ask the client.",
    Reason.PERMISSION_MISSING: (
        "The sign-in lacks a permission (scope) it needs. Sign in to Xero again and allow everything it asks for."
    ),
}


class _BadRequest(PassingTrouble):
    """Xero could not understand the request (400)."""


class Xero:
    """Xero's adapter; see `Software`."""

    name = "xero"
    title = "Xero"
    organisations_per_sign_in: Literal["many", "one"] = "many"
    addresses = Addresses(
        authorize_url="https://login.xero.com/identity/connect/authorize",
        token_url="https://identity.xero.com/connect/token",  # noqa: S106
        api_url="https://api.xero.com",
        revoke_url="https://identity.xero.com/connect/revocation",
        issuer="https://identity.xero.com",
    )
    grant = Grant(
        scopes={
            "offline_access": "to stay signed in, so that checks need no new sign-in",
            "openid": "to know who signed in",
            "profile": "that person's name",
            "email": "that person's e-mail address",
            "accounting.settings.read": "to read the organisation's details, chart of accounts, tax rates and tracking categories",
            "accounting.contacts.read": "to read the suppliers",
        },
        pkce=True,
        secret="optional",  # noqa: S106  apps of type "Web app" have one [C]
        # `localhost` is what Xero's samples register; 127.0.0.1 is [U].
        redirect_host="localhost",
        # Nothing says whether Xero ignores the port of a loopback redirect [U].
        any_port=False,
        unused_life=timedelta(days=60),
        lost_answer_grace=timedelta(minutes=30),
        revoking_ends="person",
    )
    limits = Limits(
        rates=(
            Rate(60, 60, "organisation"),
            Rate(5_000, 86_400, "organisation"),
            Rate(10_000, 60, "app"),
        ),
        organisation_at_once=5,
        remaining_header="x-minlimit-remaining",
        app_remaining_header="x-appminlimit-remaining",
        problem_header="x-rate-limit-problem",
        app_problems=frozenset({"appminute"}),  # [U]
    )
    lists: Mapping[str, str] = {
        "accounts": "Chart of accounts",
        "tax_rates": "Tax rates",
        "tracking": "Tracking categories",
        "suppliers": "Suppliers",
    }
    organisation_words = ("organisation", "organisations")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "connection"
    not_listed = Reason.DISCONNECTED_THERE
    before_sign_in = ""
    how_to_register = (
        "1. Open https://developer.xero.com/app/manage in a browser and sign in.\n"
        "2. Choose New app. Give it a name and your practice's web address.\n"
        '3. As integration type, choose "Mobile or desktop app" (OAuth 2.0 with PKCE). It needs no secret.\n'
        "4. As redirect URI, enter exactly: {redirect}\n"
        "5. Create the app, and copy its client id.\n"
        "Xero lets an app connect several organisations at once only if you ask Xero's support (Bulk Connections). Otherwise, "
        "each consent adds one organisation."
    )

    def __init__(self) -> None:
        self._lately: Lately[Sequence[Organisation]] = Lately()

    def canonical_id(self, organisation_id: str) -> str:
        """A GUID, so case doesn't matter."""
        return organisation_id.lower()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Without the Accept header, the answer may be XML [U]."""
        accept = {"Accept": "application/json"}
        return (
            accept
            if organisation_id is None
            else {**accept, "xero-tenant-id": self.canonical_id(organisation_id)}
        )

    def own_error(self, answer: Answer) -> bool:
        """The gateway's `title`, `status` and `detail` [C], or the `ErrorNumber` of the accounting API [C].

        Other gateways write problem details too (RFC 9457). Xero's have no `type` [C] and the status's own phrase as `title` [C].
        """
        body = shapes.lower_keys(answer.body)
        if "errornumber" in body:
            return True
        title = body.get("title")
        written = isinstance(body.get("detail"), str) or "status" in body
        return (
            written and not body.get("type") and isinstance(title, str) and _is_phrase(title, answer.status)
        )

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By status and `detail`. Keys come in any case (`title`, `Title`)."""
        body = shapes.lower_keys(answer.body)
        detail = shapes.error_text(body.get("detail")) or shapes.error_text(body.get("message"))
        if answer.status == 401:
            if organisation_id is not None and "authorizationunsuccessful" in detail.lower():
                return OrganisationTrouble(Reason.PERMISSION_MISSING, _SAYS[Reason.PERMISSION_MISSING])
            return "renew"
        if answer.status == 403 and organisation_id is not None:
            reason = Reason.ACCESS_REMOVED
            if _CLOSED.search(detail):
                reason = Reason.ORGANISATION_CLOSED
            elif _UNPAID.search(detail):
                reason = Reason.UNPAID
            return OrganisationTrouble(reason, _SAYS[reason])
        kind = _BadRequest if answer.status == 400 else PassingTrouble
        detail_part = f": {detail}" if detail else ""
        return kind(Fault.NONSENSE, f"Xero refused a request ({answer.status}){detail_part}")

    async def person(self, new: NewSignIn) -> Person:
        """From the id_token; `xero_userid` is the stable id (xero-node SDK) [C]."""
        claims = await new.claims()
        # At Xero the user name is an e-mail address [U].
        email = shapes.words(claims.get("email")) or shapes.words(claims.get("preferred_username"))
        name = " ".join(
            filter(None, (shapes.words(claims.get(key)) for key in ("given_name", "family_name")))
        )
        person_id = shapes.words(claims.get("xero_userid")) or shapes.words(claims.get("sub"))
        if not person_id:
            raise shapes.nonsense("who signed in")
        return Person(person_id, name or email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """A sign-in covers everything the person connected with the app."""
        return None

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """GET /connections; it has no pages [C]. Only tenants of type ORGANISATION: PRACTICE exists as well [C]."""
        found: dict[str, Organisation] = {}
        for row in shapes.rows(await calls.get("/connections"), "connections", "tenantid"):
            kind = shapes.words(row.get("tenanttype")).upper()
            if kind != "ORGANISATION":
                why = f"tenants of type {kind or 'unknown'} hold no organisation's books"
                leave_out("connections", why, unreadable=not kind)
                continue
            tenant = self.canonical_id(row["tenantid"])
            found[tenant] = Organisation(
                id=tenant,
                name=shapes.words(row.get("tenantname")) or tenant,
                # Without an id, the only thing we can't do is disconnect it there.
                connection_id=shapes.id_under(row, "id") or None,
                connected_at=_moment(row.get("updateddateutc")),
            )
        return tuple(found.values())

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """GET /Organisation: a single call, which also proves that the integration works."""
        answer = await self._get(calls, "Organisation", organisation_id)
        found = shapes.objects(shapes.under(answer, "organisations"))
        if len(found) != 1:
            raise shapes.nonsense("organisation")
        # The other values of OrganisationStatus are [U]; a missing one says nothing.
        if shapes.words(found[0].get("organisationstatus")).upper() not in {"ACTIVE", ""}:
            raise OrganisationTrouble(Reason.ORGANISATION_CLOSED, _SAYS[Reason.ORGANISATION_CLOSED])
        details = _details(found[0])
        if "name" not in details:
            raise shapes.nonsense("organisation")
        return details

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """GET /Accounts, /TaxRates, /TrackingCategories in one answer [C]; /Contacts in pages [C]."""
        match name:
            case "accounts":
                answer = await self._get(calls, "Accounts", organisation_id)
                return shapes.records(answer, "Accounts", "AccountID", code="Code")
            case "tax_rates":
                answer = await self._get(calls, "TaxRates", organisation_id)
                return shapes.records(answer, "TaxRates", "TaxType")
            case "tracking":
                answer = await self._get(
                    calls, "TrackingCategories", organisation_id, {"includeArchived": "true"}
                )
                return shapes.records(answer, "TrackingCategories", "TrackingCategoryID")
            case "suppliers":
                return await self._suppliers(calls, organisation_id)
            case _:
                raise ValueError(name)

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """DELETE /connections/{id}: with the id of the user's own connection, never with tenantId [S]. A 404 means
        it is done already [C].

        Never the revocation endpoint: it ends all of the user's connections to the app [C].
        """
        wanted = self.canonical_id(organisation_id)
        with noting() as notes:
            listed = {organisation.id: organisation for organisation in await self.organisations(calls)}
        connection = listed[wanted].connection_id if wanted in listed else None
        if connection is None and (wanted in listed or notes.unreadable):
            raise shapes.nonsense("connections")
        if connection is None:
            return False
        ended = await calls.delete(f"/connections/{quote(connection, safe='')}")
        self._lately.forget(calls)
        return ended

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The deep link with the ShortCode, which keeps its `!` [C]. The start of the link is [U] but widely used."""
        code = details.get("short_code")
        if not code:
            return None
        start = "https://go.xero.com/organisationlogin/default.aspx"
        return f"{start}?shortcode={quote(code, safe='!')}&redirecturl=/Dashboard/"

    async def _suppliers(self, calls: Calls, organisation_id: str) -> Sequence[Record]:
        asked = {
            "where": "IsSupplier==true",
            "pageSize": str(_PAGE_SIZE),
            "order": "Name ASC",
            "summaryOnly": "true",
        }
        found: dict[str, Record] = {}
        page = 1
        while page <= _MOST_PAGES:
            try:
                answer = await self._get(calls, "Contacts", organisation_id, {**asked, "page": str(page)})
            except _BadRequest:
                # Whether `where=IsSupplier` combines with `summaryOnly` is [U].
                if asked.pop("summaryOnly", None) is None:
                    raise
                continue
            contacts = shapes.records(answer, "Contacts", "ContactID", code="AccountNumber")
            before, on_page = len(found), shapes.length(answer, "Contacts")
            found.update((contact["id"], contact) for contact in contacts)
            pages = shapes.whole_number(shapes.under(shapes.under(answer, "pagination"), "pageCount"))
            # The allowed page size is [U], so compare a page's length with the size the answer itself states.
            short = page >= pages if pages is not None else on_page < _PAGE_SIZE
            # A page without a usable row is not necessarily the last.
            if short or not on_page or (contacts and len(found) == before):
                return tuple(found.values())
            page += 1
        raise shapes.nonsense("the list of suppliers never ends")

    async def _get(
        self,
        calls: Calls,
        what: str,
        organisation_id: str,
        parameters: Mapping[str, str] | None = None,
    ) -> Any:
        """GET an organisation's data. For a plain 403, whether the organisation is still listed says what it means
        [C].
        """
        try:
            return await calls.get(f"{_API}/{what}", organisation_id=organisation_id, parameters=parameters)
        except OrganisationTrouble as trouble:
            if trouble.reason is not Reason.ACCESS_REMOVED or await self._is_listed(calls, organisation_id):
                raise
            raise OrganisationTrouble(Reason.DISCONNECTED_THERE, _SAYS[Reason.DISCONNECTED_THERE]) from None

    async def _is_listed(self, calls: Calls, organisation_id: str) -> bool:
        listed = await self._lately.of(calls, self.organisations)
        return self.canonical_id(organisation_id) in (organisation.id for organisation in listed)


def _details(row: Mapping[str, Any]) -> Details:
    """An organisation's details under our names; those that Xero does not give are absent."""
    found = {ours: shapes.words(row.get(theirs)) for ours, theirs in _DETAILS.items()}
    last_day, month = (shapes.whole_number(row.get(f"financialyearend{part}")) for part in ("day", "month"))
    if last_day is not None and month is not None:
        found["year_end"] = shapes.day_of_year(last_day, month)
    found["lock_date"] = _day(row.get("periodlockdate"))
    found["name"] = found["name"] or found["legal_name"]
    if isinstance(demo := row.get("isdemocompany"), bool):
        found["demo"] = "yes" if demo else "no"
    found |= shapes.contact(phone=_phone(row.get("phones")))
    return {name: value for name, value in found.items() if value}


def _phone(phones: Any) -> str:
    """The number that Xero shows first: the office's, else a mobile one [C: types and parts]."""
    by_type = {shapes.words(phone.get("phonetype")).upper(): phone for phone in shapes.objects(phones)}
    for kind in ("DEFAULT", "OFFICE", "DDI", "MOBILE"):
        phone = by_type.get(kind, {})
        number, area = shapes.words(phone.get("phonenumber")), shapes.words(phone.get("phoneareacode"))
        if number:
            country = shapes.words(phone.get("phonecountrycode")).lstrip("+")
            return " ".join(filter(None, (country and f"+{country}", area, number)))
    return ""


def _moment(value: Any) -> datetime | None:
    """A time as /connections writes it: no zone, 7 decimals, UTC [C]. None if it is not one."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else None
    except ValueError:
        return None


def _day(value: Any) -> str:
    """The day of `/Date(ms+0000)/` [C] as YYYY-MM-DD; empty if it is not one."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return ""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1]))).date().isoformat()
    except OverflowError:
        return ""


SOFTWARE = Xero()


def _is_phrase(title: str, status: int) -> bool:
    """Whether a title is the standard phrase of a status, such as "Forbidden" for 403."""
    try:
        return title.strip().casefold() == HTTPStatus(status).phrase.casefold()
    except ValueError:
        return False
