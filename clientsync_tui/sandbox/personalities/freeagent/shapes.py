"""What a practice and its clients have, in the shapes of FreeAgent's JSON."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ...world.world import Accountant, Organisation, World

NAME = "freeagent"

_COUNTRIES = {
    "GB": "United Kingdom", "US": "United States", "IE": "Ireland", "NZ": "New Zealand", "AU": "Australia", "CA": "Canada",
    "ZA": "South Africa", "SG": "Singapore", "DE": "Germany", "FR": "France", "GR": "Greece", "BE": "Belgium", "JP": "Japan",
}  # fmt: skip
_TYPES = {
    "company": "UkLimitedCompany",
    "sole_trader": "UkSoleTrader",
    "partnership": "UkPartnership",
    "charity": "UkLimitedCompany",
    "trust": "UkUnincorporatedLandlord",
}
_CATEGORIES = {
    "admin_expenses_categories": (
        ("250", "Rent"), ("254", "Web Hosting"), ("285", "Accommodation and Meals"), ("292", "Legal and Professional Fees"),
        ("363", "Bank/Finance Charges"),
    ),
    "cost_of_sales_categories": (("101", "Cost of Sales"), ("104", "Materials"), ("106", "Subcontractor Costs")),
    "income_categories": (("001", "Sales"), ("051", "Interest Received"), ("055", "Other Income")),
    "general_categories": (
        ("602-1", "Computer Equipment"), ("681", "Trade Debtors"), ("750-1", "Bank Account"), ("796", "Trade Creditors"),
        ("817", "VAT"), ("900-1", "Capital Account"), ("902-1", "Director's Loan"), ("999", "Suspense"),
    ),
}  # fmt: skip
_SUPPLIERS = ("Stationery", "Power", "Broadband", "Parcels", "Tools", "Timber", "Linen", "Signs")


def subdomain(world: World, index: int) -> str:
    """A client's address: the letters of its first name, and its place, since names repeat."""
    letters = re.sub("[^a-z0-9]", "", world.first_named(NAME, index).name.lower())[:24]
    return f"{letters or 'client'}{index}"


def manager_number(world: World, person: Accountant) -> int:
    """The number in an account manager's address."""
    return 101 + world.people.index(person)


def manager(world: World, person: Accountant, base: str) -> dict[str, Any]:
    """An account manager. Whether FreeAgent splits names is unconfirmed, so some have one field and some two."""
    fields: dict[str, Any] = {
        "url": f"{base}/account_managers/{manager_number(world, person)}",
        "email": person.email,
    }
    if person.of == 3:
        return fields | {"name": person.name}
    return fields | {"first_name": person.given_name, "last_name": person.family_name}


def client(world: World, index: int, base: str, *, minimal: bool) -> dict[str, Any]:
    """A client as the practice's list shows it."""
    name = world.named(NAME, index).name
    if minimal:
        return {"id": str(5_001 + index), "name": name, "subdomain": world.id_of(NAME, index)}
    responsible = next(p for p in reversed(world.people) if p.reaches(index))
    of = world.organisation(NAME, index)
    return {
        "url": f"{base}/clients/{5_001 + index}",
        "name": name,
        "subdomain": of.id,
        "account_manager": f"{base}/account_managers/{manager_number(world, responsible)}",
        "created_at": _moment(of.created_at),
        "updated_at": _moment(of.created_at + timedelta(days=30)),
    }


def is_linked(index: int) -> bool:
    """Whether the client has its own account, linked to the practice, instead of one that the practice pays for."""
    return index % 10 == 7


