"""The columns of the client list. A row of `COLUMNS` is all that the screen, sorting, CSV, JSON and the command
line know about a column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from ..practice.entries import iso
from ..practice.model import CONTACT, DETAIL_TITLES, Client, Integration
from ..practice.status import Status, weight
from .home import claim_words
from .locale_words import brief, short_date
from .words import ASCII_SYMBOLS, SHORT, STYLES, SYMBOLS, last_good, link_words, unchecked

Sort = tuple[tuple[str, bool], ...]
"""Column keys and whether each is descending, the primary one first."""


class Viewer(NamedTuple):
    """Who looks at the list. `title`: gives an accounting app's display name.

    `columns`: keys of the shown columns; no other cells are made. `held`: ids of the sign-ins whose tokens the
    person has.
    """

    now: datetime
    title: Callable[[str], str]
    columns: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    ascii_marks: bool = False
    me: str = ""
    """The actor for this person if no sign-in is used, and the owner of their claims."""
    is_one_person: bool = True
    """Whether all held sign-ins are one person's: only then are they "you"."""


class Seen(NamedTuple):
    """What a cell is made from: a client, the worst of its integrations, and who is looking."""

    client: Client
    worst: Integration | None
    viewer: Viewer


Value = Callable[[Client, Integration | None], Any]
"""Reads a value from a client or, if the column belongs to integrations, from one of its integrations."""
Styled = tuple[str, str]
"""A text and what it means: "ok", "warning", "error" or "muted"."""


class Room(NamedTuple):
    """How a column shares the screen's width, like `widgets.select_table.rows.Column`."""

    width: int
    flex: int = 0
    keep: int = 1
    most: int | None = None
    shorten: Literal["end", "middle"] = "end"
    least: int | None = None


DATE = Room(11)
CLAIMED = "claimed"
"""The key of the column that is printed only if a client is claimed."""
LAST_CHANGE = "changed"
"""The key of the column that is read from the ledger. It is read only for the rows on the page, and only if shown."""


@dataclass(frozen=True, slots=True)
class CsvField:
    """A field of the CSV file. `is_date`: spreadsheets may read it as a date."""

    heading: str
    value: Callable[[Client, Integration | None], str]
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class ClientColumn:
    """One column. If it has no value for an output, that output leaves it out."""

    key: str
    """Identifies the column in a saved sort, in saved columns and in tests."""
    title: str = ""
    place: int | None = None
    """Its position on screen and on the command line. None: last, and hidden until the user chooses it."""
    room: Room = DATE
    cell: Callable[[Seen], str | Styled] | None = None
    """What a screen row shows."""
    sort: str | None = None
    """The store's sort key (`store/listing/sorting.KEYS`). None: the list can't be sorted by it."""
    csv: tuple[CsvField, ...] = ()
    json: Mapping[str, Value] = field(default_factory=dict[str, Value])
    of_integration: bool = False
    """Where JSON has it: in the client, or in each of its integrations."""
    line: Callable[[Client, Integration | None, Viewer], str] | None = None
    """What `clientsync clients` prints: a line per integration, or one line for a client without any."""


# Values


def _of(read: Callable[[Integration], Any]) -> Value:
    return lambda _, link: read(link) if link else ""


def _by(link: Integration) -> str:
    return link.integrated_by.name or link.integrated_by.email


def _date(read: Callable[[Integration], datetime | None]) -> Value:
    def value(_: Client, link: Integration | None) -> str:
        moment = read(link) if link else None
        # As spreadsheets of every language read a date.
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else ""

    return value


def _utc(read: Callable[[Integration], datetime | None]) -> Value:
    return _of(lambda link: iso(moment) if (moment := read(link)) else None)


def _fault(link: Integration) -> dict[str, str] | None:
    return {"at": iso(link.last_fault.at), "what": link.last_fault.what} if link.last_fault else None


def _detail(name: str) -> Callable[[Client, Integration | None], str]:
    def value(client: Client, _: Integration | None) -> str:
        found = client.details.get(name, "")
        if name != "country":
            return found
        from ..practice.countries import country

        return country(found)

    return value


# Cells


def _detail_cell(name: str) -> Callable[[Seen], str]:
    value = _detail(name)
    return lambda seen: value(seen.client, None)


def _joined(read: Callable[[Integration, Viewer], str]) -> Callable[[Seen], str]:
    """The values of all integrations, each once."""
    return lambda seen: ", ".join(dict.fromkeys(read(link, seen.viewer) for link in seen.client.integrations))


