"""Everything specific to FreeAgent, with the API for accountancy practices.

Sources ([C]: FreeAgent's own documents; [U]: unconfirmed, so handled leniently): dev.freeagent.com "Accountancy practice
API", "OAuth", "Introduction", "Company", "Categories", "Contacts", "Projects"; FreeAgent's own Postman collection.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal, cast
from urllib.parse import parse_qs, quote, urlsplit

from ..practice.model import Details, Organisation
from ..practice.people import Person
from ..practice.status import Fault, Reason
from ..practice.text import clean
from ..practice.trouble import OrganisationTrouble, PassingTrouble, SignInRefused, Trouble
from .seam import shapes
from .seam.lately import Lately
from .seam.left_out import leave_out, noting
from .seam.software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Rate, Record, Reply

_PAGE_SIZE = 100  # the largest [C]
_MOST_PAGES = 1_000
_LIVING_VIEWS = ("active", "linked")
_GONE_VIEWS = ("closed", "inactive")
_NEXT = re.compile(r"<([^<>]{1,2000})>\s*;\s*rel=[\"']?next\b")

_CATEGORIES = (
    "income_categories", "cost_of_sales_categories", "admin_expenses_categories", "general_categories",
)  # fmt: skip

# Our names for details, and FreeAgent's fields of a company [C].
_DETAILS = {
    "name": "name",
    "type": "type",
    "country": "country",
    "currency": "currency",
    "tax_number": "sales_tax_registration_number",
    "registration_number": "company_registration_number",
    "number_there": "id",
}

_SAYS = {
    Reason.ACCESS_REMOVED: (
        "FreeAgent's practice dashboard no longer shows this client to the person who signed in: the client left the practice, or has another "
        "account manager. Reassign it to that account manager, or to a senior one, who sees every client."
    ),
    Reason.ORGANISATION_CLOSED: "The client's FreeAgent account is closed or inactive. Ask the client.",
    Reason.PERMISSION_MISSING: (
        "The person who signed in has too low a permission level for this client in FreeAgent. Raise it there, or reassign the integration."
    ),
}


class FreeAgent:
    """FreeAgent's adapter; see `Software`."""

    name = "freeagent"
    title = "FreeAgent"
    organisations_per_sign_in: Literal["many", "one"] = "many"
    organisation_words = ("company", "companies")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.ACCESS_REMOVED
    addresses = Addresses(
        authorize_url="https://api.freeagent.com/v2/approve_app",
        token_url="https://api.freeagent.com/v2/token_endpoint",  # noqa: S106
        api_url="https://api.freeagent.com/v2",
    )
    grant = Grant(
        scopes={},  # none exist: the person's own permission level is the limit [C]
        pkce=False,  # not documented [U]
        secret="required",  # noqa: S106
        life_fields=("refresh_token_expires_in",),
    )
    limits = Limits(
        # FreeAgent counts per client subdomain, not per practice [C].
        rates=(Rate(120, 60, "organisation"), Rate(3_600, 3_600, "organisation")),
        organisation_at_once=5,
        renewals=Rate(15, 60, "person"),
        unsaid_pause_s=60,
    )
    lists: Mapping[str, str] = {
        "accounts": "Categories",
        "tax_rates": "Sales tax rates",
        "tracking": "Projects",
        "suppliers": "Suppliers",
    }
    before_sign_in = (
        "Sign in as an account manager of your practice. A senior account manager reaches every client."
    )
    how_to_register = (
        "1. Open https://dev.freeagent.com in a browser, sign in, and create a new app.\n"
        '2. Tick "Enable Accountancy Practice API". Without it, the app reaches a single company.\n'
        "3. As OAuth redirect URI, enter exactly: {redirect}\n"
        "4. Copy the OAuth identifier (the client id) and the OAuth secret."
    )

    def __init__(self) -> None:
        self._lately: Mapping[str, Lately[Sequence[Organisation]]] = {
            view: Lately() for view in (*_LIVING_VIEWS, *_GONE_VIEWS)
        }

    def canonical_id(self, organisation_id: str) -> str:
        """A subdomain is a host name, so case doesn't matter (RFC 4343)."""
        return organisation_id.lower()

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """The client is named by its subdomain [C]; the User-Agent that FreeAgent asks for is sent with every call."""
        accept = {"Accept": "application/json"}
        return (
            accept
            if organisation_id is None
            else {**accept, "X-Subdomain": self.canonical_id(organisation_id)}
        )

    def own_error(self, answer: Answer) -> bool:
        """`errors` with a message [U]. A 429, which comes as plain text, never gets here."""
        return _said(answer) != ""

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """By status. Which status a client that has left gets is [U], so the list decides (`_get`)."""
        if answer.status == 401 and not answer.renewed:
            return "renew"
        if organisation_id is not None and answer.status in {401, 403, 404}:
            return OrganisationTrouble(Reason.ACCESS_REMOVED, _SAYS[Reason.ACCESS_REMOVED])
        if answer.status == 401:
            return SignInRefused("FreeAgent rejected the sign-in. Sign in again.")
        if answer.status == 403:
            return OrganisationTrouble(Reason.PERMISSION_MISSING, _SAYS[Reason.PERMISSION_MISSING])
        return PassingTrouble(
            Fault.NONSENSE, f"FreeAgent refused a request ({answer.status}): {_said(answer)}"
        )

    async def person(self, new: NewSignIn) -> Person:
        """GET /account_managers/me [U: the address is in wide use, the list and /:id are C], else /users/me [C]."""
        prefix = ""
        try:
            found = shapes.under(await new.calls.get("/account_managers/me"), "account_manager")
        except PassingTrouble as trouble:
            if trouble.fault is not Fault.NONSENSE:
                raise
            found = shapes.under(await new.calls.get("/users/me"), "user")
            prefix = "user-"  # users and account managers are counted apart
        manager = shapes.lower_keys(found)
        person_id, email = (
            _last(manager.get("url")) or shapes.words(manager.get("id")),
            shapes.words(manager.get("email")),
        )
        if not person_id:
            raise shapes.nonsense("who signed in")
        parts = (shapes.words(manager.get(key)) for key in ("first_name", "last_name"))
        name = shapes.words(manager.get("name")) or " ".join(filter(None, parts))
        return Person(f"{prefix}{person_id}", name or email or person_id, email)

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """None, because a sign-in covers all clients of its account manager."""
        return None

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """GET /clients: the account manager's, or all of the practice's for a senior one [C]. Only its views say which are
        closed.
        """
        with noting():  # rows that can't be read are in the whole list too
            gone = await self._gone(calls)
        listed = await self._clients(calls, "all")
        closed = Reason.ORGANISATION_CLOSED
        return [replace(client, problem=closed) if client.id in gone else client for client in listed]

    async def _gone(self, calls: Calls) -> Collection[str]:
        """The closed and inactive clients."""
        gone = {client.id for view in _GONE_VIEWS for client in await self._listed(calls, view)}
        return gone - {client.id for client in await self._listed(calls, "active")} if gone else gone

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """GET /company for the client: a single call, which also proves that the integration works."""
        company = shapes.lower_keys(await self._company(calls, organisation_id))
        found = {ours: shapes.words(company.get(theirs)) for ours, theirs in _DETAILS.items()}
        found["name"] = found["name"] or shapes.words(company.get("subdomain"))
        if not found["name"]:
            raise shapes.nonsense("company")
        found["year_end"] = _year_end(company.get("annual_accounting_periods"))
        # Both are attributes of a company [C: "Company", Attributes]; the sample answer leaves them out.
        found |= shapes.contact(email=company.get("contact_email"), phone=company.get("contact_phone"))
        return {name: value for name, value in found.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """GET /categories, /projects, /contacts; the tax rates are in /company [C]."""
        match name:
            case "accounts":
                answer = (
                    await self._get(calls, organisation_id, "/categories", {"sub_accounts": "true"})
                ).body
                return [
                    line
                    for group in _CATEGORIES
                    for line in shapes.records(
                        {group: shapes.under(answer, group) or []},
                        group,
                        "nominal_code",
                        name="description",
                        code="nominal_code",
                    )
                ]
            case "tax_rates":
                return _tax_rates(await self._company(calls, organisation_id))
            case "tracking":
                return await self._pages(calls, organisation_id, "/projects", "projects", {"view": "active"})
            case "suppliers":
                found = await self._pages(
                    calls, organisation_id, "/contacts", "contacts", {"view": "suppliers"}
                )
                return [{**line, "name": _contact_name(line)} for line in found]
            case _:
                raise ValueError(name)

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """False: no call ends anything in FreeAgent [C: absent]. People remove the app in their FreeAgent settings."""
        return False

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The client's own address in FreeAgent."""
        return f"https://{quote(organisation_id, safe='')}.freeagent.com/"

    async def _company(self, calls: Calls, organisation_id: str) -> Any:
        return shapes.under((await self._get(calls, organisation_id, "/company", {})).body, "company")

    async def _pages(
        self, calls: Calls, organisation_id: str, path: str, key: str, parameters: Mapping[str, str]
    ) -> Sequence[Record]:
        found: dict[str, Record] = {}

        async def page(number: int) -> Reply:
            asked = {**parameters, "per_page": str(_PAGE_SIZE), "page": str(number)}
            return await self._get(calls, organisation_id, path, asked)

        async for reply in _each(page, key):
            for line in shapes.records(reply.body, key, "url"):
                if line_id := _last(line["id"]):
                    found[line_id] = {**line, "id": line_id}
                else:
                    leave_out(key, "no usable id")
        return tuple(found.values())

    async def _clients(self, calls: Calls, view: str) -> Sequence[Organisation]:
        found: dict[str, Organisation] = {}

        async def page(number: int) -> Reply:
            asked = {"view": view, "per_page": str(_PAGE_SIZE), "page": str(number)}
            return await calls.read("/clients", parameters=asked)

        async for reply in _each(page, "clients"):
            for row in shapes.rows(shapes.under(reply.body, "clients"), "clients", "subdomain"):
                subdomain = self.canonical_id(row["subdomain"])
                found[subdomain] = Organisation(subdomain, shapes.words(row.get("name")) or subdomain)
        return tuple(found.values())

    async def _get(
        self, calls: Calls, organisation_id: str, path: str, parameters: Mapping[str, str]
    ) -> Reply:
        """GET a client's data. A refusal's status is [U], so whether the client is still listed says what it means."""
        try:
            return await calls.read(path, organisation_id=organisation_id, parameters=parameters)
        except OrganisationTrouble as trouble:
            reason = await self._reason(calls, organisation_id)
            if reason is trouble.reason:
                raise
            raise OrganisationTrouble(reason, _SAYS[reason]) from None

    async def _reason(self, calls: Calls, organisation_id: str) -> Reason:
        for view in _LIVING_VIEWS:
            if await self._is_listed(calls, organisation_id, view):
                return Reason.PERMISSION_MISSING
        for view in _GONE_VIEWS:
            if await self._is_listed(calls, organisation_id, view):
                return Reason.ORGANISATION_CLOSED
        return Reason.ACCESS_REMOVED

    async def _is_listed(self, calls: Calls, organisation_id: str, view: str) -> bool:
        listed = await self._listed(calls, view)
        return self.canonical_id(organisation_id) in (organisation.id for organisation in listed)

    async def _listed(self, calls: Calls, view: str) -> Sequence[Organisation]:
        return await self._lately[view].of(calls, lambda calls: self._clients(calls, view))


async def _each(page: Callable[[int], Awaitable[Reply]], key: str) -> AsyncGenerator[Reply]:
    """The pages of a list: as the Link header says [C], or without one until a page is not full."""
    number = 1
    for _ in range(_MOST_PAGES):
        reply = await page(number)
        yield reply
        if (link := reply.headers.get("link")) is not None:
            follows = _page_of(link)
        else:
            lines = shapes.under(reply.body, key)
            follows = (
                number + 1 if isinstance(lines, list) and len(cast(list[Any], lines)) >= _PAGE_SIZE else None
            )
        if follows is None or follows <= number:
            return
        number = follows
    raise shapes.nonsense(f"the list of {key} never ends")


def _page_of(link: str) -> int | None:
    """The number of the next page. The address itself is never followed, because it could lead elsewhere."""
    found = _NEXT.search(link)
    number = parse_qs(urlsplit(found[1]).query).get("page", [""])[0] if found else ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else None


def _last(url: Any) -> str:
    """The last part of a resource's address, which is its id."""
    return shapes.words(url).rstrip("/").rpartition("/")[2]


def _year_end(periods: Any) -> str:
    """The last day of the current accounting period, or else of the last one; empty if the app names none."""
    days = sorted(
        (shapes.words(period.get("ends_on")), shapes.words(period.get("starts_on")))
        for period in shapes.objects(periods)
    )
    today = date.today().isoformat()
    ends = [end for end, start in days if end and start <= today <= end] or [end for end, _ in days if end]
    try:
        day = date.fromisoformat(ends[-1]) if ends else None
    except ValueError:
        return ""
    return shapes.day_of_year(day.day, day.month) if day else ""


def _tax_rates(company: Any) -> Sequence[Record]:
    """A company has two arrays of rates, as numbers or text [C]; each rate becomes a line."""
    name = shapes.words(shapes.under(company, "sales_tax_name")) or "Sales tax"
    found: list[Record] = []
    for key, called in (("sales_tax_rates", name), ("second_sales_tax_rates", f"Second {name}")):
        rates = shapes.under(company, key)
        for rate in cast(list[Any], rates) if isinstance(rates, list) else ():
            text = clean(str(rate)).strip() if type(rate) in (str, int, float) else ""
            if text:
                found.append({"id": f"{key}/{text}", "name": f"{called} {text} %", "rate": text})
            else:
                leave_out(key, "not a rate")
    return found


def _contact_name(line: Record) -> str:
    parts = (shapes.words(line.get(key)) for key in ("first_name", "last_name"))
    return shapes.words(line.get("organisation_name")) or " ".join(filter(None, parts))


def _said(answer: Answer) -> str:
    """An error's message: {"errors": {"error": {"message"}}}, or {"errors": [{"message"}]} [U]; empty for any other
    form.
    """
    errors = shapes.under(answer.body, "errors")
    first = next(iter(shapes.objects(errors)), None) or shapes.under(errors, "error")
    return shapes.error_text(shapes.under(first, "message"))


SOFTWARE = FreeAgent()