def company(of: Organisation, base: str, today: date) -> dict[str, Any]:
    """The particulars."""
    british = of.country == "GB"
    fields: dict[str, Any] = {
        "url": f"{base}/company",
        "id": str(90_001 + of.index),
        "name": of.name,
        "subdomain": of.id,
        "type": _TYPES[of.kind] if british else "UniversalCompany",
        "currency": of.currency,
        "mileage_units": "miles",
        "country": _COUNTRIES.get(of.country, of.country),
        "address1": "1 High Street",
        "town": "Edinburgh",
        "postcode": "EH1 1AA",
        "contact_email": of.email,
        "contact_phone": of.phone,
        "company_start_date": of.created_at.date().isoformat(),
        "freeagent_start_date": of.created_at.date().isoformat(),
        "first_accounting_year_end": _ending(of, of.created_at.date()).isoformat(),
        "annual_accounting_periods": [_period(of, today, back) for back in (1, 0)],
        "sales_tax_name": "VAT" if british else "Sales Tax",
        "sales_tax_registration_status": "Registered" if of.tax_number else "Not Registered",
        "sales_tax_rates": ["20.0", "5.0", "0.0"] if of.tax_number else [],
        "second_sales_tax_rates": ["7.0"] if of.country == "CA" else [],
        "locked_attributes": ["currency", "country"],
        "created_at": _moment(of.created_at),
        "updated_at": _moment(of.created_at + timedelta(days=30)),
    }
    if of.tax_number:
        fields["sales_tax_registration_number"] = of.tax_number
    if of.registration_number:
        fields["company_registration_number"] = of.registration_number
    return fields


def categories(world: World, base: str, *, sub_accounts: bool) -> dict[str, list[dict[str, Any]]]:
    """The four arrays; a sub-account's code has a hyphen, and comes only when asked for."""
    return {
        group: [
            {
                "url": f"{base}/categories/{code}",
                "description": description,
                "nominal_code": code,
                "allowable_for_tax": True,
                "tax_reporting_name": description,
                "auto_sales_tax_rate": "Standard rate",
                "group_description": description,
            }
            for code, description in accounts
            if sub_accounts or "-" not in code
        ]
        for group, accounts in _CATEGORIES.items()
    }


def contacts(world: World, of: Organisation, base: str) -> list[dict[str, Any]]:
    """Suppliers and others: every fifth is a customer, some are people, one in fifteen is hidden."""
    draw = world.draw(NAME, of.id, "contacts")
    made: list[dict[str, Any]] = []
    for place in range(world.lines or draw.randrange(5, 60)):
        contact: dict[str, Any] = {
            "url": f"{base}/contacts/{of.index}{place:06}",
            "email": f"accounts{place}@example.com",
            "status": "Hidden" if place % 15 == 14 else "Active",
            "country": "United Kingdom",
            "is_supplier": place % 5 != 4,
            "created_at": _moment(of.created_at),
            "updated_at": _moment(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=place)),
        }
        if place % 8 == 3:
            contact |= {"first_name": "Norma", "last_name": f"Timber {place}"}
        else:
            contact["organisation_name"] = f"{draw.choice(_SUPPLIERS)} {place + 1} Ltd"
        if draw.random() < 0.4:
            contact["sales_tax_registration_number"] = "GB" + "".join(draw.choices("0123456789", k=9))
        made.append(contact)
    return made


def projects(world: World, of: Organisation, base: str) -> list[dict[str, Any]]:
    """Projects: mostly few; every fourth is completed."""
    draw = world.draw(NAME, of.id, "projects")
    return [
        {
            "url": f"{base}/projects/{of.index}{place:06}",
            "name": f"Project {place + 1}",
            "contact": f"{base}/contacts/{of.index}{0:06}",
            "status": "Completed" if place % 4 == 3 else "Active",
            "currency": of.currency,
            "updated_at": _moment(of.created_at),
        }
        for place in range(world.lines or draw.randrange(0, 9))
    ]


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _ending(of: Organisation, day: date) -> date:
    """The end of the accounting year that a day is in."""
    last, month = of.year_end
    ends = date(day.year, month, last)
    return ends if ends >= day else date(day.year + 1, month, last)


def _period(of: Organisation, today: date, back: int) -> dict[str, str]:
    ends = _ending(of, today)
    starts = date(ends.year - 1, ends.month, ends.day) + timedelta(days=1)
    year = timedelta(days=365) * back
    return {"starts_on": (starts - year).isoformat(), "ends_on": (ends - year).isoformat()}
