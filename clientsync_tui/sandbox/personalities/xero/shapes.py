"""What is in an organisation, in the shapes of Xero's JSON (OpenAPI 16.1.0)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from ...world.clock import utc
from ...world.state import Connection
from ...world.world import Accountant, Organisation, World, uuid_of

_VERSIONS = {"GB": "UK", "AU": "AU", "NZ": "NZ", "US": "US"}
_TIMEZONES = {
    "GB": "GMTSTANDARDTIME", "IE": "GMTSTANDARDTIME", "AU": "AUSEASTERNSTANDARDTIME", "NZ": "NEWZEALANDSTANDARDTIME",
    "US": "EASTERNSTANDARDTIME", "CA": "EASTERNSTANDARDTIME", "SG": "SINGAPORESTANDARDTIME", "ZA": "SOUTHAFRICASTANDARDTIME",
    "JP": "TOKYOSTANDARDTIME", "CN": "CHINASTANDARDTIME", "HK": "CHINASTANDARDTIME", "AE": "ARABIANSTANDARDTIME",
    "UA": "FLESTANDARDTIME", "GR": "GTBSTANDARDTIME", "TH": "SEASIASTANDARDTIME", "IL": "ISRAELSTANDARDTIME",
    "DE": "WEUROPESTANDARDTIME", "FR": "ROMANCESTANDARDTIME", "BE": "ROMANCESTANDARDTIME",
}  # fmt: skip
_TAX = {
    "GB": ("VAT", 20.0),
    "NZ": ("GST", 15.0),
    "AU": ("GST", 10.0),
    "IE": ("VAT", 23.0),
    "ZA": ("VAT", 15.0),
}
_ACCOUNTS = (
    ("200", "Sales", "REVENUE", "REVENUE", "OUTPUT2", ""), ("260", "Other Revenue", "REVENUE", "REVENUE", "OUTPUT2", ""),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "EXPENSE", "INPUT2", ""), ("400", "Advertising", "EXPENSE", "EXPENSE", "INPUT2", ""),
    ("404", "Bank Fees", "EXPENSE", "EXPENSE", "NONE", ""), ("412", "Consulting & Accounting", "EXPENSE", "EXPENSE", "INPUT2", ""),
    ("433", "Insurance", "OVERHEADS", "EXPENSE", "INPUT2", ""), ("445", "Light, Power, Heating", "OVERHEADS", "EXPENSE", "INPUT2", ""),
    ("469", "Rent", "OVERHEADS", "EXPENSE", "INPUT2", ""), ("477", "Salaries", "EXPENSE", "EXPENSE", "NONE", ""),
    ("493", "Travel – National", "EXPENSE", "EXPENSE", "INPUT2", ""), ("610", "Accounts Receivable", "CURRENT", "ASSET", "NONE", "DEBTORS"),
    ("710", "Office Equipment", "FIXED", "ASSET", "INPUT2", ""), ("800", "Accounts Payable", "CURRLIAB", "LIABILITY", "NONE", "CREDITORS"),
    ("820", "Sales Tax", "CURRLIAB", "LIABILITY", "NONE", "GST"), ("860", "Rounding", "CURRLIAB", "LIABILITY", "NONE", "ROUNDING"),
    ("960", "Retained Earnings", "EQUITY", "EQUITY", "NONE", "RETAINEDEARNINGS"), ("970", "Owner A Funds Introduced", "EQUITY", "EQUITY", "NONE", ""),
)  # fmt: skip
_REGIONS = ("North", "South", "East", "West", "Overseas")
_SUPPLIERS = (
    "Office Supplies",
    "Energy",
    "Water",
    "Telecom",
    "Couriers",
    "Wholesale",
    "Packaging",
    "Vehicle Hire",
    "Waste",
    "Print",
)


def ms_date(moment: float | datetime) -> str:
    """A time as Xero's JSON writes it: milliseconds since 1970, UTC."""
    seconds = moment.timestamp() if isinstance(moment, datetime) else moment
    return f"/Date({int(seconds * 1000)}+0000)/"


