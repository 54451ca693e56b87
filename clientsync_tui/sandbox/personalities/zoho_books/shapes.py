"""What an organization holds, in the shapes of Zoho's JSON."""

from typing import Any

from ...world.world import Accountant, Organisation, World, number_of

NAME = "zoho_books"
BANK_ACCOUNT = "00112233"

_COUNTRIES = {
    "GB": "United Kingdom", "US": "U.S.A", "IE": "Ireland", "NZ": "New Zealand", "AU": "Australia", "CA": "Canada", "IN": "India",
    "ZA": "South Africa", "SG": "Singapore", "DE": "Germany", "FR": "France", "GR": "Greece", "BE": "Belgium", "JP": "Japan",
}  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ACCOUNTS = (
    ("Petty Cash", "cash", "1010"), ("Accounts Receivable", "accounts_receivable", ""), ("Inventory Asset", "stock", "1200"),
    ("Accounts Payable", "accounts_payable", ""), ("Tax Payable", "other_current_liability", "2200"), ("Sales", "income", "4000"),
    ("Cost of Goods Sold", "cost_of_goods_sold", "5000"), ("Rent Expense", "expense", "6010"),
)  # fmt: skip
_VENDORS = ("Stationery", "Power", "Broadband", "Parcels", "Tools", "Timber", "Linen", "Signs")


def organization_id(world: World, index: int) -> str:
    """A number of ten digits, as text."""
    return str(2_000_000_000 + number_of(world.seed, NAME, str(index)) % 900_000 * 1_000 + index % 1_000)


def _line_id(of: Organisation, kind: int, place: int) -> str:
    return f"{of.id}{kind}{place:06}"


def person(someone: Accountant) -> dict[str, Any]:
    """Who signed in, as the userinfo endpoint says it."""
    return {
        "First_Name": someone.given_name,
        "Email": someone.email,
        "Last_Name": someone.family_name,
        "Display_Name": someone.name,
        "ZUID": number_of(someone.id) % 10**9,
    }


def listed(of: Organisation, *, active: bool) -> dict[str, Any]:
    """An organization as the list shows it."""
    return {
        "organization_id": of.id,
        "name": of.name,
        "contact_name": of.contact_name,
        "email": of.email,
        "is_default_org": of.index == 0,
        "is_org_active": active,
        "plan_type": 1,
        "plan_name": "STANDARD",
        "language_code": "en",
        "fiscal_year_start_month": _fiscal_start(of),
        "account_created_date": of.created_at.date().isoformat(),
        "time_zone": "Europe/London",
        "currency_id": _line_id(of, 1, 0),
        "currency_code": of.currency,
    }


def _fiscal_start(of: Organisation) -> int | str:
    """The month after the year's end, from 0 for January; some say it by name."""
    start = of.year_end[1] % 12
    return _MONTHS[start] if of.index % 3 == 1 else start


def organization(of: Organisation, *, active: bool) -> dict[str, Any]:
    """All details. Missing values are a single space."""
    return listed(of, active=active) | {
        "company_id_label": "Company ID",
        "company_id_value": of.registration_number or " ",
        "tax_id_label": "VAT Reg No",
        "tax_id_value": of.tax_number or " ",
        "address": {
            "street_address1": "1 High Street",
            "city": "Leeds",
            "zip": "LS1 1AA",
            "country": _COUNTRIES.get(of.country, of.country),
        },
        "phone": of.phone or " ",
    }


def accounts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """The chart; some are bank accounts, with more fields than the program needs."""
    made: list[dict[str, Any]] = []
    for place in range(world.lines or len(_ACCOUNTS)):
        called, kind, code = _ACCOUNTS[place % len(_ACCOUNTS)]
        made.append(
            {
                "account_id": _line_id(of, 2, place),
                "account_name": called if place < len(_ACCOUNTS) else f"{called} {place}",
                "account_code": code,
                "account_type": kind,
                "is_active": place % 9 != 8,
                "is_system_account": place < 2,
                "parent_account_id": "",
                "description": "",
                "current_balance": 1_234.5,
                "bank_account_number": BANK_ACCOUNT,
            }
        )
    return made


def taxes(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Tax rates; an organization that is not registered has none."""
    rates = (("Standard Rate", 20.0), ("Reduced Rate", 5.0), ("Zero Rate", 0)) if of.tax_number else ()
    number = world.lines or len(rates)
    return [
        {
            "tax_id": _line_id(of, 3, place),
            "tax_name": rates[place][0] if place < len(rates) else f"Rate {place}",
            "tax_percentage": rates[place][1] if place < len(rates) else place % 30,
            "tax_type": "tax",
            "tax_authority_name": "",
            "is_value_added": False,
        }
        for place in range(number)
    ]


def tags(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Reporting tags."""
    return [
        {"tag_id": _line_id(of, 4, place), "tag_name": called, "is_active": place != 2}
        for place, called in enumerate(("Department", "Project", "Region"))
    ]


def vendors(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Vendors, with amounts."""
    draw = world.draw(NAME, of.id, "vendors")
    return [
        {
            "contact_id": _line_id(of, 5, place),
            "contact_name": f"{draw.choice(_VENDORS)} {place + 1}",
            "company_name": f"Vendor {place + 1} Ltd",
            "contact_type": "vendor",
            "status": "inactive" if place % 15 == 14 else "active",
            "currency_code": of.currency,
            "outstanding_payable_amount": 250.75,
            "email": f"accounts{place}@example.com",
        }
        for place in range(world.lines or draw.randrange(5, 60))
    ]
