"""How screens show incomplete answers from an accounting app."""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from clientsync_tui.sandbox.consent.scripts import Script
from clientsync_tui.sandbox.misbehaviour.faults import Target
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]

SCOPE_MISSING = {
    "title": "Unauthorized",
    "status": 401,
    "detail": "AuthorizationUnsuccessful",
    "instance": "i",
}


def no_suppliers(response: Response) -> Response:
    if b'"Contacts"' in bytes(response.body):
        return JSONResponse(SCOPE_MISSING, 401)
    return response


def practices_only(response: Response) -> Response:
    rows: Any = json.loads(bytes(response.body))
    return JSONResponse([{**row, "tenantType": "PRACTICE"} for row in rows])


def words(pilot: Any) -> str:
    return " ".join(shown(pilot).split())


async def test_refused_list_is_named_in_the_connections(practice: Practice) -> None:
    practice.sandbox.script(Script("api", Target("xero"), no_suppliers))
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(130, 40)) as pilot:
        ((client, link), *_) = app.workplace.store.clients.integrations(None, datetime.now(UTC))
        assert link.problem is None
        app.open("connections", client=client.id)
        await until(pilot, lambda: "Xero refused the list Suppliers (" in words(pilot))
        assert "so the next refresh asks for it again." in words(pilot)
    app.workplace.close()


async def test_sign_in_that_reaches_only_practices_is_explained(practice: Practice) -> None:
    practice.sign_in(practice.people[0])
    practice.sandbox.script(Script("api", Target("xero"), practices_only))
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        await pilot.press("s", "1")
        await until(pilot, lambda: "tenants of type PRACTICE hold no organisation's books" in words(pilot))
        assert "has authorised 0 organisations" in words(pilot)
    app.workplace.close()
