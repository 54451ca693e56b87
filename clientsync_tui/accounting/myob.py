"""Everything specific to MYOB Business (AccountRight, MYOB Business and new Essentials in Australia and New
Zealand).

Sources ([C]: MYOB's own pages and its .NET SDK; [U]: unconfirmed, so handled leniently): developer.myob.com (authentication,
granular_data_scopes, error-messages), apisupport.myob.com, myob-oss/AccountRight_Live_API_.Net_SDK 80cc655, community.myob.com.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.possessive import possessive
from ..practice.status import Fault, Reason
from ..practice.trouble import ListRefused, Misconfigured, OrganisationTrouble, PassingTrouble, Trouble
from .seam import shapes
from .seam.abilities import oauth_error
from .seam.faults import passing
from .seam.limits import until_next_day_s
from .seam.paging import Page, refused_alone, whole
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Rate, Record

_API = "/accountright"
_PAGE_SIZE = 400  # the default [C]; the largest, 1,000, is [U]
_VERSION = "v2"

_GUID = r"[0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}"
_CONSENT_LIFE = timedelta(days=365)  # [U]
_UNUSED_LIFE = timedelta(days=7)  # [U]
_PERSON_FIELD = "user"  # of the token answer: `uid` and `username`, which is an e-mail address [U]
_LINK = "https://app.myob.com/#/{country}/{organisation}/dashboard"  # [U]

# Country, currency and the word in the link, by the first digits of the serial number [C].
_COUNTRIES = {"61": ("AU", "AUD", "au"), "64": ("NZ", "NZD", "nz")}

# What an error means, by its `Name` in lower case [C names; U meanings].
_LIMITS = frozenset({"ratelimiterror", "ratelimitexceeded"})
_MEANINGS = {"accessdenied": Reason.ACCESS_REMOVED}
_BAD_TOKEN, _INACTIVE = "oauthtokenisinvalid", "developerinactive"
_BAD_TOKEN_CODE = 31001
_OWN_LOGIN = re.compile(r"user ?name|password|cf ?token", re.IGNORECASE)  # words of a 401 [U]
_OFFLINE = re.compile(
    r"offline|checked out|not online|being (?:upgraded|restored|backed up)", re.IGNORECASE
)  # [U]
_OF_A_DAY = re.compile(r"per day|daily", re.IGNORECASE)  # words of a limit [U]


class _List(NamedTuple):
    path: str
    name: str
    code: str
    fields: frozenset[str]


# Where each list is, the fields that hold a line's name and code [C], and what else we keep: no payment
# details, no tax numbers.
_LISTS = {
    "accounts": _List("GeneralLedger/Account", "Name", "DisplayID", frozenset({"Classification", "Type", "IsActive", "IsHeader"})),
    "tax_rates": _List(
        "GeneralLedger/TaxCode", "Description", "Code", frozenset({"Type", "Rate", "IsRateNegative"})
    ),
    "tracking": _List("GeneralLedger/Category", "Name", "DisplayID", frozenset({"IsActive"})),
    "jobs": _List("GeneralLedger/Job", "Name", "Number", frozenset({"IsActive", "IsHeader"})),
    "suppliers": _List("Contact/Supplier", "CompanyName", "DisplayID", frozenset({"IsIndividual", "IsActive"})),
}  # fmt: skip

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "MYOB refuses this company file: the person who signed in is no longer an Administrator of it. Ask the client for that role, or "
        "reassign the integration to an Administrator."
    ),
    Reason.ORGANISATION_CLOSED: "MYOB no longer has this company file, or its subscription has ended. Ask the client.",
    Reason.PERMISSION_MISSING: (
        "MYOB refuses this although the sign-in works: a permission (scope) is missing, or the file has its own login. Sign in again "
        "and allow everything it asks for."
    ),
}


class _NotThere(PassingTrouble):
    """MYOB has nothing at the address of the request (404)."""


class Myob:
    """MYOB Business's adapter; see `Software`."""

    name = "myob"
    title = "MYOB Business"
    organisations_per_sign_in: Literal["many", "one"] = "one"
    organisation_words = ("company file", "company files")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.DISCONNECTED_THERE
    addresses = Addresses(
        authorize_url="https://secure.myob.com/oauth2/account/authorize",
        token_url="https://secure.myob.com/oauth2/v1/authorize",  # noqa: S106
        api_url="https://api.myob.com",
    )
    grant = Grant(
        scopes={
            "sme-company-file": "to reach the company file that you choose",
            "sme-company-settings": "its details",
            "sme-general-ledger": "the chart of accounts, tax codes, categories and jobs; nothing is ever written",
            "sme-contacts-supplier": "the suppliers; nothing is ever written",
        },
        pkce=False,  # not documented
        secret="required",  # noqa: S106  (a word, not a secret)
        secret_in="body",  # noqa: S106
        https_redirect=True,  # which others can be registered is [U]
        # Without it the redirect does not name the company file [C].
        parameters={"prompt": "consent"},
        redirect_needs={"businessId": _GUID},
        client_id_header="x-myobapi-key",
        unused_life=_UNUSED_LIFE,
        consent_life=_CONSENT_LIFE,
    )
    limits = Limits(
        # MYOB counts per API key, whatever the company file [C].
        rates=(Rate(8, 1, "app"), Rate(1_000_000, 86_400, "app")),
        organisation_at_once=4,
        at_once=8,
        stops="app",
        unsaid_pause_s=2,
    )
    lists: Mapping[str, str] = {
        "accounts": "Accounts", "tax_rates": "Tax codes", "tracking": "Categories", "jobs": "Jobs", "suppliers": "Suppliers",
    }  # fmt: skip
    before_sign_in = (
        "One consent connects one company file, and you must be an Administrator of it: MYOB refuses everyone else. MYOB asks for a new "
        "consent every year."
    )
    how_to_register = (
        "1. Open https://my.myob.com.au/au/bd/DevAppList.aspx in a browser, and sign in as a registered developer.\n"
        "2. Choose Register App. An account has two API keys, and they are free.\n"
        "3. As redirect URI enter exactly: {redirect}\n"
        "   MYOB compares it letter by letter. Use an https page on your practice's website (it may be empty), and set it as redirect_url. "
        "After you give consent, your browser ends up there; paste its address into this program.\n"
        "4. Copy the API key (the client id) and the API secret."
    )

    def canonical_id(self, organisation_id: str) -> str:
        """A GUID, so case doesn't matter."""
        return organisation_id.strip().lower()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """The API's version; the key is sent as well [C]."""
        return {"Accept": "application/json", "x-myobapi-version": _VERSION}

    def own_error(self, answer: Answer) -> bool:
        """`Errors` with a name or a message [C]."""
        return bool(_first(answer))

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By the first error's name, then by status, because a limit may also come with a 403 [C]."""
        error = _first(answer)
        name, message = shapes.words(error.get("name")).lower(), shapes.error_text(error.get("message"))
        if name in _LIMITS:
            return "limit"
        if name == _INACTIVE:
            return Misconfigured(
                "MYOB says that the API key is not active. Check it at https://my.myob.com.au, then run `clientsync setup myob`."
            )
        if _OFFLINE.search(f"{name} {message}"):
            return PassingTrouble(
                Fault.UNREACHABLE,
                "The company file is offline in MYOB: somebody has checked it out, or MYOB is working on it. Try again later, or ask the "
                "client to put it back online.",
            )
        if answer.status == 401:
            is_of_token = name == _BAD_TOKEN or shapes.whole_number(error.get("errorcode")) == _BAD_TOKEN_CODE
            if not answer.renewed and (is_of_token or not _OWN_LOGIN.search(message)):
                return "renew"
            return _broken(Reason.PERMISSION_MISSING)
        if answer.status == 403:
            return _broken(_MEANINGS.get(name, Reason.PERMISSION_MISSING))
        kind = _NotThere if answer.status == 404 else PassingTrouble
        more = f": {message}" if message else ""
        return kind(Fault.NONSENSE, f"MYOB refused a request ({answer.status}){more}")

    def limit_pause_s(self, answer: Answer) -> float | None:
        """When a day's calls are used up, the wait lasts until the next day [U: by which clock]."""
        return until_next_day_s() if _OF_A_DAY.search(shapes.words(_first(answer).get("message"))) else None

    def token_error(self, answer: Answer) -> str | PassingTrouble | None:
        """`invalid_request` concerns the form of the request, not the app or the sign-in [U]."""
        if shapes.words(_first(answer).get("name")).lower() == _INACTIVE:
            return "unauthorized_client"
        word = oauth_error(answer)
        if word == "invalid_request":
            return passing(
                f"{possessive(self.title)} sign-in server",
                Fault.NONSENSE,
                "could not read the request (invalid_request)",
            )
        return word

    def refusal(self, redirect: Mapping[str, str]) -> str | None:
        """On its page, MYOB refuses anyone who is not an Administrator of the file [U]."""
        if redirect.get("error") != "access_denied":
            return None
        return (
            "MYOB gave no access to the company file: it was refused on MYOB's page, or you are not an Administrator of the file. Ask the "
            "client for that role, or have an Administrator sign in. Nothing was saved."
        )

    async def person(self, new: NewSignIn) -> Person:
        """From the token answer. If it doesn't say, the user of this computer."""
        user = shapes.lower_keys(new.token_answer.get(_PERSON_FIELD))
        email, person_id = shapes.words(user.get("username")), shapes.text_of(user.get("uid"))
        return Person(person_id or email, email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """The chosen company file, whose id comes only in the redirect [C]."""
        return await self._company(new.calls, self.canonical_id(new.redirect["businessId"]))

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """The one company file of this sign-in. No call lists those that a person could connect [C]."""
        return () if calls.organisation is None else (await self._company(calls, calls.organisation.id),)

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """GET /Company, which proves that the integration works. The year end is elsewhere, and may be refused."""
        try:
            company = shapes.lower_keys(await self._get(calls, organisation_id, "Company"))
        except _NotThere:
            raise _broken(Reason.ORGANISATION_CLOSED) from None
        # `ABNOrTFN` may be someone's personal tax file number, so we don't even look at it.
        serial = shapes.text_of(company.get("serialnumber"))
        country, currency, _ = _COUNTRIES.get(serial[:2], ("", "", ""))
        found = {
            "name": shapes.words(company.get("companyname")),
            "country": country,
            "currency": currency,
            "tax_number": shapes.text_of(company.get("gstregistrationnumber")),
            "registration_number": shapes.text_of(company.get("acn"))
            or shapes.text_of(company.get("companyregistrationnumber")),
            "number_there": serial,
        }
        if not found["name"]:
            raise shapes.nonsense("Company")
        found["year_end"] = await self._year_end(calls, organisation_id)
        return {name: value for name, value in found.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """A list, page by page as `NextPageLink` says [C]. A list without consent is refused on its own."""
        path, called, code, wanted = _LISTS[name]
        following = (0, _PAGE_SIZE)

        async def page(_: int) -> Page:
            nonlocal following
            skip, top = following
            answer = await self._get(calls, organisation_id, path, {"$top": str(top), "$skip": str(skip)})
            lines = shapes.records(answer, "Items", "UID", name=called, code=code)
            named = [{**line, "name": line["name"] or _other_name(line)} for line in lines]
            next_page = _next(shapes.words(shapes.under(answer, "NextPageLink")))
            last = next_page is None or next_page[0] <= skip
            following = next_page or following
            return Page(shapes.only(named, wanted), shapes.length(answer, "Items"), last)

        try:
            with refused_alone():
                return await whole(page, path)
        except _NotThere as trouble:
            raise ListRefused(str(trouble)) from None

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """False: no call ends anything in MYOB [C: absent]. People withdraw the app in my.MYOB."""
        return False

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The company file's dashboard, if its country is known."""
        words = {country: word for country, _, word in _COUNTRIES.values()}
        if (word := words.get(details.get("country", ""))) is None:
            return None
        return _LINK.format(country=word, organisation=quote(organisation_id, safe=""))

    async def _company(self, calls: Calls, organisation_id: str) -> Organisation:
        details = await self.details(calls, organisation_id)
        return Organisation(organisation_id, details["name"], details=details)

    async def _year_end(self, calls: Calls, organisation_id: str) -> str:
        try:
            answer = await self._get(calls, organisation_id, "GeneralLedger/AccountingProperties")
        except (_NotThere, OrganisationTrouble):
            return ""
        month = shapes.whole_number(shapes.under(answer, "LastMonthFinancialYear"))
        return "" if month is None else shapes.month_end(month)

    @staticmethod
    async def _get(
        calls: Calls, organisation_id: str, path: str, parameters: Mapping[str, str] | None = None
    ) -> Any:
        return await calls.get(
            f"{_API}/{quote(organisation_id, safe='')}/{path}",
            organisation_id=organisation_id,
            parameters=parameters,
        )


def _first(answer: Answer) -> Mapping[str, Any]:
    """The first error, with keys in lower case; empty if the answer has another form."""
    for first in shapes.objects(shapes.under(answer.body, "Errors"))[:1]:
        if isinstance(first.get("name") or first.get("message"), str):
            return first
    return {}


def _broken(reason: Reason) -> OrganisationTrouble:
    return OrganisationTrouble(reason, _SAYS[reason])


def _next(link: str) -> tuple[int, int] | None:
    """`$skip` and `$top` of the next page. The address itself is never followed, because it could lead elsewhere."""
    query = parse_qs(urlsplit(link).query) if link else {}
    skip, top = (shapes.whole_number(query.get(name, [""])[0]) for name in ("$skip", "$top"))
    return None if skip is None else (skip, top or _PAGE_SIZE)


def _other_name(line: Record) -> str:
    """A name for a supplier who is a person, or a tax code without a description."""
    fields = shapes.lower_keys(line)
    parts = (shapes.words(fields.get(key)) for key in ("firstname", "lastname"))
    return " ".join(filter(None, parts)) or shapes.text_of(fields.get("code"))


SOFTWARE = Myob()
