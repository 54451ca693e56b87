"""Everything specific to Sage Accounting (Sage Business Cloud Accounting, API v3.1).

Sources ([C]: Sage's own documents, samples and OpenAPI; [U]: unconfirmed, so handled leniently): developer.sage.com/accounting,
"Authentication", "OAuth troubleshooting", "Best practices" and "Frequently raised errors"; the OpenAPI as kept in public SDKs (fields).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.status import Fault, Reason
from ..practice.trouble import ListRefused, OrganisationTrouble, PassingTrouble, SignInRefused, Trouble
from .seam import shapes
from .seam.lately import Lately
from .seam.left_out import noting
from .seam.paging import Page, whole
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Rate, Record, Reply

_API = "/v3.1"
_PAGE_SIZE = 200  # the largest [C]
_VENDOR = "VENDOR"  # the id of that type of contact [U]
_COUNTRIES = "the United Kingdom, Ireland or Canada"  # whose sign-ins can be completed today [U]

# Words of Sage's.
_UNPAID = re.compile(r"\bMSE\b|no active subscription", re.IGNORECASE)  # of a 401 [C]
_PRACTICES_OWN = re.compile(r"partner edition|accountant edition", re.IGNORECASE)  # of a subscription [U]
_WITHOUT_ANALYSIS = re.compile(
    r"\bstart\b", re.IGNORECASE
)  # of a subscription: Standard and Plus have it [C]

#: The field with a business's registration number in its settings, by country [C: OpenAPI]. Other countries have none.
_REGISTRATION = {"FR": "siret"}


class _List(NamedTuple):
    """A list: its address, the fields we request and keep [C: OpenAPI], and the code field. Never `bank_account_details`."""

    path: str
    fields: tuple[str, ...]
    code: str | None = None
    parameters: Mapping[str, str] = {}


_LISTS: Mapping[str, _List] = {
    "accounts": _List(
        "/ledger_accounts",
        ("name", "nominal_code", "ledger_account_type", "ledger_account_classification", "ledger_account_group",
         "tax_rate", "included_in_chart", "is_control_account"),
        "nominal_code",
    ),
    "tax_rates": _List(
        "/tax_rates", ("name", "percentage", "percentages", "is_visible", "component_tax_rates", "agency")
    ),
    "tracking": _List(
        "/analysis_types", ("name", "analysis_type_level", "active_areas", "analysis_type_categories")
    ),
    "suppliers": _List(
        "/contacts", ("name", "reference", "tax_number", "currency", "is_active"), "reference",
        {"contact_type_id": _VENDOR},
    ),
}  # fmt: skip

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "Sage no longer shows this business to the person who signed in: access was removed, or the business is closed. Ask the client, or "
        "reassign the integration."
    ),
    Reason.PERMISSION_MISSING: (
        "The person who signed in has too low a role for this in Sage. Ask the client for access to Settings, ledger accounts and contacts, or "
        "reassign the integration."
    ),
    Reason.UNPAID: "The business has no active Sage subscription: the trial is over, or it is not paid. Ask the client.",
}


class _NotFound(OrganisationTrouble):
    """A 404, before we know whether the business is still listed."""


class _Missing(PassingTrouble):
    """A 404 although the business is listed."""


class _Business(NamedTuple):
    """A business from the list. `plans`: its active subscriptions, by name. `paid`: whether it has one, or none is mentioned."""

    id: str
    name: str
    country: str
    plans: tuple[str, ...]
    paid: bool
    phone: str


class _Listed(NamedTuple):
    """The businesses by id. `complete`: whether every row could be read."""

    businesses: Mapping[str, _Business]
    complete: bool


class Sage:
    """Sage Accounting's adapter; see `Software`."""

    name = "sage"
    title = "Sage Accounting"
    organisations_per_sign_in: Literal["many", "one"] = "many"
    organisation_words = ("business", "businesses")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.ACCESS_REMOVED
    addresses = Addresses(
        authorize_url="https://www.sageone.com/oauth2/auth/central",
        token_url="https://oauth.accounting.sage.com/token",  # noqa: S106
        api_url="https://api.accounting.sage.com",
        revoke_url="https://oauth.accounting.sage.com/revoke",
    )
    grant = Grant(
        scopes={"readonly": "to read the businesses' details and lists; nothing is ever written"},
        pkce=True,
        secret="required",  # noqa: S106  with PKCE too: there are no public clients [C]
        secret_in="body",  # noqa: S106
        redirect_host="localhost",  # 127.0.0.1 is [U]
        # No `country`: one that is not the business's own ends the sign-in.
        parameters={"filter": "apiv3.1"},
        token_headers={"Accept": "application/json"},
        unused_life=timedelta(days=31),
        life_fields=("refresh_token_expires_in",),
        lost_answer_grace=timedelta(0),  # a replaced token is dead at once [U]
        revoking_ends="sign_in",
    )
    limits = Limits(
        # Per app [C]. Per business, other developers report 100 a minute [U].
        rates=(Rate(90, 60, "organisation"), Rate(1_296_000, 86_400, "app")),
        organisation_at_once=5,
        unsaid_pause_s=60,  # Retry-After is not documented
    )
    lists: Mapping[str, str] = {
        "accounts": "Ledger accounts",
        "tax_rates": "Tax rates",
        "tracking": "Analysis types",
        "suppliers": "Vendors",
    }
    before_sign_in = f"On Sage's page, choose the country of your clients' businesses ({_COUNTRIES}). Sage refuses any other."
    how_to_register = (
        "1. Open https://developer.sage.com/accounting/ in a browser, follow it to the registration of a client app, and create one.\n"
        "2. As callback URL enter exactly: {redirect}\n"
        "   Sage compares it letter by letter, including capitals. http is allowed for localhost.\n"
        "3. Copy the client id and the client secret. There are no permissions to choose here: Client Sync asks for read-only access."
    )

    def __init__(self) -> None:
        self._lately: Lately[_Listed] = Lately()

    def canonical_id(self, organisation_id: str) -> str:
        """A business's id, compared unchanged."""
        return organisation_id.strip()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Without X-Business, Sage silently answers for the lead business [C]."""
        accept = {"Accept": "application/json"}
        return accept if organisation_id is None else {**accept, "X-Business": organisation_id}

    def own_error(self, answer: Answer) -> bool:
        """An array of errors with `$dataCode` and `$message` [C]."""
        return _error(answer) is not None

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By status. The body of a 401 is read before the token is renewed. For everything else the list decides (`_read`)."""
        message = _error(answer) or ""
        status = answer.status
        if status == 401 and organisation_id is not None and _UNPAID.search(message):
            return _broken(Reason.UNPAID)
        if status == 401 and not answer.renewed:
            return "renew"
        if organisation_id is None and status in {401, 403}:
            return SignInRefused("Sage rejected the sign-in. Sign in again.")
        if organisation_id is not None and status in {401, 403}:
            return _broken(Reason.PERMISSION_MISSING)
        if organisation_id is not None and status == 404:
            return _NotFound(Reason.ACCESS_REMOVED, f"Sage refused a request (404): {message}")
        return PassingTrouble(Fault.NONSENSE, f"Sage refused a request ({status}): {message}")

    def refusal(self, redirect: Mapping[str, str]) -> str | None:
        """The chosen country is not the business's: Sage says so in prose, perhaps without `state` [U]."""
        error = "".join(redirect.get("error", "").split()).casefold()
        if error != "invalidrequest":
            return None
        return (
            "Sage refused the sign-in: the country you chose is not the business's own. Try again, and choose the country of your "
            "clients' businesses. If Sage's page does not ask for it, open https://sageone.com/?clear first. Nothing was saved."
        )

    async def person(self, new: NewSignIn) -> Person:
        """GET /user."""
        user = shapes.lower_keys(await new.calls.get(f"{_API}/user"))
        person_id, email = shapes.an_id(user, "id"), shapes.words(user.get("email"))
        name = " ".join(filter(None, (shapes.words(user.get(key)) for key in ("first_name", "last_name"))))
        return Person(person_id, name or email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """A sign-in covers all businesses of the person, including later ones."""

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """GET /businesses, without demonstrations and the practice's own business, which are not clients."""
        found = await _businesses(calls)
        return [Organisation(b.id, b.name, problem=None if b.paid else Reason.UNPAID) for b in found]

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """GET /financial_settings, which proves that the integration works. Name and country come from the list."""
        business = await self._business(calls, organisation_id)
        settings = shapes.lower_keys(
            (await self._read(calls, organisation_id, "/financial_settings", {})).body
        )
        if "year_end_date" not in settings and "base_currency" not in settings:
            raise shapes.nonsense("financial_settings")
        country = business.country or await self._country(calls, business)
        found = {
            "name": business.name,
            "country": country,
            "currency": _id_of(settings.get("base_currency")),
            "tax_number": shapes.words(settings.get("tax_number")),
            "registration_number": await self._registration(calls, business, country),
            "year_end": _year_end(settings.get("year_end_date")),
            "edition": business.plans[0] if business.plans else "",
            **shapes.contact(phone=business.phone),
        }
        return {name: value for name, value in found.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """A list in pages of 200. A plan's name says whether it has analysis types, so refusing them means nothing else [C]."""
        wanted = _LISTS[name]
        try:
            lines = await whole(
                lambda number: self._page(calls, organisation_id, wanted, number), wanted.path
            )
        except (OrganisationTrouble, _Missing):
            if name != "tracking":
                raise
            business = await self._business(calls, organisation_id)
            if any(map(_WITHOUT_ANALYSIS.search, business.plans)):
                return ()
            raise ListRefused(
                "Sage has analysis types only on the Standard and Plus plans, and only for people with full access to Settings."
            ) from None
        return [line for line in lines if shapes.under(line, "is_active") is not False]

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """False: no call ends a single business, and revoking ends the sign-in with all of them [C]."""
        return False

    def link(self, organisation_id: str, details: Details) -> str | None:
        """No address is known."""
        return None

    async def _business(self, calls: Calls, organisation_id: str) -> _Business:
        """The business as listed. Raises OrganisationTrouble if it isn't listed or isn't paid for."""
        listed = await self._lately.of(calls, _listed)
        business = listed.businesses.get(organisation_id)
        if business is None:
            raise _broken(Reason.ACCESS_REMOVED) if listed.complete else shapes.nonsense("businesses")
        if not business.paid:
            raise _broken(Reason.UNPAID)
        return business

    async def _read(self, calls: Calls, organisation_id: str, path: str, asked: Mapping[str, str]) -> Reply:
        """GET a business's data. Whether the business is still listed says what a refusal means."""
        try:
            reply = await calls.read(f"{_API}{path}", organisation_id=organisation_id, parameters=asked)
        except OrganisationTrouble as trouble:
            if trouble.reason is not Reason.UNPAID:
                await self._business(calls, organisation_id)
            if isinstance(trouble, _NotFound):
                raise _Missing(Fault.NONSENSE, str(trouble)) from None
            raise
        echoed = reply.headers.get("x-business", organisation_id)
        if echoed.strip().casefold() != organisation_id.casefold():
            raise shapes.nonsense("another business's answer")
        return reply

    async def _country(self, calls: Calls, business: _Business) -> str:
        """If the list's lines are short [U], ask the business itself."""
        details = await self._further(calls, business, f"/businesses/{quote(business.id, safe='')}")
        return _id_of(shapes.under(details, "country"))

    async def _registration(self, calls: Calls, business: _Business, country: str) -> str:
        if (field := _REGISTRATION.get(country)) is None:
            return ""
        return shapes.text_of(shapes.under(await self._further(calls, business, "/business_settings"), field))

    async def _further(self, calls: Calls, business: _Business, path: str) -> Any:
        """Details on which nothing depends; None if they may not be read."""
        try:
            return (await self._read(calls, business.id, path, {})).body
        except (OrganisationTrouble, _Missing):
            return None

    async def _page(self, calls: Calls, organisation_id: str, wanted: _List, number: int) -> Page:
        asked = {**_asked(number), "attributes": ",".join(wanted.fields), **wanted.parameters}
        body = (await self._read(calls, organisation_id, wanted.path, asked)).body
        lines = shapes.records(body, "$items", "id", name="name", code=wanted.code)
        named = [{**line, "name": line["name"] or shapes.words(line.get("displayed_as"))} for line in lines]
        return _page_of(body, shapes.only(named, wanted.fields), number)


def _asked(number: int) -> dict[str, str]:
    return {"page": str(number), "items_per_page": str(_PAGE_SIZE)}


def _page_of(body: Any, records: Sequence[Record], number: int) -> Page:
    """A page without `$next` is the last. That address is never followed, because it could lead elsewhere."""
    rows, total = shapes.length(body, "$items"), shapes.whole_number(shapes.under(body, "$total"))
    size = shapes.whole_number(shapes.under(body, "$items_per_page")) or _PAGE_SIZE
    if "$next" in shapes.lower_keys(body):
        last = not shapes.words(shapes.under(body, "$next"))
    else:
        last = number * size >= total if total is not None else rows < size
    return Page(records, rows, last)


async def _listed(calls: Calls) -> _Listed:
    # Rows left out of this list don't belong to the list being pulled.
    with noting() as notes:
        found = await _businesses(calls)
    return _Listed({business.id: business for business in found}, not notes.unreadable)


async def _businesses(calls: Calls) -> Sequence[_Business]:
    """Every business of the person, except demonstrations and the practice's own. Sage's sample has them on one page; we follow pages anyway."""
    found: list[_Business] = []

    async def page(number: int) -> Page:
        asked = {**_asked(number), "attributes": "name,country,is_demo,subscriptions"}
        body = await calls.get(f"{_API}/businesses", parameters=asked)
        rows = shapes.rows(shapes.under(body, "$items"), "businesses", "id")
        found.extend(_business(row) for row in rows if row.get("is_demo") is not True and not _is_own(row))
        return _page_of(body, rows, number)

    await whole(page, "businesses")
    return tuple({business.id: business for business in found}.values())


def _business(row: Mapping[str, Any]) -> _Business:
    plans = shapes.objects(row.get("subscriptions"))
    active = tuple(shapes.words(plan.get("displayed_as")) for plan in plans if _is_active(plan))
    name = shapes.words(row.get("name")) or shapes.words(row.get("displayed_as")) or row["id"]
    phone = shapes.words(row.get("telephone")) or shapes.words(row.get("mobile"))  # [C]
    return _Business(row["id"], name, _id_of(row.get("country")), active, bool(active) or not plans, phone)


def _is_active(plan: Mapping[str, Any]) -> bool:
    """Whether a subscription is active; one that doesn't say so counts as active."""
    return plan.get("active") is not False


def _is_own(row: Mapping[str, Any]) -> bool:
    """Whether a business is the practice's own, which Sage's Partner Edition lists first [U]."""
    plans = shapes.objects(row.get("subscriptions"))
    return any(_PRACTICES_OWN.search(shapes.words(plan.get("displayed_as"))) for plan in plans)


def _id_of(value: Any) -> str:
    """The id of an object nested in another: `{"id": "GBP"}`."""
    return (shapes.words(shapes.under(value, "id")) or shapes.words(value)).upper()


def _year_end(value: Any) -> str:
    try:
        day = date.fromisoformat(shapes.words(value)[:10])
    except ValueError:
        return ""
    return shapes.day_of_year(day.day, day.month)


def _error(answer: Answer) -> str | None:
    """The first error [C]: `[{"$severity", "$dataCode", "$message", "$source"}]`; None for any other form."""
    found = shapes.objects(answer.body) or shapes.objects([answer.body])
    first = next(iter(found), dict[str, Any]())
    code, message = (shapes.error_text(first.get(key)) for key in ("$datacode", "$message"))
    return message or code if code or (message and "$severity" in first) else None


def _broken(reason: Reason) -> OrganisationTrouble:
    return OrganisationTrouble(reason, _SAYS[reason])


SOFTWARE = Sage()
