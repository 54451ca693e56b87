"""FreeAgent's pages: `page` and `per_page`, a Link header with prev, next, first and last, and X-Total-Count."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

USUAL_PAGE = 25
LARGEST_PAGE = 100


def paged(
    request: Request, key: str, records: list[dict[str, Any]], *, largest: int = LARGEST_PAGE
) -> Response:
    """The requested page. A `per_page` that is too large counts as the largest."""
    page, size = _count(request, "page", 1), min(_count(request, "per_page", USUAL_PAGE), largest)
    last = max(1, -(-len(records) // size))
    pages = {"first": 1, "last": last}
    if page > 1:
        pages["prev"] = page - 1
    if page < last:
        pages["next"] = page + 1
    links = ", ".join(f"<{_address(request, number)}>; rel='{rel}'" for rel, number in pages.items())
    headers = {"X-Total-Count": str(len(records))} | ({"Link": links} if last > 1 else {})
    return JSONResponse({key: records[(page - 1) * size : page * size]}, headers=headers)


def _count(request: Request, name: str, usual: int) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isdecimal() and 0 < int(given) < 1_000_000 else usual


def _address(request: Request, page: int) -> str:
    asked = dict(parse_qsl(request.url.query)) | {"page": str(page)}
    return f"{request.url.replace(query='')}?{urlencode(asked)}"
