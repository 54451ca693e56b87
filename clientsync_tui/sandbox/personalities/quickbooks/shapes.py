"""What is in a company, in the shapes of QuickBooks' JSON; the names are those of the elements in Intuit's XML schemas."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from random import Random
from typing import Any

from ...world.world import Accountant, Organisation, World, number_of

NAME = "quickbooks"

#: Classes and locations depend on the plan and have to be switched on. Of every five companies, those at these places lack them.
NO_CLASSES, NO_CLASS_IN_USE, NO_LOCATION_IN_USE = 3, 1, 2

_PACIFIC = timezone(timedelta(hours=-8))
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CURRENCY_NAMES = {
    "GBP": "British Pound Sterling",
    "USD": "United States Dollar",
    "EUR": "Euro",
    "AUD": "Australian Dollar",
}
_ACCOUNTS = (
    ("Sales", "Revenue", "Income", "SalesOfProductIncome"),
    ("Services", "Revenue", "Income", "ServiceFeeIncome"),
    ("Cost of Goods Sold", "Expense", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Advertising", "Expense", "Expense", "AdvertisingPromotional"),
    ("Bank Charges", "Expense", "Expense", "BankCharges"),
    ("Insurance", "Expense", "Expense", "Insurance"),
    ("Legal & Professional Fees", "Expense", "Expense", "LegalProfessionalFees"),
    ("Rent or Lease", "Expense", "Expense", "RentOrLeaseOfBuildings"),
    ("Travel", "Expense", "Expense", "Travel"),
    ("Utilities", "Expense", "Expense", "Utilities"),
    ("Checking", "Asset", "Bank", "Checking"),
    ("Accounts Receivable (A/R)", "Asset", "Accounts Receivable", "AccountsReceivable"),
    ("Furniture & Fixtures", "Asset", "Fixed Asset", "FurnitureAndFixtures"),
    ("Accounts Payable (A/P)", "Liability", "Accounts Payable", "AccountsPayable"),
    ("Opening Balance Equity", "Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "Equity", "RetainedEarnings"),
)
_SUPPLIERS = (
    "Insurance",
    "Garden Supplies",
    "Telephone",
    "Fidelity",
    "Plumbing",
    "Equipment Rental",
    "Freight",
)


def realm(world: World, index: int) -> str:
    """A company's id: 15 to 19 digits, a text also in JSON."""
    number = number_of(world.seed, NAME, str(index))
    least = 10 ** (14 + number % 5)
    return str(least + number // 5 % (9 * least))


def moment(at: datetime) -> str:
    """A time as QuickBooks writes it: of the Pacific coast, with its offset."""
    return at.astimezone(_PACIFIC).isoformat(timespec="seconds")


def company(world: World, of: Organisation) -> dict[str, Any]:
    """CompanyInfo. Both `Id`s are those of a record, and not the company's."""
    draw = _draw(world, of, "company")
    address = {
        "Id": "1",
        "Line1": f"{draw.randrange(1, 300)} High Street",
        "City": draw.choice(("Leeds", "Hull", "Bristol", "Mountain View", "Dunedin")),
        "CountrySubDivisionCode": draw.choice(("CA", "NY", "WA")) if of.country == "US" else "",
        "PostalCode": "".join(draw.choices("0123456789", k=5)),
    }
    fields: dict[str, Any] = {
        "CompanyName": of.name,
        "LegalName": of.legal_name,
        "CompanyAddr": address,
        "LegalAddr": address,
        "CustomerCommunicationAddr": address,
        "PrimaryPhone": {"FreeFormNumber": of.phone} if of.phone else {},
        "CompanyStartDate": of.created_at.date().isoformat(),
        "FiscalYearStartMonth": _MONTHS[of.year_end[1] % 12],
        "Country": of.country,
        "Email": {"Address": of.email},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "IndustryType", "Value": "Other"},
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
        ],
        **_kept("1", of.created_at, sync="4"),
    }
    if of.tax_number:
        fields["EmployerId"] = of.tax_number
    return fields


@lru_cache(8)  # each page of a long list asks for the whole of it
def entities(world: World, of: Organisation, entity: str) -> list[dict[str, Any]] | None:
    """Every record of an entity, inactive ones too; None if there is no such entity."""
    match entity.lower():
        case "account":
            return _accounts(world, of)
        case "taxcode":
            return _tax_codes(world, of)
        case "taxrate":
            return _tax_rates(world, of)
        case "class":
            idle = of.index % 5 in (NO_CLASSES, NO_CLASS_IN_USE)
            return _tracked(world, of, "Class", ("North", "South", "Overseas", "Projects"), idle=idle)
        case "department":
            idle = of.index % 5 == NO_LOCATION_IN_USE
            return _tracked(world, of, "Department", ("Leeds", "Hull", "Online"), idle=idle)
        case "vendor":
            return _vendors(world, of)
        case "companyinfo":
            return [company(world, of)]
        case "preferences":
            return [_preferences(of)]
        case _:
            return None


def person(who: Accountant, scopes: list[str]) -> dict[str, Any]:
    """What userinfo says: camelCase, not OpenID's names; some people's names are not known there."""
    fields: dict[str, Any] = {"sub": who.id}
    if "email" in scopes:
        fields |= {"email": who.email, "emailVerified": True}
    if "profile" in scopes and who.of != 10:
        fields |= {"givenName": who.given_name, "familyName": who.family_name}
    return fields


def _draw(world: World, of: Organisation, what: str) -> Random:
    return world.draw(NAME, of.id, what)


