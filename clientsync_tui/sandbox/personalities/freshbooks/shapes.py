"""What a person and a business have, in the shapes of FreshBooks' JSON (the fixtures of its SDKs)."""

from collections.abc import Iterable
from typing import Any

from ...world.world import Accountant, Organisation, World, number_of, uuid_of

NAME = "freshbooks"

_COUNTRIES = {
    "GB": "United Kingdom", "US": "United States", "IE": "Ireland", "NZ": "New Zealand", "AU": "Australia", "CA": "Canada",
    "ZA": "South Africa", "SG": "Singapore", "DE": "Germany", "FR": "France", "GR": "Greece", "BE": "Belgium", "JP": "Japan",
}  # fmt: skip
_LETTERS = "abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ"
_ROLES = ("owner", "admin", "business_accountant")
_ACCOUNTS = (
    ("1000", "Cash", "asset", "Cash & Bank"), ("1000-1", "Petty Cash", "asset", "Cash & Bank"),
    ("1200", "Accounts Receivable", "asset", "Current Asset"), ("1300", "Computer Equipment", "asset", "Fixed Asset"),
    ("2000", "Accounts Payable", "liability", "Current Liability"), ("2100", "Sales Tax", "liability", "Current Liability"),
    ("3000", "Owner's Equity", "equity", "Equity"), ("4000", "Sales", "income", "Income"), ("4100", "Other Income", "income", "Income"),
    ("5000", "Cost of Goods Sold", "expense", "Cost of Goods Sold"), ("6000", "Operating Expenses", "expense", "Operating Expense"),
    ("6000-1", "Advertising", "expense", "Operating Expense"), ("6000-2", "Rent or Lease", "expense", "Operating Expense"),
)  # fmt: skip
_SUPPLIERS = ("Paper", "Hosting", "Freight", "Lumber", "Catering", "Insurance", "Signage", "Tooling")

#: At these places of five the plan has no ledger accounts; the older list is there.
NO_LEDGER = 3


def account_id(world: World, index: int) -> str:
    """An account's id: letters of both cases and digits."""
    number = number_of(world.seed, NAME, str(index))
    letters = "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(3))
    return f"{letters}{index:X}"


def business_uuid(of: Organisation) -> str:
    """The id of the same business in addresses of the chart of accounts."""
    return uuid_of(NAME, of.id, "business")


def system_id(of: Organisation) -> int:
    """The number of the account's settings."""
    return 654_000 + of.index


def me(person: Accountant, businesses: Iterable[Organisation], cancelled: frozenset[str]) -> dict[str, Any]:
    """The person whose token it is, with memberships and subscriptions. The last four memberships can't be used."""
    reached = list(businesses)
    roles = [
        {"id": 61_000 + of.index, "role": "admin", "systemid": system_id(of), "userid": 1, "accountid": of.id}
        for of in reached
    ]
    statuses = {of.id: "cancelled" if of.id in cancelled else "active" for of in reached}
    person_number = number_of(person.id) % 900_000
    user = {
        "id": person_number,
        "identity_id": person_number,
        "identity_uuid": person.id,
        "first_name": person.given_name,
        "last_name": person.family_name,
        "email": person.email,
        "subscription_statuses": {**statuses, "EMPL1": "active", "PAST1": "cancelled"},
        "business_memberships": [
            *(_membership(of.index, of.id, business_uuid(of), of.name, of.country, _ROLES[of.index % 3], of.phone) for of in reached),
            *(_membership(number, *unusable) for number, unusable in enumerate(_UNUSABLE, 900_000)),
        ],
        "roles": [*roles, {"id": 60_280, "role": "client", "systemid": 866_543, "userid": 12, "accountid": "GAF54"}],
        "groups": [],
    }  # fmt: skip
    return {"response": user}


#: As an employee; without accounting; with an empty account; not paid. None of them is offered.
_UNUSABLE = (
    ("EMPL1", uuid_of(NAME, "employee"), "Time Sheets Only Ltd", "GB", "business_employee"),
    (None, uuid_of(NAME, "none"), "Projects Without Books Ltd", "GB", "owner"),
    ("", uuid_of(NAME, "empty"), "Empty Account Ltd", "GB", "owner"),
    ("PAST1", uuid_of(NAME, "past"), "Cancelled Long Ago Ltd", "GB", "owner"),
)


