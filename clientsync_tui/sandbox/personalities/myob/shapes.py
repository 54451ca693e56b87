"""What a company file holds, in the shapes of MYOB's JSON."""

from typing import Any

from ...world.world import Organisation, World, number_of, uuid_of

NAME = "myob"
BANK_ACCOUNT, SUPPLIERS_ABN = "00112233", "98 765 432 109"

_SERIALS = {"AU": "61", "NZ": "64"}
_ACCOUNTS = (
    ("1-1110", "Cheque Account", "Asset", "Bank"), ("1-1200", "Trade Debtors", "Asset", "AccountReceivable"),
    ("2-1200", "Trade Creditors", "Liability", "AccountsPayable"), ("2-1310", "GST Collected", "Liability", "OtherCurrentLiability"),
    ("4-1000", "Sales", "Income", "Income"), ("5-1000", "Cost of Sales", "CostOfSales", "CostOfSales"), ("6-1300", "Rent", "Expense", "Expense"),
)  # fmt: skip
_TAX_CODES = (("GST", "Goods & Services Tax", 10), ("FRE", "GST Free", 0), ("N-T", "Not Reportable", 0))
_SUPPLIERS = ("Stationery", "Power", "Broadband", "Parcels", "Tools", "Timber", "Linen", "Signs")


def tax_file_number(of: Organisation) -> str:
    """A person's tax file number: nine digits in groups, as Australians write it."""
    digits = f"{number_of(NAME, of.id, 'tfn') % 10**9:09}"
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def company(of: Organisation, base: str) -> dict[str, Any]:
    """The particulars. A sole trader's `ABNOrTFN` is their tax file number."""
    serial = _SERIALS.get(of.country, "00") + f"{number_of(NAME, of.id) % 10**10:010}"
    return {
        "CompanyName": of.name,
        "SerialNumber": serial,
        "ABNOrTFN": tax_file_number(of) if is_a_person(of) else "51 824 753 556",
        "ABNBranch": None,
        "ACN": of.registration_number,
        "SalesTaxNumber": None,
        "GSTRegistrationNumber": of.tax_number,
        "CompanyRegistrationNumber": None,
        "Address": "1 High Street\nPerth WA 6000",
        "ReadOnly": of.index % 7 == 6,
        "Uri": f"{base}/{of.id}/Company",
    }


def is_a_person(of: Organisation) -> bool:
    """Whether the books are those of one person."""
    return of.index % 2 == 0


def properties(of: Organisation) -> dict[str, Any]:
    """The accounting properties."""
    return {
        "CurrentFinancialYear": 2027,
        "LastMonthFinancialYear": of.year_end[1],
        "ConversionDate": of.created_at.isoformat(),
    }


def accounts(world: World, of: Organisation) -> list[dict[str, Any]]:
    """The chart; a bank's account says its number."""
    return [
        _line(of, "account", place)
        | {
            "DisplayID": _ACCOUNTS[place % len(_ACCOUNTS)][0],
            "Name": _numbered(_ACCOUNTS[place % len(_ACCOUNTS)][1], place, len(_ACCOUNTS)),
            "Classification": _ACCOUNTS[place % len(_ACCOUNTS)][2],
            "Type": _ACCOUNTS[place % len(_ACCOUNTS)][3],
            "IsActive": place % 9 != 8,
            "IsHeader": False,
            "TaxCode": {"UID": uuid_of(of.id, "tax", "0"), "Code": "GST"},
            "CurrentBalance": 1_234.5,
            "BankingDetails": {"BSBNumber": "062-000", "BankAccountNumber": BANK_ACCOUNT},
        }
        for place in range(world.lines or len(_ACCOUNTS))
    ]


def tax_codes(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Tax codes."""
    return [
        _line(of, "tax", place)
        | {
            "Code": _TAX_CODES[place % 3][0],
            "Description": _numbered(_TAX_CODES[place % 3][1], place, 3),
            "Type": "GST_VAT",
            "Rate": _TAX_CODES[place % 3][2],
            "IsRateNegative": False,
        }
        for place in range(world.lines or 3)
    ]


def categories(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Categories; every third file does not use them."""
    return [
        _line(of, "category", place)
        | {"DisplayID": f"C{place}", "Name": f"Category {place + 1}", "IsActive": True}
        for place in range(world.lines or (0 if of.index % 3 == 2 else 4))
    ]


def jobs(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Jobs."""
    return [
        _line(of, "job", place)
        | {
            "Number": f"J{place:04}",
            "Name": f"Job {place + 1}",
            "IsHeader": False,
            "IsActive": place % 4 != 3,
        }
        for place in range(world.lines or 3)
    ]


def suppliers(world: World, of: Organisation) -> list[dict[str, Any]]:
    """Suppliers; every eighth is a person. Their bank and tax details come unasked."""
    draw = world.draw(NAME, of.id, "suppliers")
    return [
        _line(of, "supplier", place)
        | {
            "DisplayID": f"SUPP{place:04}",
            "CompanyName": None if place % 8 == 3 else f"{draw.choice(_SUPPLIERS)} {place + 1} Pty Ltd",
            "FirstName": "Norma" if place % 8 == 3 else None,
            "LastName": f"Timber {place}" if place % 8 == 3 else None,
            "IsIndividual": place % 8 == 3,
            "IsActive": place % 15 != 14,
            "PaymentDetails": {"BSBNumber": "062-000", "BankAccountNumber": BANK_ACCOUNT},
            "BuyingDetails": {"ABN": SUPPLIERS_ABN},
        }
        for place in range(world.lines or draw.randrange(5, 60))
    ]


def _line(of: Organisation, kind: str, place: int) -> dict[str, Any]:
    return {"UID": uuid_of(of.id, kind, str(place)), "RowVersion": "123"}


def _numbered(name: str, place: int, known: int) -> str:
    return name if place < known else f"{name} {place}"