def _day(read: Callable[[Integration], datetime | None]) -> Callable[[Seen], str]:
    """A date of the worst integration."""
    return lambda seen: short_date(read(seen.worst), seen.viewer.now) if seen.worst else ""


def _name_cell(seen: Seen) -> str:
    """The name, after a mark if someone claimed the client."""
    mark = claim_words.mark(seen.client.claim, seen.viewer.now, ascii_marks=seen.viewer.ascii_marks)
    return f"{mark} {seen.client.name}" if mark else seen.client.name


def _claimed_cell(seen: Seen) -> str:
    claim, viewer = seen.client.claim, seen.viewer
    return claim_words.by(claim, viewer.me, viewer.now) if claim else ""


def _status_cell(seen: Seen) -> Styled:
    """The status of the worst integration: symbol, words and meaning."""
    link, viewer = seen.worst, seen.viewer
    if link is None:
        return f"{' ' if viewer.ascii_marks else '·'} not connected", "muted"
    status = link.standing.status
    words, style = link_words(link, viewer.now), STYLES[status]
    if link.last_fault and status is Status.CONNECTED:
        # It worked then, and could not be checked since.
        words, style = f"{words}? checked {brief(last_good(link), viewer.now)}", "warning"
    elif link.last_fault:
        words += "?"
    return f"{(ASCII_SYMBOLS if viewer.ascii_marks else SYMBOLS)[status]} {words}", style


def status_line(link: Integration | None, viewer: Viewer) -> str:
    """An integration's status as one line for the command line, with how long it has gone unchecked."""
    if link is None:
        return "not connected"
    app = viewer.title(link.software) if link.last_fault else ""
    fault = unchecked(link, "{:%d %b %H:%M} UTC".format, app)
    words = link_words(link, viewer.now)
    return f"{words}, {fault}" if fault else words


# The table, in the order of the CSV file and of JSON


def _moment(
    name: str, title: str, read: Callable[[Integration], datetime | None], **more: Any
) -> ClientColumn:
    return ClientColumn(
        name,
        title,
        cell=_day(read),
        csv=(CsvField(f"{title} (UTC)", _date(read), is_date=True),),
        json={f"{name}_at": _utc(read)},
        of_integration=True,
        **more,
    )


