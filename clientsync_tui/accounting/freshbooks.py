"""Everything specific to FreshBooks (the new one, not Classic).

Sources ([C]: FreshBooks' own documents and SDKs; [U]: unconfirmed, so handled leniently): freshbooks.com/api "Authentication",
"Scopes", "Errors", "Chart of Accounts" and "Journal Entries"; the Python and Node SDKs with their fixtures (addresses, field names, paging).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import quote

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.status import Fault, Reason
from ..practice.trouble import OrganisationTrouble, PassingTrouble, SignInRefused, Trouble
from .seam import shapes
from .seam.faults import internal_error
from .seam.lately import Lately
from .seam.left_out import leave_out, noting
from .seam.paging import Page, whole
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Record

_ME = "/auth/api/v1/users/me"
_PAGE_SIZE = 100  # the largest [C: SDK]; a larger one is silently cut

#: Parts of the names of roles that can see the accounting. Only "owner" is [C]; "business_employee" [C] can't.
_ROLES = re.compile("owner|admin|manager|accountant|partner")
#: Subscriptions that are over: "cancelled" is [C], the others are [U]. With any other word (a trial, a grace period) the subscription may work.
_OVER = re.compile("cancel|expired|suspended|inactive|unpaid|deleted|closed")
#: The address that gives an account's currency. The SDK uses it; with which id is [U], so we try the `systemid` of a role.
_SYSTEM = "systems/systems"
# Numbers of errors [C: freshbooks.com/api/errors].
_ACCESS_DENIED, _DELETED, _UNKNOWN, _INACTIVE_ACCOUNT = 1003, 1011, 1012, 1042
#: A gRPC code in place of a status [C: one fixture has 5].
_STATUS_OF_CODE = {5: 404, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401}
_DELETED_VENDOR = 1  # `vis_state`: 0 active, 1 deleted, 2 archived [C]

# What we keep of a line. The rest (addresses, telephone numbers, balances, notes) is not needed.
_ACCOUNT_FIELDS = (
    "uuid", "name", "number", "description", "type", "sub_type", "parent_account", "auto_created", "state",
)  # fmt: skip


class _List(NamedTuple):
    """A paged list: what we keep of a line, its id field (the first one present), its name and its code."""

    key: str
    fields: tuple[str, ...]
    ids: tuple[str, ...]
    name: str = "name"
    code: str | None = None


_TAXES = _List("taxes", ("taxid", "amount", "number", "compound"), ("taxid", "id"))
_VENDORS = _List(
    "bill_vendors", ("vendorid", "vendor_name", "account_number", "currency_code", "country", "vis_state"),
    ("vendorid", "id"), "vendor_name", "account_number",
)  # fmt: skip
_OLD_ACCOUNTS = _List(
    "journal_entry_accounts", ("accountid", "account_type", "currency_code", "sub_accounts"),
    ("accountid", "id"), "account_name", "account_number",
)  # fmt: skip

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "The person who signed in is no longer a member of this business. Ask the client for access, or reassign the integration."
    ),
    Reason.PERMISSION_MISSING: (
        "FreshBooks refuses this: the person who signed in has too low a role in this business, or the app lacks a scope. Ask the client for an "
        "accountant's role, or check the app's scopes and sign in again."
    ),
    Reason.UNPAID: "The business's FreshBooks subscription is not active: cancelled, or not paid. Ask the client.",
    Reason.ORGANISATION_CLOSED: "The business's FreshBooks account is inactive. Ask the client.",
}


class _Business(NamedTuple):
    """A membership from `users/me`. `account`: the id in accounting addresses, and ours. `uuid`: the chart of accounts'. `number`: the
    projects'. `system`: of the account's settings; empty if not known."""

    account: str
    uuid: str
    number: str
    name: str
    country: str
    role: str
    subscription: str
    system: str
    phone: str

    @property
    def problem(self) -> Reason | None:
        """Why it can't be used; None if it can."""
        if _OVER.search(self.subscription):
            return Reason.UNPAID
        return None if _ROLES.search(self.role) else Reason.PERMISSION_MISSING