def _kept(record: str, created: datetime, *, sync: str = "0") -> dict[str, Any]:
    times = {"CreateTime": moment(created), "LastUpdatedTime": moment(created + timedelta(days=9))}
    return {"domain": "QBO", "sparse": False, "Id": record, "SyncToken": sync, "MetaData": times}


def _ref(value: str, name: str) -> dict[str, str]:
    return {"value": value, "name": name}


def _currency(of: Organisation) -> dict[str, str]:
    return _ref(of.currency, _CURRENCY_NAMES.get(of.currency, of.currency))


def _accounts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """The chart of accounts: few have numbers, one is a sub-account, one in sixteen is inactive."""
    draw = _draw(world, of, "accounts")
    made: list[dict[str, Any]] = []
    for place in range(world.lines or len(_ACCOUNTS)):
        name, classification, kind, sub = _ACCOUNTS[place % len(_ACCOUNTS)]
        name += f" {place}" if place >= len(_ACCOUNTS) else ""
        under = place == 1
        account: dict[str, Any] = {
            "Name": name,
            "SubAccount": under,
            "FullyQualifiedName": f"Sales:{name}" if under else name,
            "Active": place % 16 != 12,
            "Classification": classification,
            "AccountType": kind,
            "AccountSubType": sub,
            "CurrentBalance": 0,
            "CurrentBalanceWithSubAccounts": 0,
            "CurrencyRef": _currency(of),
            **_kept(str(79 + place), of.created_at),
        }
        if under:
            account["ParentRef"] = {"value": "79"}
        if draw.random() < 0.2:
            account["AcctNum"] = str(4_000 + place)
        made.append(account)
    return made


def _tax_codes(world: World, of: Organisation) -> list[dict[str, Any]]:
    def details(rate: str) -> dict[str, Any]:
        return {
            "TaxRateDetail": [
                {"TaxRateRef": {"value": rate}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
            ]
        }

    names = ["20.0% S", "5.0% R", "0.0% Z", "Exempt", "17.5% S"]
    names += [f"Code {place}" for place in range(len(names), world.lines or 0)]
    return [
        {
            "Name": name,
            "Description": name,
            "Active": name != "17.5% S",
            "Taxable": name != "Exempt",
            "TaxGroup": True,
            "SalesTaxRateList": details(str(4 + 2 * place)),
            "PurchaseTaxRateList": details(str(5 + 2 * place)),
            **_kept(str(6 + place), of.created_at),
        }
        for place, name in enumerate(names)
    ]


def _tax_rates(world: World, of: Organisation) -> list[dict[str, Any]]:
    rates = [("20.0% S", 20), ("20.0% S (Purchases)", 20), ("5.0% R", 5), ("0.0% Z", 0), ("17.5% S", 17.5)]
    rates += [(f"Rate {place}", place % 40 / 2) for place in range(len(rates), world.lines or 0)]
    return [
        {
            "Name": name,
            "Description": name,
            "Active": name != "17.5% S",
            "RateValue": percent,
            "AgencyRef": {"value": "1"},
            "SpecialTaxType": "NONE",
            "DisplayType": "ReadOnly",
            **_kept(str(4 + place), of.created_at),
        }
        for place, (name, percent) in enumerate(rates)
    ]


def _tracked(
    world: World, of: Organisation, entity: str, names: tuple[str, ...], *, idle: bool
) -> list[dict[str, Any]]:
    count = 0 if idle else world.lines or 2 + _draw(world, of, entity).randrange(len(names) - 1)
    made: list[dict[str, Any]] = []
    for place in range(count):
        name = names[place] if place < len(names) else f"{entity} {place}"
        made.append(
            {
                "Name": name,
                f"Sub{entity}": False,
                "FullyQualifiedName": name,
                "Active": place != 2,
                **_kept(
                    str(5_000_000_000_000_007 + place if entity == "Class" else 1 + place), of.created_at
                ),
            }
        )
    return made


def _vendors(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Suppliers: mostly some dozen; one in fifteen inactive, some without an address, one is a person."""
    draw = _draw(world, of, "vendors")
    made: list[dict[str, Any]] = []
    for place in range(world.lines or draw.randrange(4, 70)):
        name = f"{draw.choice(_SUPPLIERS)} {place + 1}"
        vendor: dict[str, Any] = {
            "DisplayName": name,
            "PrintOnCheckName": name,
            "Active": place % 15 != 14,
            "Vendor1099": False,
            "Balance": draw.randrange(50_000) / 100,
            "CurrencyRef": _currency(of),
            **_kept(str(31 + place), datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=place)),
        }
        if place == 1:
            vendor |= {"GivenName": "Norma", "FamilyName": "Freight"}
        else:
            vendor["CompanyName"] = name
        if draw.random() < 0.6:
            vendor["PrimaryEmailAddr"] = {"Address": f"accounts{place}@example.com"}
        if draw.random() < 0.3:
            vendor |= {"AcctNum": f"S{place:04}", "TaxIdentifier": "XXXXXXX89"}
        made.append(vendor)
    return made


def _preferences(of: Organisation) -> dict[str, Any]:
    tracking = {
        "ClassTrackingPerTxn": of.index % 5 != NO_CLASSES,
        "ClassTrackingPerTxnLine": False,
        "TrackDepartments": of.index % 5 != NO_LOCATION_IN_USE,
    }
    return {
        "AccountingInfoPrefs": tracking,
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": of.currency}},
        **_kept("1", of.created_at),
    }
