"""The same clients for every program."""

from clientsync_tui.widgets.select_table.rows import Cell, Column, Row

COLUMNS = (
    Column("code", "Code", 7, keep=3),
    Column("client", "Client", 24, flex=1, keep=9, most=40),
    Column("team", "Team", 8),
    Column("software", "Software", 10),
    Column("status", "Status", 26, keep=5),
    Column("by", "Integrated by", 16),
    Column("refreshed", "Refreshed", 9),
)
_WORDS = ("Bakery", "Garage", "Florists", "Holdings", "Partners", "Consulting", "Fish Bar", "Studio")
_STATUS = (
    ("✗ expired 3 days ago", "error"),
    ("! broken: access removed", "error"),
    ("◔ expires in 9 days", "warning"),
)


def client(number: int) -> Row:
    """Client `number`; the names are spread so that sorting by name has work to do."""
    spread = number * 7919 % 100_003
    status = Cell(*_STATUS[number % 3]) if number % 20 < 3 else Cell("connected", "ok")
    return Row(
        number,
        (
            f"C{number:06}",
            f"{chr(65 + spread % 26)}{spread:06} {_WORDS[number % 8]} Ltd",
            ("North", "South", "East", "West")[number % 4],
            ("Xero", "QuickBooks", "Sage")[number % 3],
            status,
            "a colleague" if number % 2 else "you",
            f"{1 + number % 28} Nov",
        ),
    )