class FreshBooks:
    """FreshBooks' adapter; see `Software`."""

    name = "freshbooks"
    title = "FreshBooks"
    organisations_per_sign_in: Literal["many", "one"] = "many"
    organisation_words = ("business", "businesses")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.ACCESS_REMOVED
    addresses = Addresses(
        authorize_url="https://auth.freshbooks.com/oauth/authorize",
        token_url="https://api.freshbooks.com/auth/oauth/token",  # noqa: S106
        api_url="https://api.freshbooks.com",
        revoke_url="https://api.freshbooks.com/auth/oauth/revoke",  # [U]
    )
    grant = Grant(
        scopes={
            "user:profile:read": "to know who signed in, and which businesses they are a member of",
            "user:business:read": "the business's details",
            "user:journal_entries:read": "the chart of accounts",
            "user:taxes:read": "the taxes",
            "user:bill_vendors:read": "the vendors",
        },
        pkce=False,  # not documented
        secret="required",  # noqa: S106
        secret_in="body",  # noqa: S106
        redirect_at_refresh=True,
        # The documents say so; two integrators register http on localhost [U].
        https_redirect=True,
        revoke_body="json",
        revoking_ends="person",  # [U]
        one_per_person=True,  # [U]: a new pair of tokens ends all earlier ones
    )
    # No figure is published. 429 exists; whether it comes with Retry-After is [U].
    limits = Limits(rates=(), organisation_at_once=2, unsaid_pause_s=60)
    lists: Mapping[str, str] = {
        "accounts": "Chart of accounts",
        "tax_rates": "Taxes",
        "suppliers": "Vendors",
    }
    before_sign_in = (
        "FreshBooks keeps one sign-in per person: signing in here ends yours on any other computer. You reach the businesses you work in as "
        "owner, administrator, manager or accountant."
    )
    how_to_register = (
        "1. Open https://my.freshbooks.com/#/developer in a browser, sign in, and create an app. Any FreshBooks account will do.\n"
        "2. As redirect URI enter exactly: {redirect}\n"
        "   FreshBooks accepts https addresses only, without a query. Without a website of your own use https://localhost/callback: your "
        "browser can't open it, and its address bar shows what you paste here.\n"
        "3. Tick the scopes named below. If you add one later, everyone has to sign in again.\n"
        "4. Save the app, then copy its client id and client secret."
    )

    def __init__(self) -> None:
        self._lately: Lately[Sequence[_Business | None]] = Lately()

    def canonical_id(self, organisation_id: str) -> str:
        """An account id has letters in both cases [C: the SDKs' examples], so case may matter."""
        return organisation_id.strip()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """The account is in the path; `Api-Version` is not needed [C: Python SDK]."""
        return {"Accept": "application/json"}

    def own_error(self, answer: Answer) -> bool:
        """One of the error forms of the different areas, which may come with a 200 [C]."""
        return _error(answer) is not None

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By the error's number, then by the status. If the answer has 200, the body says the status."""
        status, number, message = _error(answer) or _Said(answer.status, None, "")
        if status == 429:
            return "limit"
        if status == 401:
            ended = SignInRefused("FreshBooks rejected the sign-in. Sign in again.")
            return ended if answer.renewed else "renew"
        if status >= 500:
            return internal_error(self.title, number or status)
        if organisation_id is not None and number == _INACTIVE_ACCOUNT:
            return _broken(Reason.ORGANISATION_CLOSED)
        refused = status in {403, 404} or number in {_ACCESS_DENIED, _DELETED, _UNKNOWN}
        if organisation_id is not None and refused:
            return _broken(Reason.PERMISSION_MISSING, message)
        return PassingTrouble(Fault.NONSENSE, f"FreshBooks refused a request ({number or status}): {message}")

    async def person(self, new: NewSignIn) -> Person:
        """GET users/me: `identity_uuid` is the stable id [C]."""
        me = shapes.lower_keys(shapes.under(await new.calls.get(_ME), "response"))
        person_id, email = shapes.id_under(me, "identity_uuid"), shapes.words(me.get("email"))
        person_id = person_id or shapes.id_under(me, "identity_id") or shapes.an_id(me, "id")
        name = " ".join(filter(None, (shapes.words(me.get(key)) for key in ("first_name", "last_name"))))
        return Person(person_id, name or email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """A sign-in covers all businesses of the person."""

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """GET users/me: every membership in one answer [C], except those without accounting."""
        found = [row for row in await _memberships(calls) if row]
        return [Organisation(row.account, row.name or row.account, problem=row.problem) for row in found]

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """The membership has the details. Reading the account's taxes proves that the integration works."""
        business = await self._business(calls, organisation_id)
        numbers = (shapes.text_of(t.get("number")) for t in (await _page(calls, business, _TAXES, 1)).records)
        found = {
            "name": business.name or business.account,
            "country": business.country,
            "currency": await self._currency(calls, business),
            "tax_number": next(filter(None, numbers), ""),  # [U]: the number of the first tax that has one
            "number_there": business.number,
            **shapes.contact(phone=business.phone),
        }
        return {name: value for name, value in found.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """The chart of accounts comes in one answer; taxes and vendors in pages [C]."""
        business = await self._business(calls, organisation_id)
        match name:
            case "accounts":
                return await self._accounts(calls, business)
            case "tax_rates":
                return await _pages(calls, business, _TAXES)
            case "suppliers":
                vendors = await _pages(calls, business, _VENDORS)
                return [v for v in vendors if shapes.whole_number(v.get("vis_state")) != _DELETED_VENDOR]
            case _:
                raise ValueError(name)

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """False: no call ends a single business, and revoking ends all of the person's [U]."""
        return False

    def link(self, organisation_id: str, details: Details) -> str | None:
        """FreshBooks itself, which opens the business used last; no address of a particular business is known."""
        return "https://my.freshbooks.com/"

    async def _business(self, calls: Calls, organisation_id: str) -> _Business:
        """The membership of this account. Raises OrganisationTrouble if there is none or it can't be used."""
        with noting():  # rows left out here do not belong to the list being pulled
            listed = await self._lately.of(calls, _memberships)
        business = next((row for row in listed if row and row.account == organisation_id), None)
        if business is None:
            raise shapes.nonsense("memberships") if None in listed else _broken(Reason.ACCESS_REMOVED)
        if business.problem is not None:
            raise _broken(business.problem)
        return business

    async def _currency(self, calls: Calls, business: _Business) -> str:
        """The account's currency; empty if unknown, because nothing depends on it."""
        result = None
        try:
            if business.system:
                result = await _result(calls, business, f"{_SYSTEM}/{quote(business.system, safe='')}")
        except OrganisationTrouble:
            return ""
        except PassingTrouble as trouble:
            if trouble.fault is not Fault.NONSENSE:
                raise
        code = shapes.words(shapes.under(shapes.under(result, "system"), "currency_code")).upper()
        return code if len(code) == 3 else ""

    async def _accounts(self, calls: Calls, business: _Business) -> Sequence[Record]:
        """The chart of accounts, or the older list if the newer one is refused: which plans have it is [U]."""
        if business.uuid:
            path = f"/accounting/businesses/{quote(business.uuid, safe='')}/ledger_accounts/accounts"
            try:
                answer = await calls.get(path, organisation_id=business.account)
            except OrganisationTrouble as trouble:
                if trouble.reason is not Reason.PERMISSION_MISSING:
                    raise
            else:
                return shapes.only(shapes.records(answer, "data", "uuid", code="number"), _ACCOUNT_FIELDS)
        old = await _pages(calls, business, _OLD_ACCOUNTS)
        return [account for line in old for account in _flat(line)]


async def _result(calls: Calls, business: _Business, path: str, **parameters: str) -> Any:
    """The result of one of the account's addresses. Raises PassingTrouble if there is no `response.result`."""
    address = f"/accounting/account/{quote(business.account, safe='')}/{path}"
    answer = await calls.get(address, organisation_id=business.account, parameters=parameters)
    result = shapes.under(shapes.under(answer, "response"), "result")
    if not isinstance(result, dict):
        raise shapes.nonsense("result")
    return cast(Any, result)


async def _pages(calls: Calls, business: _Business, wanted: _List) -> Sequence[Record]:
    """A complete list, up to the last page that the answers name."""
    return await whole(lambda number: _page(calls, business, wanted, number), wanted.key)


async def _page(calls: Calls, business: _Business, wanted: _List, number: int) -> Page:
    asked = {"page": str(number), "per_page": str(_PAGE_SIZE)}
    result = await _result(calls, business, f"{wanted.key}/{wanted.key}", **asked)
    fields = {field for line in shapes.objects(shapes.under(result, wanted.key)) for field in line}
    id_key = next((key for key in wanted.ids if key in fields), wanted.ids[0])
    records = shapes.records(result, wanted.key, id_key, name=wanted.name, code=wanted.code)
    rows = shapes.length(result, wanted.key)
    pages, size = (shapes.whole_number(shapes.under(result, key)) for key in ("pages", "per_page"))
    last = number >= pages if pages else rows < (size or _PAGE_SIZE)
    return Page(shapes.only(records, wanted.fields), rows, last)


async def _memberships(calls: Calls) -> Sequence[_Business | None]:
    """Every business with accounting that the person belongs to; None for one that can't be read."""
    me = shapes.under(await calls.get(_ME), "response")
    rows = shapes.under(me, "business_memberships")
    if not isinstance(me, dict) or not isinstance(rows, list | None):  # null for none [C: Node SDK]
        raise shapes.nonsense("business_memberships")
    systems = {
        shapes.words(role.get("accountid")): shapes.id_under(role, "systemid")
        for role in shapes.objects(shapes.under(me, "roles"))
        if role.get("role") != "client"  # a business that they only buy from [C]
    }
    found: list[_Business | None] = []
    for membership in map(shapes.lower_keys, cast(list[Any], rows or [])):
        business, role = shapes.lower_keys(membership.get("business")), shapes.words(membership.get("role"))
        account = shapes.id_under(business, "account_id")
        if business and not business.get("account_id"):
            continue  # no accounting [C: the SDK allows for it]
        if not account or not role:
            leave_out("business_memberships", "no usable id or role")
            found.append(None)
            continue
        found.append(_Business(
            account, shapes.id_under(business, "business_uuid"), shapes.id_under(business, "id"), shapes.words(business.get("name")),
            shapes.words(shapes.under(business.get("address"), "country")), role.lower(),
            shapes.words(_exactly(shapes.under(me, "subscription_statuses"), account)).lower(), systems.get(account, ""),
            _phone(business.get("phone_number")),
        ))  # fmt: skip
    return found


def _phone(value: Any) -> str:
    """A business's number is inside an object, or null [C: both SDKs' fixtures and models]."""
    return shapes.words(value) or shapes.words(shapes.under(value, "phone_number"))


def _exactly(value: Any, key: str) -> Any:
    """The value under an account id, whose case matters."""
    return cast(dict[str, Any], value).get(key) if isinstance(value, dict) else None


def _flat(account: Record) -> Iterator[Record]:
    """An account of the older list and its sub-accounts. Their codes and ids start with its own."""
    yield {key: value for key, value in account.items() if key != "sub_accounts"}
    for line in shapes.objects(account.get("sub_accounts")):
        if line_id := shapes.id_under(line, "sub_accountid") or shapes.id_under(line, "id"):
            codes = account.get("code"), shapes.text_of(line.get("account_sub_number"))
            name, code = shapes.words(line.get("account_sub_name")), "-".join(filter(None, codes))
            yield {"id": f"{account['id']}/{line_id}", "name": name, "code": code}


class _Said(NamedTuple):
    """An error as its body states it. `status`: the answer's own, or the body's if the answer has 200."""

    status: int
    number: int | None
    message: str


def _error(answer: Answer) -> _Said | None:
    """The error, in the form of whichever area wrote it [C: fixtures of both SDKs]; None for any other form."""
    body = shapes.lower_keys(answer.body)
    message, details = body.get("message"), body.get("details")
    # /accounting/account
    errors = shapes.under(body.get("response"), "errors")
    first = next(iter(shapes.objects(errors)), None) or shapes.lower_keys(errors)
    if (number := shapes.whole_number(first.get("errno"))) is not None:
        return _said(answer, number, number, first.get("message"))
    # The same, newer
    code = shapes.whole_number(body.get("code"))
    if code is not None and isinstance(message, str) and isinstance(details, list):
        number = next((shapes.whole_number(detail.get("reason")) for detail in shapes.objects(details)), None)
        return _said(answer, _STATUS_OF_CODE.get(code), number, message)
    # /accounting/businesses
    grouped = shapes.lower_keys(body.get("errors"))
    if isinstance(grouped.get("message"), str) and ("status" in grouped or "details" in grouped):
        why = next((detail.get("reason") for detail in shapes.objects(grouped.get("details"))), None)
        return _said(answer, shapes.whole_number(grouped.get("status")), None, why or grouped["message"])
    # Events
    if (number := shapes.whole_number(body.get("errno"))) is not None and isinstance(message, str):
        return _said(answer, number, number, message)
    # users/me
    if isinstance(body.get("error"), str) and isinstance(body.get("error_description"), str):
        status = 401 if body["error"] in {"unauthenticated", "invalid_token"} else None
        return _said(answer, status, None, body["error_description"])
    return None


def _said(answer: Answer, status: int | None, number: int | None, message: Any) -> _Said:
    """`status`: according to the body, which counts if the answer itself has a 200."""
    counts = status if answer.status < 400 and status is not None and 400 <= status < 600 else answer.status
    return _Said(counts, number, shapes.error_text(message))


def _broken(reason: Reason, message: str = "") -> OrganisationTrouble:
    return OrganisationTrouble(reason, _SAYS[reason] + (f" FreshBooks says: {message}" if message else ""))


SOFTWARE = FreshBooks()