COLUMNS: list[ClientColumn] = [
    ClientColumn("id", csv=(CsvField("ID", lambda client, _: client.id),), json={"id": lambda client, _: client.id}),
    ClientColumn(
        "name", "Client", 2, Room(24, 6, 9, 60, "middle", least=12),
        cell=_name_cell,
        sort="name",
        csv=(CsvField("Client", lambda client, _: client.name),),
        json={"name": lambda client, _: client.name},
        line=lambda client, _link, _viewer: client.name,
    ),
    ClientColumn(
        "code", "Code", 1, Room(7, 1, 6, 14, "middle"),
        cell=lambda seen: seen.client.practice_code or "",
        sort="code",
        csv=(CsvField("Practice code", lambda client, _: client.practice_code or ""),),
        json={"practice_code": lambda client, _: client.practice_code},
        line=lambda client, _link, _viewer: client.practice_code or "",
    ),
    ClientColumn(
        "team", "Team", 3, Room(8, 1, 3, 20),
        cell=lambda seen: seen.client.team or "",
        sort="team",
        csv=(CsvField("Team", lambda client, _: client.team or ""),),
        json={"team": lambda client, _: client.team},
        line=lambda client, _link, _viewer: client.team or "",
    ),
    ClientColumn(
        "software", "App", 4, Room(10, 1, 7, 24),
        cell=_joined(lambda link, viewer: viewer.title(link.software)),
        sort="software",
        csv=(CsvField("Software", _of(lambda link: link.software)),),
        json={"software": _of(lambda link: link.software)},
        of_integration=True,
        line=lambda _, link, _viewer: link.software if link else "",
    ),
    ClientColumn(
        "organisation", "Organisation", None, Room(16, 3, 1, 40, "middle"),
        # Two organisations with the same name are two.
        cell=lambda seen: ", ".join(link.organisation_name for link in seen.client.integrations),
        csv=(
            CsvField("Organisation", _of(lambda link: link.organisation_name)),
            CsvField("Organisation ID", _of(lambda link: link.organisation_id)),
        ),
        json={
            "organisation_id": _of(lambda link: link.organisation_id),
            "organisation_name": _of(lambda link: link.organisation_name),
        },
        of_integration=True,
    ),
    ClientColumn(
        "status", "Status", 5, Room(26, 2, 8, 30, least=14),
        cell=_status_cell,
        sort="status",
        csv=(
            CsvField("Status", _of(lambda link: link.standing.status)),
            CsvField("Reason", _of(lambda link: SHORT.get(link.standing.reason or "", ""))),
        ),
        json={"status": _of(lambda link: link.standing.status), "reason": _of(lambda link: link.standing.reason)},
        of_integration=True,
        line=lambda _, link, viewer: status_line(link, viewer),
    ),
    ClientColumn(
        "by", "Integrated by", 6, Room(13, 1, 5, 28),
        cell=_joined(lambda link, viewer: "you" if viewer.is_one_person and link.sign_in in viewer.held else _by(link)),
        sort="by",
        csv=(
            CsvField("Integrated by", _of(lambda link: link.integrated_by.name)),
            CsvField("E-mail", _of(lambda link: link.integrated_by.email)),
        ),
        json={
            "integrated_by": _of(lambda link: {"name": link.integrated_by.name, "email": link.integrated_by.email})
        },
        of_integration=True,
        line=lambda _, link, _viewer: _by(link) if link else "",
    ),
    _moment("connected", "Connected", lambda link: link.connected_at),
    _moment("refreshed", "Refreshed", lambda link: link.refreshed_at, place=7, room=Room(11, keep=2), sort="refreshed"),
    _moment("checked", "Checked", lambda link: link.checked_at),
    _moment("expires", "Expires", lambda link: link.expires_at),
    ClientColumn("fault", json={"last_fault": _of(_fault)}, of_integration=True),
    ClientColumn(
        "note", "Note", None, Room(12, 2, 1, 40),
        cell=lambda seen: seen.client.note,
        csv=(CsvField("Note", lambda client, _: client.note),),
    ),
    ClientColumn(
        CLAIMED, "Claimed by", None, Room(13, 1, 5, 28),
        cell=_claimed_cell,
        json={"claimed_by": lambda client, _: claim_words.as_json(client.claim)},
        line=lambda client, _link, viewer: claim_words.by(client.claim, viewer.me, viewer.now) if client.claim else "",
    ),
    ClientColumn("country", "Country", None, Room(10), cell=_detail_cell("country")),
    ClientColumn("tax_number", "Tax number", None, Room(14, shorten="middle"), cell=_detail_cell("tax_number")),
    ClientColumn("year_end", "Year end", None, DATE, cell=_detail_cell("year_end")),
    ClientColumn(
        LAST_CHANGE, "Last change", None, DATE,
        cell=lambda seen: short_date(seen.client.changed_at, seen.viewer.now),
    ),
    ClientColumn(
        "details",
        csv=tuple(
            CsvField(title, _detail(name), is_date=name in ("year_end", "lock_date"))
            for name, title in DETAIL_TITLES.items()
            if name != "name" and name not in CONTACT
        ),
    ),
]  # fmt: skip


def _placed(columns: list[ClientColumn]) -> list[ClientColumn]:
    return sorted(columns, key=lambda column: len(COLUMNS) if column.place is None else column.place)


def on_screen() -> list[ClientColumn]:
    """The columns the screen can show, in their initial order."""
    return _placed([column for column in COLUMNS if column.cell])


def on_the_command_line() -> list[ClientColumn]:
    """The columns that `clientsync clients` prints."""
    return _placed([column for column in COLUMNS if column.line])


def csv_fields() -> list[CsvField]:
    """The fields of the CSV file."""
    return [found for column in COLUMNS for found in column.csv]


def worst(client: Client) -> Integration | None:
    """The integration that needs attention most."""
    return max(client.integrations, key=lambda link: weight(link.standing.status), default=None)


def stored(sort: Sort) -> Sort:
    """The sort, in the store's own keys."""
    keys = {column.key: column.sort for column in COLUMNS}
    return tuple((stored, down) for key, down in sort if (stored := keys[key]))


def json_shape() -> Callable[[Client], dict[str, Any]]:
    """The function that turns a client and its integrations into JSON. Scripts rely on the names."""
    named = [(column.of_integration, *found) for column in COLUMNS for found in column.json.items()]
    of_client = [(name, value) for of_integration, name, value in named if not of_integration]
    of_link = [(name, value) for of_integration, name, value in named if of_integration]

    def shape(client: Client) -> dict[str, Any]:
        links = [{name: value(client, link) for name, value in of_link} for link in client.integrations]
        return {**{name: value(client, None) for name, value in of_client}, "integrations": links}

    return shape
