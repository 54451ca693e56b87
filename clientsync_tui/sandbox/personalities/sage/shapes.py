"""What a person and a business have, in the shapes of Sage's JSON (its OpenAPI, v3.1). Every record has all fields; `lists` shortens them."""

from datetime import date
from typing import Any

from ...world.world import Accountant, Organisation, World, uuid_of

NAME = "sage"

_COUNTRIES = {"GB": "United Kingdom", "IE": "Ireland", "CA": "Canada"}
_ACCOUNTS = (
    (1200, "Bank Current Account", "Bank"), (1100, "Trade Debtors", "Current Assets"), (2100, "Trade Creditors", "Current Liabilities"),
    (2200, "VAT on Sales", "Current Liabilities"), (3200, "Profit and Loss Account", "Equity"), (4000, "Sales - Products", "Sales"),
    (4010, "Sales - Services", "Sales"), (5000, "Cost of Sales - Goods", "Direct Expenses"), (7100, "Rent", "Overheads"),
    (7200, "Electricity", "Overheads"), (7400, "Travel and Entertainment", "Overheads"), (7600, "Legal and Professional", "Overheads"),
)  # fmt: skip
_VENDORS = ("Stationery", "Power", "Broadband", "Couriers", "Timber", "Linen", "Signs", "Catering")

#: Of every five businesses, those at these places have the plan Start, without analysis types.
START = 2


def named(id: str, name: str) -> dict[str, Any]:
    """Something that is named within another record."""
    return {"id": id, "displayed_as": name, "$path": f"/v3.1/{id}"}


def user(person: Accountant) -> dict[str, Any]:
    """Whose token it is."""
    return {
        "id": person.id,
        "first_name": person.given_name,
        "last_name": person.family_name,
        "email": person.email,
        "initials": person.given_name[:1] + person.family_name[:1],
        "locale": "en-GB",
    }


def business(of: Organisation, *, active: bool) -> dict[str, Any]:
    """A business of the world."""
    plan = "Accounting Start" if of.index % 5 == START else "Accounting Plus"
    return _listed(of.id, of.name, of.country, plan, of.phone or "", active=active)


def others(person: Accountant) -> list[dict[str, Any]]:
    """Businesses that are not clients: the practice's own, which Sage lists first; a demonstration; one that is not paid."""
    own = _listed(lead_id(person), "The Practice Itself", "GB", "Accounting Partner Edition", active=True)
    demo = _listed(uuid_of(NAME, person.id, "demo"), "Sage Demo Ltd", "GB", "Accounting Plus", active=True)
    lapsed = _listed(
        uuid_of(NAME, person.id, "lapsed"), "Trial Over Ltd", "IE", "Accounting Start", active=False
    )
    return [own, demo | {"is_demo": True}, lapsed]


def lead_id(person: Accountant) -> str:
    """The business that answers calls that name none."""
    return uuid_of(NAME, person.id, "lead")


def _listed(id: str, name: str, country: str, plan: str, phone: str = "", *, active: bool) -> dict[str, Any]:
    status = "ACTIVE" if active else "EXPIRED"
    return {
        "id": id,
        "displayed_as": name,
        "$path": f"/businesses/{id}",
        "name": name,
        "address_line_1": "1 High Street",
        "city": "Leeds",
        "country": named(country, _COUNTRIES.get(country, country)),
        "telephone": phone,
        "is_demo": False,
        "subscriptions": [
            {"id": uuid_of(id, plan), "displayed_as": plan, "active": active, "status": status}
        ],
    }


def financial_settings(of: Organisation) -> dict[str, Any]:
    """A business's year, currency and tax number; missing values are null."""
    day, month = of.year_end
    return {
        "$path": "/financial_settings",
        "year_end_date": date(2026, month, day).isoformat(),
        "year_end_lockdown_date": None,
        "accounting_type": "ACCRUAL",
        "base_currency": named(of.currency, of.currency),
        "tax_scheme": named("GB_STANDARD", "Standard"),
        "tax_number": of.tax_number,
        "general_tax_number": None,
    }


def business_settings(of: Organisation) -> dict[str, Any]:
    """Further settings of a business."""
    return {
        "$path": "/business_settings",
        "siret": of.registration_number if of.country == "FR" else None,
        "rcs_number": None,
        "country_of_registration": named(of.country, _COUNTRIES.get(of.country, of.country)),
        "default_ledger_accounts": {},
    }


def ledger_accounts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Ledger accounts; their codes are numbers."""
    count = world.lines or len(_ACCOUNTS)
    return [
        _record(of, "ledger_account", place, name if place < len(_ACCOUNTS) else f"{name} {place}")
        | {
            "nominal_code": code if place < len(_ACCOUNTS) else 8_000 + place,
            "ledger_account_type": named(kind.upper().replace(" ", "_"), kind),
            "ledger_account_classification": named("GENERIC", kind),
            "ledger_account_group": {"id": "GROUP", "displayed_as": kind},
            "tax_rate": named("GB_STANDARD", "Standard 20.00%"),
            "included_in_chart": True,
            "is_control_account": code in (1100, 2100, 2200),
            "visible_in_banking": True,
            "balance_details": {"balance": "340.54"},
        }
        for place in range(count)
        for code, name, kind in (_ACCOUNTS[place % len(_ACCOUNTS)],)
    ]


def tax_rates(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Tax rates with their history."""
    rates = ("Standard", "Lower Rate", "Zero Rated", "Exempt")
    return [
        _record(of, "tax_rate", place, f"{rates[place % 4]} {place + 1}")
        | {
            "percentage": (20.0, 5.0, 0.0, 0.0)[place % 4],
            "percentages": [{"percentage": 20.0, "from_date": "2011-01-04", "to_date": None}],
            "is_visible": place % 4 != 3,
            "component_tax_rates": [],
            "agency": None,
        }
        for place in range(world.lines or 4)
    ]


def analysis_types(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Analysis types, of transactions and of groups."""
    titles = ("Department", "Cost Centre", "Project")
    return [
        _record(of, "analysis_type", place, titles[place] if place < 3 else f"Type {place}")
        | {
            "analysis_type_level": named("TRANSACTION" if place % 2 == 0 else "GROUP", "Level"),
            "active_areas": [named("SALES", "Sales")],
            "analysis_type_categories": [named(uuid_of(of.id, "category", str(place)), "North")],
        }
        for place in range(world.lines or of.index % 4)
    ]


def contacts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Vendors and customers; every fifth is a customer, one in fifteen inactive."""
    draw = world.draw(NAME, of.id, "contacts")
    return [
        _record(of, "contact", place, f"{draw.choice(_VENDORS)} {place + 1} Ltd")
        | {
            "reference": f"V{place + 1:04}",
            "contact_types": [named("CUSTOMER" if place % 5 == 4 else "VENDOR", "Type")],
            "tax_number": None,
            "currency": named(of.currency, of.currency),
            "is_active": place % 15 != 14,
            "email": f"accounts{place}@example.com",
            "bank_account_details": {
                "account_number": "12345678",
                "sort_code": "00-00-00",
                "iban": "GB00SAGE",
            },
            "balance": 120.5,
        }
        for place in range(world.lines or draw.randrange(5, 60))
    ]


def _record(of: Organisation, kind: str, place: int, name: str) -> dict[str, Any]:
    record_id = uuid_of(of.id, kind, str(place)).replace("-", "")
    return {"id": record_id, "displayed_as": name, "$path": f"/{kind}s/{record_id}", "name": name}