def _membership(
    number: int, account: str | None, uuid: str, name: str, country: str, role: str, phone: str | None = None
) -> dict[str, Any]:
    where = {"street": "1 Road", "city": "", "province": "", "country": _COUNTRIES.get(country, country), "postal_code": ""}  # fmt: skip
    business: dict[str, Any] = {
        "id": 438_000 + number,
        "business_uuid": uuid,
        "name": name,
        "account_id": account,
        "date_format": "dd/mm/yyyy",
        "address": where,
        "phone_number": phone and {"id": number, "phone_number": phone},
        "business_clients": [],
    }
    return {"id": 140_000 + number, "role": role, "unacknowledged_change": False, "business": business}


def system(of: Organisation) -> dict[str, Any]:
    """An account's settings."""
    return {"id": system_id(of), "accountid": of.id, "currency_code": of.currency, "name": of.name}


def taxes(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Taxes. The first has the business's tax number, if there is one."""
    return [
        {
            "id": 7_000 + place,
            "taxid": 7_000 + place,
            "name": f"Tax {place + 1}",
            "amount": str(place % 25),
            "number": of.tax_number if place == 0 else None,
            "compound": place % 7 == 6,
            "accounting_systemid": of.id,
            "updated": "2026-03-01 09:00:00",
        }
        for place in range(world.lines or 3)
    ]


def vendors(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Vendors: one in fifteen is deleted, one archived."""
    draw = world.draw(NAME, of.id, "vendors")
    return [
        {
            "vendorid": 15_000 + place,
            "vendor_name": f"{draw.choice(_SUPPLIERS)} {place + 1} Ltd",
            "account_number": f"V{place + 1:04}" if place % 3 else None,
            "currency_code": of.currency,
            "country": _COUNTRIES.get(of.country, of.country),
            "city": "Leeds",
            "phone": "4158859378",
            "primary_contact_email": f"accounts{place}@example.com",
            "primary_contact_first_name": "Norma",
            "note": None,
            "outstanding_balance": [{"amount": {"amount": "12.00", "code": of.currency}}],
            "tax_defaults": [],
            "vis_state": {14: 1, 7: 2}.get(place % 15, 0),
            "updated_at": "2026-03-01 09:00:00",
        }
        for place in range(world.lines or draw.randrange(5, 60))
    ]


def ledger_accounts(of: Organisation) -> list[dict[str, Any]]:
    """The chart of accounts, with sub-accounts listed beside their parents."""
    uuids = {number: uuid_of(of.id, "account", number) for number, *_ in _ACCOUNTS}
    return [
        {
            "uuid": uuids[number],
            "name": name,
            "number": number,
            "description": None,
            "type": kind,
            "sub_type": group,
            "system_account_name": name,
            "parent_account": uuids.get(number.partition("-")[0]) if "-" in number else None,
            "sub_accounts": [uuids[n] for n in uuids if n.startswith(f"{number}-")],
            "auto_created": True,
            "state": "active",
            "updated_at": "2026-03-01T09:00:00.000000Z",
        }
        for number, name, kind, group in _ACCOUNTS
    ]


def journal_entry_accounts(of: Organisation) -> list[dict[str, Any]]:
    """The older chart of accounts: sub-accounts are nested in their parents, and every id is a number."""
    accounts: list[dict[str, Any]] = []
    for place, (number, name, kind, _) in enumerate(_ACCOUNTS):
        common = {
            "account_type": kind,
            "balance": "340.54",
            "currency_code": of.currency,
            "id": 545_000 + place,
        }
        if "-" in number:
            within = {
                "account_sub_name": name,
                "account_sub_number": number.partition("-")[2],
                "custom": False,
            }
            accounts[-1]["sub_accounts"].append(common | within | {"sub_accountid": 545_000 + place})
        else:
            named = {"account_name": name, "account_number": number, "accountid": 545_000 + place}
            accounts.append(common | named | {"sub_accounts": []})
    return accounts
