"""Xero's query parameters on lists: If-Modified-Since, and the pages, filter and order of contacts."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from starlette.requests import Request

_CONDITION = re.compile(r"\s*IsSupplier\s*==\s*(true|false)\s*", re.IGNORECASE)
_LARGEST_PAGE = 1_000
_FULL_ONLY = ("Addresses", "Phones")


def modified_since(request: Request, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records changed after the moment the header names; all records if it names none that can be read."""
    given = request.headers.get("if-modified-since")
    try:
        since = given and (
            datetime.fromisoformat(given) if given[:4].isdigit() else parsedate_to_datetime(given)
        )
    except ValueError:
        return records
    if not since:
        return records
    limit = (since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp() * 1000
    return [record for record in records if int(record["UpdatedDateUTC"][6:].split("+")[0]) > limit]


def contacts_page(request: Request, contacts: list[dict[str, Any]]) -> dict[str, Any]:
    """`Contacts`, and with `page` also `pagination`. Raises ValueError for parameters that are not understood."""
    asked = request.query_params
    found = modified_since(request, contacts)
    if where := asked.get("where"):
        condition = _CONDITION.fullmatch(where)
        if condition is None:
            raise ValueError(f"No property or field matches in {where!r}")
        wanted = condition[1].lower() == "true"
        found = [contact for contact in found if contact["IsSupplier"] is wanted]
    if asked.get("includeArchived", "").lower() != "true":
        found = [contact for contact in found if contact["ContactStatus"] == "ACTIVE"]
    if order := asked.get("order"):
        field, _, way = order.partition(" ")
        if field not in ("Name", "UpdatedDateUTC") or way.upper() not in ("", "ASC", "DESC"):
            raise ValueError(f"can't order by {order!r}")
        found = sorted(found, key=lambda contact: contact[field], reverse=way.upper() == "DESC")
    if asked.get("summaryOnly", "").lower() == "true":
        found = [{k: v for k, v in contact.items() if k not in _FULL_ONLY} for contact in found]
    if "page" not in asked:
        return {"Contacts": found}
    page, size = _count(asked["page"]), min(_count(asked.get("pageSize", "100")), _LARGEST_PAGE)
    pagination = {
        "page": page,
        "pageSize": size,
        "pageCount": -(-len(found) // size),
        "itemCount": len(found),
    }
    return {"pagination": pagination, "Contacts": found[(page - 1) * size : page * size]}


def _count(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 1_000_000):
        raise ValueError(f"{text!r} is not a number from 1")
    return int(text)
