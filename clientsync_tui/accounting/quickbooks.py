"""Everything specific to QuickBooks Online.

Sources ([C]: Intuit's own documents, discovery document and SDKs; [P]: real answers that practitioners published; [U]: unconfirmed,
so handled leniently): developer.intuit.com "OAuth 2.0", "Query operations and syntax", "Limits and throttles" and
"Error codes"; the element names of the v3 schemas in Intuit's Java SDK (Oct 2024).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.status import Fault, Reason
from ..practice.trouble import ListRefused, OrganisationTrouble, PassingTrouble, Trouble
from .seam import shapes
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Rate, Record

_MINOR_VERSION = "75"  # the lowest that is still answered since Aug 2025 [U]
_PAGE_SIZE = 1_000  # the largest [U]
_MOST_PAGES = 1_000
_ROUND = 100  # A server that allows less than we ask for allows a round number.

_XML_CODE = re.compile(r"<Error[^>]*\bcode=\"(\d{1,6})\"")
_CLOSED = re.compile(r"ended|cancel|closed|deactivat|deleted", re.IGNORECASE)
#: The last day of the financial year, by the month that the next one begins in.
_YEAR_ENDS = {
    "january": (31, 12), "february": (31, 1), "march": (28, 2), "april": (31, 3), "may": (30, 4), "june": (31, 5),
    "july": (30, 6), "august": (31, 7), "september": (31, 8), "october": (30, 9), "november": (31, 10), "december": (30, 11),
}  # fmt: skip

_LIMIT, _NO_SUCH_TOKEN, _NO_APP_ACCESS, _NO_ACCESS, _COMPANY_STATUS, _TOKEN_TROUBLE, _SERVER_ERROR = (
    3001,
    3200,
    3100,
    120,
    6190,
    100,
    10000,
)

#: 5020: "a feature for which your product is not entitled", and what a person has no right to [C]; 5030: not supported [C].
_NOT_ENTITLED, _NO_FEATURE = 5020, 5030
_NOT_IN_PLAN = re.compile(
    r"not (?:supported|enabled|entitled|available)", re.IGNORECASE
)  # words of a 5020 [U]

# Each list: the entity, the fields that hold a line's name and code, and whether a plan may lack it.
_LISTS: Mapping[str, tuple[str, str, str | None, bool]] = {
    "accounts": ("Account", "FullyQualifiedName", "AcctNum", False),
    "tax_codes": ("TaxCode", "Name", None, False),
    "tax_rates": ("TaxRate", "Name", None, False),
    "tracking": ("Class", "FullyQualifiedName", None, True),
    "locations": ("Department", "FullyQualifiedName", None, True),
    "suppliers": ("Vendor", "DisplayName", "AcctNum", False),
}
# This may be someone's personal number, so it is never kept.
_NOT_KEPT = frozenset({"taxidentifier"})

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "The person who connected this company no longer has access to it in QuickBooks, or is no longer an administrator there. Ask the "
        "client for access, or reassign the integration to an administrator."
    ),
    Reason.DISCONNECTED_THERE: (
        "QuickBooks does not let this app use the company: it was disconnected there, or a permission is missing. Reconnect it."
    ),
    Reason.ORGANISATION_CLOSED: "The company's QuickBooks subscription has ended, or the company is gone. Ask the client.",
    Reason.UNPAID: "There is a billing problem with the company's QuickBooks subscription. Ask the client.",
}


class _NotThere(PassingTrouble):
    """QuickBooks does not provide this: the company's plan lacks it (`in_plan` is False), or the person may not see
    it.
    """

    in_plan: bool | None = None


_Passing = TypeVar("_Passing", bound=PassingTrouble)


class QuickBooks:
    """QuickBooks Online's adapter; see `Software`."""

    name = "quickbooks"
    title = "QuickBooks Online"
    organisations_per_sign_in: Literal["many", "one"] = "one"
    organisation_words = ("company", "companies")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "sign_in"
    not_listed = Reason.DISCONNECTED_THERE
    addresses = Addresses(
        authorize_url="https://appcenter.intuit.com/connect/oauth2",
        token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106
        api_url="https://quickbooks.api.intuit.com",
        revoke_url="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
        # By analogy with the one for test companies, sandbox-accounts.platform.intuit.com [U].
        userinfo_url="https://accounts.platform.intuit.com/v1/openid_connect/userinfo",
    )
    grant = Grant(
        scopes={
            "com.intuit.quickbooks.accounting": "the company's details and lists; there is no read-only scope, but Client Sync never writes",
            "openid": "who signs in",
            "profile": "their name",
            "email": "their e-mail address",
        },
        pkce=False,  # not among what the discovery document offers [C]
        secret="required",  # noqa: S106
        # http://localhost is only for test companies [C].
        https_redirect=True,
        unused_life=timedelta(days=100),
        life_fields=("x_refresh_token_expires_in", "x_refresh_token_hard_expires_in"),  # the second is [U]
        token_headers={"x-include-refresh-token-hard-expires-in": "true"},  # [U]
        revoke_body="json",
        revoking_ends="sign_in",
        redirect_needs={"realmId": r"[0-9]{1,25}"},
    )
    limits = Limits(
        rates=(Rate(500, 60, "organisation"), Rate(10, 1, "organisation")),
        organisation_at_once=5,
        unsaid_pause_s=60,  # the wait that Intuit asks for [C]; Retry-After is not documented
    )
    lists: Mapping[str, str] = {
        "accounts": "Chart of accounts",
        "tax_codes": "Tax codes",
        "tax_rates": "Tax rates",
        "tracking": "Classes",
        "locations": "Locations",
        "suppliers": "Vendors",
    }
    before_sign_in = (
        "One consent connects one company. Choose it on Intuit's page; you must be its administrator there."
    )
    how_to_register = (
        "1. Open https://developer.intuit.com in a browser, sign in, and create an app for QuickBooks Online and Payments.\n"
        "2. As scope choose com.intuit.quickbooks.accounting.\n"
        "3. Development keys reach Intuit's test companies only; for real companies answer Intuit's questionnaire and use the "
        "production keys.\n"
        "4. As redirect URI, enter exactly: {redirect}\n"
        "   Production accepts https addresses only: use a page on your practice's website (it may be empty), and set it as "
        "redirect_url. After you give consent, your browser ends up there; paste its address into this program.\n"
        "5. Copy the client id and the client secret. An app's settings also ask for a reconnect URL: your practice's page will do."
    )

    def canonical_id(self, organisation_id: str) -> str:
        """A realm id: digits, compared unchanged."""
        return organisation_id.strip()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Without the Accept header, the answer is XML [C]. The company is in the path."""
        return {"Accept": "application/json"}

    def own_error(self, answer: Answer) -> bool:
        """A fault with a code, in one of two JSON spellings or in XML [P]; it may come with a 200 [C]."""
        return _fault(answer)[0] is not None

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By the fault's code, then by status. The code comes in two JSON spellings and in XML [P]."""
        code, error_words = _fault(answer)
        if code == _LIMIT:
            return "limit"
        if code == _NO_ACCESS:
            return _broken(Reason.ACCESS_REMOVED)
        if code == _COMPANY_STATUS:
            ended = _CLOSED.search(error_words) is not None
            return _broken(Reason.ORGANISATION_CLOSED if ended else Reason.UNPAID)
        if answer.status == 401 or code in {_NO_SUCH_TOKEN, _TOKEN_TROUBLE}:
            if not answer.renewed:
                return "renew"
            return _passing(
                answer, PassingTrouble, "QuickBooks rejected the access token it had just issued", error_words
            )
        if answer.status == 403 or code == _NO_APP_ACCESS:
            return _broken(Reason.DISCONNECTED_THERE)
        if answer.status == 404 and organisation_id is not None:
            return _broken(Reason.ORGANISATION_CLOSED)  # [U]
        if code == _SERVER_ERROR:
            return PassingTrouble(
                Fault.SERVER_ERROR, "QuickBooks reported an internal error; try again later."
            )
        if code in {_NOT_ENTITLED, _NO_FEATURE}:
            trouble = _passing(answer, _NotThere, error_words or f"error {code}", "")
            if code == _NO_FEATURE or _NOT_IN_PLAN.search(error_words):
                trouble.in_plan = False
            return trouble
        return _passing(
            answer, PassingTrouble, f"QuickBooks refused a request ({answer.status})", error_words
        )

    async def person(self, new: NewSignIn) -> Person:
        """GET userinfo: `sub` is the stable id. Names are in camelCase and may be absent [C]."""
        claims = shapes.lower_keys(await new.userinfo())
        person_id, email = shapes.words(claims.get("sub")), shapes.words(claims.get("email"))
        if not person_id:
            raise shapes.nonsense("who signed in")
        name = " ".join(filter(None, (shapes.words(claims.get(key)) for key in ("givenname", "familyname"))))
        return Person(person_id, name or email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """The chosen company, whose id comes only in the redirect."""
        return await self._company(new.calls, new.redirect["realmId"])

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """The one company of this sign-in. No call lists those that a person could connect [C]."""
        return () if calls.organisation is None else (await self._company(calls, calls.organisation.id),)

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """GET companyinfo: a single call, which also proves that the integration works."""
        realm = quote(organisation_id, safe="")
        answer = await self._get(calls, organisation_id, f"companyinfo/{realm}", {})
        company = shapes.lower_keys(shapes.under(answer, "CompanyInfo"))
        name = shapes.words(company.get("companyname")) or shapes.words(company.get("legalname"))
        if not name:
            raise shapes.nonsense("CompanyInfo")
        starts = shapes.words(company.get("fiscalyearstartmonth")).casefold()
        details = {
            "name": name,
            "legal_name": shapes.words(company.get("legalname")),
            "country": shapes.words(company.get("country")),
            "tax_number": shapes.words(company.get("employerid")),
            "year_end": shapes.day_of_year(*_YEAR_ENDS.get(starts, (0, 0))),
            "edition": _named_value(company, "OfferingSku"),
            **_contact(company),
        }
        return {field: value for field, value in details.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """Queries one entity, in pages, until fewer lines come than requested."""
        entity, called, code, optional = _LISTS[name]
        found: dict[str, Record] = {}
        start = 1
        for _ in range(_MOST_PAGES):
            try:
                answer = await self._get(calls, organisation_id, "query", {"query": _query(entity, start)})
            except _NotThere as trouble:
                # Any other refusal is a fault, so lists pulled earlier stay.
                if optional and trouble.in_plan is False:
                    return ()
                raise ListRefused(str(trouble)) from None
            lines = _lines(answer, entity, called, code)
            before, on_page = len(found), shapes.length(shapes.under(answer, "QueryResponse"), entity)
            found.update((line["id"], line) for line in lines)
            # A page without a usable row is not necessarily the last.
            if not on_page or (lines and len(found) == before) or (on_page < _PAGE_SIZE and on_page % _ROUND):
                return tuple(found.values())
            start += on_page
        raise shapes.nonsense(f"the list of {entity} never ends")

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """Revokes only this company's own sign-in. Revoking another might disconnect the company for everyone [U]."""
        return await calls.end_sign_in()

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The company's page [P; `homepage` is U]."""
        return f"https://qbo.intuit.com/app/login?deeplinkcompanyid={quote(organisation_id, safe='')}&pagereq=homepage"

    async def _company(self, calls: Calls, realm: str) -> Organisation:
        details = await self.details(calls, realm)
        return Organisation(realm, details["name"], details=details)

    @staticmethod
    async def _get(calls: Calls, organisation_id: str, path: str, parameters: Mapping[str, str]) -> Any:
        realm = quote(organisation_id, safe="")
        return await calls.get(
            f"/v3/company/{realm}/{path}",
            organisation_id=organisation_id,
            parameters={**parameters, "minorversion": _MINOR_VERSION},
        )


def _query(entity: str, start: int) -> str:
    """Inactive lines are hidden unless we ask for them [U]."""
    return (
        f"SELECT * FROM {entity} WHERE Active IN (true,false) STARTPOSITION {start} MAXRESULTS {_PAGE_SIZE}"  # noqa: S608
    )


def _fault(answer: Answer) -> tuple[int | None, str]:
    """The code of the first error, which may have leading zeros [P], and its message."""
    fault = shapes.under(answer.body, "fault")
    errors = shapes.objects(shapes.under(fault, "error"))
    first: Mapping[str, Any] = errors[0] if errors else {}
    message, detail = shapes.error_text(first.get("message")), shapes.error_text(first.get("detail"))
    # The detail often begins with the message.
    error_words = detail if detail.startswith(message) else ": ".join(filter(None, (message, detail)))
    code = str(first.get("code") or "")
    if not code and answer.body is None and (in_xml := _XML_CODE.search(answer.text[:10_000])):
        code = in_xml[1]
    return (int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else None), error_words


def _broken(reason: Reason) -> OrganisationTrouble:
    return OrganisationTrouble(reason, _SAYS[reason])


def _passing(answer: Answer, kind: type[_Passing], what: str, error_words: str) -> _Passing:
    """Includes the number with which Intuit's support can find the request [C]."""
    number = shapes.error_text(answer.headers.get("intuit_tid"))
    return kind(
        Fault.NONSENSE,
        f"{what}{f': {error_words}' if error_words else ''}{f' (intuit_tid {number})' if number else ''}",
    )


def _lines(answer: Any, entity: str, called: str, code: str | None) -> Sequence[Record]:
    """A page of lines. If there are none, the entity is absent [P]."""
    response = shapes.under(answer, "QueryResponse")
    if not isinstance(response, dict):
        raise shapes.nonsense("QueryResponse")
    if shapes.under(response, entity) is None:
        return ()
    lines = shapes.records(response, entity, "Id", name=called, code=code)
    return [
        {
            key: value
            for key, value in {**line, "name": line["name"] or _other_name(line)}.items()
            if key.lower() not in _NOT_KEPT
        }
        for line in lines
    ]


def _other_name(line: Record) -> str:
    """A name for a line whose usual field is empty."""
    fields = shapes.lower_keys(line)
    parts = (shapes.words(fields.get(key)) for key in ("givenname", "familyname"))
    own = shapes.words(fields.get("name")) or shapes.words(fields.get("companyname"))
    return own or " ".join(filter(None, parts))


def _contact(company: Mapping[str, Any]) -> dict[str, str]:
    email = shapes.words(shapes.under(company.get("email"), "Address"))
    other = shapes.under(company.get("customercommunicationemailaddr"), "Address")
    phone = shapes.under(company.get("primaryphone"), "FreeFormNumber")
    return shapes.contact(email=email or other, phone=phone)


def _named_value(company: Mapping[str, Any], name: str) -> str:
    for pair in shapes.objects(company.get("namevalue")):
        if pair.get("name") == name:
            return shapes.words(pair.get("value"))
    return ""


SOFTWARE = QuickBooks()
