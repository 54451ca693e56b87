"""Everything specific to Zoho Books.

Sources ([C]: Zoho's own pages and its OpenAPI files for Books; [U]: unconfirmed, so handled leniently):
zoho.com/accounts/protocol/oauth (web-apps, devices, multi-dc), zoho.com/books/api/v3, bigin.com/developer/docs/apis/multi-dc.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlsplit

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.possessive import possessive
from ..practice.status import Fault, Reason
from ..practice.trouble import OrganisationTrouble, PassingTrouble, SignInFailed, SignInRefused, Trouble
from .seam import shapes
from .seam.abilities import oauth_error
from .seam.device import DeviceFlow
from .seam.faults import internal_error, limited
from .seam.lately import Lately
from .seam.limits import until_next_day_s
from .seam.paging import Page, refused_alone, whole
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Rate, Record

_API = "/books/v3"
_PAGE_SIZE = 200  # the largest [C]
_AUTH_SCHEME = "Zoho-oauthtoken"  # that "Bearer" is taken too is [U] for Books

# Domains of the accounts server and the API, by the redirect's word for a data centre (`location`) [C; uk and
# ae U].
_DATA_CENTRES = {
    "us": ("zoho.com", "zohoapis.com"), "eu": ("zoho.eu", "zohoapis.eu"), "in": ("zoho.in", "zohoapis.in"),
    "au": ("zoho.com.au", "zohoapis.com.au"), "jp": ("zoho.jp", "zohoapis.jp"), "sa": ("zoho.sa", "zohoapis.sa"),
    "ca": ("zohocloud.ca", "zohoapis.ca"), "cn": ("zoho.com.cn", "zohoapis.com.cn"), "uk": ("zoho.uk", "zohoapis.uk"),
    "ae": ("zoho.ae", "zohoapis.ae"),
}  # fmt: skip
_BY_ACCOUNTS = {f"https://accounts.{domain}": site for site, (domain, _) in _DATA_CENTRES.items()}
_BY_API = {f"https://www.{domain}": site for site, (_, domain) in _DATA_CENTRES.items()}
_LINK = "https://books.{domain}/app/{organisation}"  # [U]

#: The fields of the userinfo answer: id, given name, family name, whole name, e-mail address [U].
_PERSON_FIELDS = ("zuid", "first_name", "last_name", "display_name", "email")

_FISCAL_BASE = 0  # of `fiscal_year_start_month`: the number of January [U]; names of months are taken as well
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

#: What the token endpoint says of a refused code or refresh token, with whatever status [U].
_REFUSED = frozenset({"invalid_code", "invalid_grant", "invalid_token", "invalid_oauthtoken"})
_WORDS = {
    "invalid_client_secret": "invalid_client", "expired": "expired_token", "general_error": "server_error",
}  # fmt: skip
_TOO_MANY = "too many requests"
_TOKENS_PAUSE_S = 600

#: Codes of an API error. 57 and 14 are [C]; 6041 and those of limits (calls of a minute, of a day, at once) are [U].
_BAD_TOKEN, _NOT_ALLOWED, _NO_MEMBER, _INTERNAL = 14, 57, 6041, 1000
_MINUTE, _DAY, _AT_ONCE = 44, 45, 1070


class _List(NamedTuple):
    path: str
    key: str
    parameters: Mapping[str, str]
    id: str
    name: str
    code: str | None
    fields: frozenset[str]


# Each list: its address, the key it comes under, the fields for id, name and code, and what else we keep, which excludes amounts.
_LISTS = {
    "accounts": _List(
        "/chartofaccounts", "chartofaccounts", {"filter_by": "AccountType.All"}, "account_id", "account_name", "account_code",
        frozenset({"account_type", "is_active", "is_system_account", "parent_account_id", "description"}),
    ),
    "tax_rates": _List(
        "/settings/taxes", "taxes", {}, "tax_id", "tax_name", None,
        frozenset({"tax_percentage", "tax_type", "tax_authority_name"}),
    ),
    # In none of the OpenAPI files [U].
    "tracking": _List("/reportingtags", "reporting_tags", {}, "tag_id", "tag_name", None, frozenset({"is_active"})),
    "suppliers": _List(
        "/contacts", "contacts", {"contact_type": "vendor"}, "contact_id", "contact_name", None,
        frozenset({"company_name", "status", "currency_code"}),
    ),
}  # fmt: skip

#: What integrators call a list instead [U].
_ALSO = {"reporting_tags": "tags"}

# Our names for details, and Zoho's fields of an organization [C].
_DETAILS = {
    "name": "name", "currency": "currency_code", "tax_number": "tax_id_value", "registration_number": "company_id_value",
    "timezone": "time_zone", "edition": "plan_name",
}  # fmt: skip

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "Zoho Books no longer shows this organization to the person who signed in: they were removed from it. Ask the client for access, or "
        "reassign the integration to someone who has it."
    ),
    Reason.ORGANISATION_CLOSED: "The organization is inactive in Zoho Books. Ask the client.",
    Reason.PERMISSION_MISSING: (
        "The person who signed in may not read this in Zoho Books. Ask for a higher role there, or sign in again and allow everything."
    ),
}


class _NotThere(PassingTrouble):
    """Zoho Books has nothing at the address of the request (404)."""


_DEVICE = DeviceFlow(
    {"grant_type": "device_request", "access_type": "offline", "prompt": "consent"},
    poll="token", grant_type="device_token", code_field="code", address_field="verification_url",
    interval_s=30, lives_s=300, in_ms=True,
)  # fmt: skip


class ZohoBooks:
    """Zoho Books' adapter; see `Software`."""

    name = "zoho_books"
    title = "Zoho Books"
    organisations_per_sign_in: Literal["many", "one"] = "many"
    organisation_words = ("organization", "organizations")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.ACCESS_REMOVED
    grant = Grant(
        scopes={
            "ZohoBooks.settings.READ": "the organizations, their details and tax rates",
            "ZohoBooks.accountants.READ": "the chart of accounts",
            "ZohoBooks.contacts.READ": "the vendors",
            "AaaServer.profile.READ": "who signs in",
        },
        scope_separator=",",
        scheme=_AUTH_SCHEME,
        # A desktop client must send a challenge; a server-based one can't [C]. Whether the first has
        # a secret is [U].
        pkce="public",
        secret="optional",  # noqa: S106  (a word, not a secret)
        secret_in="body",  # noqa: S106
        # Without both of these, there is no refresh token, or only at the first consent [C].
        parameters={"access_type": "offline", "prompt": "consent"},
        revoke_body="query",
        revoking_ends="sign_in",
        sign_ins_per_person=20,
        shares_access=True,
        device=_DEVICE,
    )
    limits = Limits(
        # A day's calls depend on the plan, and the client's other apps use them too. This is the minimum [U].
        rates=(Rate(100, 60, "organisation"), Rate(1_000, 86_400, "organisation")),
        organisation_at_once=5,
        renewals=Rate(10, _TOKENS_PAUSE_S, "person"),
        unsaid_pause_s=60,
    )
    lists: Mapping[str, str] = {
        "accounts": "Chart of accounts", "tax_rates": "Taxes", "tracking": "Reporting tags", "suppliers": "Vendors",
    }  # fmt: skip
    before_sign_in = ""
    how_to_register = (
        "1. Open https://api-console.zoho.com in a browser and sign in.\n"
        "2. Choose Add Client. For signing in with a short code, which is simplest over SSH, choose Non-browser Application "
        "and go on with step 4. For signing in with a browser, choose Server-based Application.\n"
        "3. As Authorized Redirect URI enter exactly: {redirect}\n"
        "4. Create the client, and copy its client id and client secret.\n"
        "5. In the client's settings, switch on Multi-DC for each data centre that your clients' books are in, and use the same "
        "credentials for all of them.\n"
        "If your Zoho account is in another data centre than the US, open the console there (api-console.zoho.eu, for example)."
    )

    def __init__(self) -> None:
        self._lately: Lately[Mapping[str, Organisation]] = Lately()

    @property
    def addresses(self) -> Addresses:
        """Those of the data centre where the app is registered, unless the configuration says otherwise."""
        return self.addresses_at("us")

    def addresses_at(self, site: str) -> Addresses:
        """All addresses of one data centre; none for a word that is not in the table."""
        domain, api = _DATA_CENTRES.get(site, _DATA_CENTRES["us"])
        accounts = f"https://accounts.{domain}/oauth"
        return Addresses(
            f"{accounts}/v2/auth", f"{accounts}/v2/token", f"https://www.{api}", f"{accounts}/v2/token/revoke",
            userinfo_url=f"{accounts}/user/info", device_url=f"{accounts}/v3/device/code",
        )  # fmt: skip

    def site_of_redirect(self, redirect: Mapping[str, str], authorize_url: str) -> str:
        """From `accounts-server`, else `location` [C]. A server that isn't Zoho's gets no code and no secret."""
        server, location = _origin(redirect.get("accounts-server", "")), redirect.get("location", "").lower()
        came_from = _origin(authorize_url)
        if server in _BY_ACCOUNTS:
            return _BY_ACCOUNTS[server]
        named, stray = redirect.get("accounts-server"), location and location not in _DATA_CENTRES
        if (named and server != came_from) or (stray and not named):
            raise SignInFailed(
                "The answer names a server or data centre that is not one of Zoho's. Nothing was sent there, and nothing was saved. "
                "Sign in again."
            )
        return location if location in _DATA_CENTRES else _BY_ACCOUNTS.get(came_from, "")

    def site_of_answer(self, answer: Mapping[str, Any], site: str) -> str:
        """From `api_domain` [C], if nothing else said it. A domain that is not in the table is never called."""
        return site or _BY_API.get(_origin(shapes.words(answer.get("api_domain"))), "")

    def place_to_go_on(self, answer: Answer) -> str | None:
        """`other_dc` with the person's data centre [C]."""
        body = shapes.lower_keys(answer.body)
        location = shapes.words(body.get("user_location")).lower()
        return location if body.get("error") == "other_dc" and location in _DATA_CENTRES else None

    def canonical_id(self, organisation_id: str) -> str:
        """Digits, compared unchanged."""
        return organisation_id.strip()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """The organization is named in the address."""
        return {"Accept": "application/json"}

    def own_error(self, answer: Answer) -> bool:
        """A `code` other than 0 with a `message`, on a 200 too [C]."""
        code = _code(answer)
        return code is not None and code != 0 and isinstance(shapes.under(answer.body, "message"), str)

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By the code; the status alone says little."""
        code, error_words = _code(answer), shapes.error_text(shapes.under(answer.body, "message"))
        if code in (_MINUTE, _DAY, _AT_ONCE):
            return "limit"
        if code == _NOT_ALLOWED:
            return OrganisationTrouble(Reason.PERMISSION_MISSING, _SAYS[Reason.PERMISSION_MISSING])
        if code == _NO_MEMBER and organisation_id is not None:
            return OrganisationTrouble(Reason.ACCESS_REMOVED, _SAYS[Reason.ACCESS_REMOVED])
        if code == _BAD_TOKEN or answer.status == 401:
            if not answer.renewed:
                return "renew"
            if code == _BAD_TOKEN:
                return SignInRefused("Zoho Books rejected the sign-in. Sign in again.")
        if code == _INTERNAL:
            return internal_error(self.title, code)
        kind = _NotThere if answer.status == 404 else PassingTrouble
        return kind(
            Fault.NONSENSE, f"Zoho Books refused a request ({answer.status}, code {code}): {error_words}"
        )

    def limit_pause_s(self, answer: Answer) -> float | None:
        """When a day's calls are used up, the wait lasts until the next day [U: by which clock]."""
        return until_next_day_s() if _code(answer) == _DAY else None

    def token_error(self, answer: Answer) -> str | PassingTrouble | None:
        """Zoho's words, which may come with a 200 [U]. "Access Denied" there means only too many requests [C]."""
        body = shapes.lower_keys(answer.body)
        if _TOO_MANY in shapes.words(body.get("error_description")).lower():
            return limited(f"{possessive(self.title)} sign-in server", _TOKENS_PAUSE_S, datetime.now(UTC))
        word = oauth_error(answer)
        return "invalid_grant" if word in _REFUSED else _WORDS.get(word or "", word)

    async def person(self, new: NewSignIn) -> Person:
        """GET userinfo from the person's own data centre."""
        answer = shapes.lower_keys(await new.userinfo())
        person_id, given, family, whole, email = (shapes.text_of(answer.get(name)) for name in _PERSON_FIELDS)
        if not person_id:
            raise shapes.nonsense("who signed in")
        name = " ".join(filter(None, (given, family))) or whole
        return Person(person_id, name or email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """None, because a sign-in covers all organizations of the person."""
        return None

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """GET /organizations in one answer [C]. Inactive ones are not offered."""
        return tuple((await _listed(calls)).values())

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """GET /organizations/{id}: a single call, which also proves that the integration works."""
        path = f"/organizations/{quote(organisation_id, safe='')}"
        answer = await self._get(calls, organisation_id, path, {})
        row = shapes.lower_keys(shapes.under(answer, "organization"))
        if not row:
            raise shapes.nonsense("organization")
        if not _is_active(row):
            raise OrganisationTrouble(Reason.ORGANISATION_CLOSED, _SAYS[Reason.ORGANISATION_CLOSED])
        found = {ours: shapes.words(row.get(theirs)) for ours, theirs in _DETAILS.items()}
        found["name"] = found["name"] or organisation_id
        country = shapes.words(shapes.under(row.get("address"), "country"))
        found["country"] = country or shapes.words(row.get("country"))
        found["year_end"] = _year_end(row.get("fiscal_year_start_month"))
        found["site"] = calls.site
        found |= shapes.contact(name=row.get("contact_name"), email=row.get("email"), phone=row.get("phone"))
        return {name: value for name, value in found.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """A list in pages. The chart of accounts doesn't say whether there is another page [C]."""
        wanted = _LISTS[name]

        async def page(number: int) -> Page:
            asked = {**wanted.parameters, "page": str(number), "per_page": str(_PAGE_SIZE)}
            answer = await self._get(calls, organisation_id, wanted.path, asked)
            key, also = wanted.key, _ALSO.get(wanted.key)
            if also and shapes.under(answer, key) is None and shapes.under(answer, also) is not None:
                key = also
            lines = shapes.records(answer, key, wanted.id, name=wanted.name, code=wanted.code)
            rows = shapes.length(answer, key)
            more = shapes.under(shapes.under(answer, "page_context"), "has_more_page")
            last = not more if isinstance(more, bool) else rows < _PAGE_SIZE
            return Page(shapes.only(lines, wanted.fields), rows, last)

        try:
            with refused_alone():
                return await whole(page, wanted.key)
        except _NotThere:
            return ()  # the plan has no such list

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """False: no call ends a single organization, and revoking ends the sign-in for all of them [C]."""
        return False

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The organization in Zoho Books, if its data centre is known."""
        if (centre := _DATA_CENTRES.get(details.get("site", ""))) is None:
            return None
        return _LINK.format(domain=centre[0], organisation=quote(organisation_id, safe=""))

    async def _get(self, calls: Calls, organisation_id: str, path: str, parameters: Mapping[str, str]) -> Any:
        """GET an organization's data. Whether the organization is still listed says what a refusal means."""
        asked = {**parameters, "organization_id": organisation_id}
        try:
            return await calls.get(f"{_API}{path}", organisation_id=organisation_id, parameters=asked)
        except OrganisationTrouble as trouble:
            organisation = (await self._lately.of(calls, _listed)).get(self.canonical_id(organisation_id))
            reason = Reason.ACCESS_REMOVED if organisation is None else organisation.problem or trouble.reason
            if reason is trouble.reason:
                raise
            raise OrganisationTrouble(reason, _SAYS[reason]) from None


async def _listed(calls: Calls) -> Mapping[str, Organisation]:
    answer = await calls.get(f"{_API}/organizations")
    found: dict[str, Organisation] = {}
    for row in shapes.rows(shapes.under(answer, "organizations"), "organizations", "organization_id"):
        organisation_id = str(row["organization_id"])
        name = shapes.words(row.get("name")) or organisation_id
        problem = None if _is_active(row) else Reason.ORGANISATION_CLOSED
        found[organisation_id] = Organisation(organisation_id, name, problem=problem)
    return found


def _origin(address: str) -> str:
    """Scheme and host of an address; empty if it isn't one."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""


def _code(answer: Answer) -> int | None:
    return shapes.whole_number(shapes.under(answer.body, "code"))


def _is_active(row: Mapping[str, Any]) -> bool:
    """Whether an organization is active; one that doesn't say so counts as active."""
    return str(row.get("is_org_active")).lower() != "false"


def _year_end(starts: Any) -> str:
    """The last day of the month before the one in which the financial year starts."""
    name, number = shapes.words(starts)[:3].lower(), shapes.whole_number(starts)
    if name in _MONTHS:
        return shapes.month_end(_MONTHS.index(name) or 12)
    month = None if number is None else number - _FISCAL_BASE
    return "" if month is None or not 0 <= month < 12 else shapes.month_end(month or 12)


SOFTWARE = ZohoBooks()