def connection(held: Connection, name: str) -> dict[str, Any]:
    """A connection; its dates have seven decimals and no zone, and mean UTC."""
    return {
        "id": held.id,
        "authEventId": held.auth_event,
        "tenantId": held.organisation,
        "tenantType": "ORGANISATION",
        "tenantName": name,
        "createdDateUtc": _seven_decimals(held.created_at),
        "updatedDateUtc": _seven_decimals(held.updated_at),
    }


@lru_cache(64)
def _seven_decimals(moment: float) -> str:
    # Cached, because the 100,000 connections of one consent have the same time.
    return f"{utc(moment):%Y-%m-%dT%H:%M:%S.%f}0"


def _phones(of: Organisation) -> list[dict[str, str]]:
    """In parts, as Xero gives them. The fax number is not in use."""
    if of.phone is None:
        return []
    country, area, number = of.phone.split(" ", 2)
    parts = {"PhoneAreaCode": area, "PhoneCountryCode": country.lstrip("+")}
    return [
        {"PhoneType": "FAX", "PhoneNumber": "960999", **parts},
        {"PhoneType": "OFFICE", "PhoneNumber": number, **parts},
    ]


def organisation(of: Organisation) -> dict[str, Any]:
    """The details. Missing values are left out, as Xero does."""
    quarterly = of.index % 3 != 0
    fields: dict[str, Any] = {
        "OrganisationID": of.id,
        "APIKey": None,
        "Name": of.name,
        "LegalName": of.legal_name,
        "PaysTax": of.tax_number is not None,
        "Version": _VERSIONS.get(of.country, "GLOBAL"),
        "OrganisationType": of.kind.upper(),
        "BaseCurrency": of.currency,
        "CountryCode": of.country,
        "IsDemoCompany": of.demo,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": of.registration_number,
        "TaxNumber": of.tax_number,
        "FinancialYearEndDay": of.year_end[0],
        "FinancialYearEndMonth": of.year_end[1],
        "SalesTaxBasis": ("ACCRUAL" if of.country == "GB" else "INVOICE") if of.tax_number else "NONE",
        "SalesTaxPeriod": ("QUARTERLY" if quarterly else "MONTHLY") if of.tax_number else "NONE",
        "PeriodLockDate": of.locked_until and ms_date(of.locked_until),
        "CreatedDateUTC": ms_date(of.created_at),
        "OrganisationEntityType": of.kind.upper(),
        "Timezone": _TIMEZONES[of.country],
        "ShortCode": of.short_code,
        "Edition": "PARTNER" if of.index % 8 == 7 else "BUSINESS",
        "Class": "DEMO" if of.demo else "PREMIUM" if of.index % 2 else "STANDARD",
        "Addresses": [],
        "Phones": _phones(of),
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
    return {key: value for key, value in fields.items() if value is not None}


def accounts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """The chart of accounts; the bank account has no code, and one account is archived."""
    draw = world.draw("xero", of.id, "accounts")
    bank: dict[str, Any] = {
        "AccountID": uuid_of(of.id, "bank"),
        "Name": "Business Bank Account",
        "Status": "ACTIVE",
        "Type": "BANK",
        "TaxType": "NONE",
        "Class": "ASSET",
        "BankAccountNumber": "".join(draw.choices("0123456789", k=14)),
        "BankAccountType": "BANK",
        "CurrencyCode": of.currency,
        "UpdatedDateUTC": ms_date(of.created_at),
        "HasAttachments": False,
    }
    accounts = [account for account in _ACCOUNTS if account[5] or draw.random() < 0.9]
    return [bank] + [
        {
            "AccountID": uuid_of(of.id, "account", code),
            "Code": code,
            "Name": name,
            "Status": "ARCHIVED" if code == "970" else "ACTIVE",
            "Type": kind,
            "TaxType": tax,
            "Class": group,
            "EnablePaymentsToAccount": False,
            "ShowInExpenseClaims": group == "EXPENSE",
            "UpdatedDateUTC": ms_date(of.created_at + timedelta(days=draw.randrange(400))),
            "HasAttachments": False,
            "AddToWatchlist": False,
        }
        | ({"SystemAccount": system} if system else {})
        for code, name, kind, group, tax, system in accounts
    ]


def tax_rates(of: Organisation) -> list[dict[str, Any]]:
    """Three rates: on sales, on purchases, and none; one more is deleted."""
    title, percent = _TAX.get(of.country, ("Tax", 5.0))
    rates = (
        (f"{percent:g}% {title} on Income", "OUTPUT2", "OUTPUT", percent, "ACTIVE"),
        (f"{percent:g}% {title} on Expenses", "INPUT2", "INPUT", percent, "ACTIVE"),
        (f"No {title}", "NONE", "NONE", 0.0, "ACTIVE"),
        (f"Old {title}", "TAX001", "OUTPUT", percent - 2.5, "DELETED"),
    )
    return [
        {
            "Name": name,
            "TaxType": kind,
            "ReportTaxType": report,
            "CanApplyToAssets": True,
            "CanApplyToEquity": True,
            "CanApplyToExpenses": report != "OUTPUT",
            "CanApplyToLiabilities": True,
            "CanApplyToRevenue": report != "INPUT",
            "DisplayTaxRate": rate,
            "EffectiveRate": rate,
            "Status": status,
            "TaxComponents": [{"Name": title, "Rate": rate, "IsCompound": False, "IsNonRecoverable": False}],
        }
        for name, kind, report, rate, status in rates
    ]


def tracking(world: World, of: Organisation) -> list[dict[str, Any]]:
    """None, one or two categories; the second is archived."""
    draw = world.draw("xero", of.id, "tracking")
    titles = ("Region", "Department")[: draw.randrange(3)]
    return [
        {
            "Name": title,
            "Status": "ARCHIVED" if place else "ACTIVE",
            "TrackingCategoryID": uuid_of(of.id, title),
            "Options": [
                {"TrackingOptionID": uuid_of(of.id, title, option), "Name": option, "Status": "ACTIVE"}
                for option in _REGIONS[: 2 + draw.randrange(4)]
            ],
        }
        for place, title in enumerate(titles)
    ]


def contacts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Suppliers and customers: mostly a few dozen, every seventh organisation some hundreds; one in fifteen archived."""
    draw = world.draw("xero", of.id, "contacts")
    many = world.lines or (draw.randrange(220, 420) if of.index % 7 == 6 else draw.randrange(5, 60))
    return [
        {
            "ContactID": uuid_of(of.id, "contact", str(n)),
            "ContactStatus": "ARCHIVED" if n % 15 == 14 else "ACTIVE",
            "Name": f"{draw.choice(_SUPPLIERS)} {n + 1} Ltd",
            "EmailAddress": f"accounts{n + 1}@example.com" if draw.random() < 0.7 else "",
            "AccountNumber": f"S{n + 1:04}",
            "TaxNumber": "".join(draw.choices("0123456789", k=9)),
            "Addresses": [
                {"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": ""}
            ],
            "Phones": [
                {"PhoneType": "DEFAULT", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
            ],
            "UpdatedDateUTC": ms_date(
                datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=draw.randrange(12_000))
            ),
            "IsSupplier": n % 5 != 4,
            "IsCustomer": n % 5 == 4,
            "HasAttachments": False,
        }
        for n in range(many)
    ]


def user(person: Accountant, of: Organisation) -> dict[str, Any]:
    """Someone of the practice, as a user of the organisation."""
    return {
        "UserID": uuid_of(person.id, of.id),
        "EmailAddress": person.email,
        "FirstName": person.given_name,
        "LastName": person.family_name,
        "UpdatedDateUTC": ms_date(of.created_at),
        "IsSubscriber": person.of == 1,
        "OrganisationRole": "FINANCIALADVISER" if person.of == 1 else "STANDARD",
    }
