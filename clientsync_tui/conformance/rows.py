"""Rows that can't be used, and ids in another spelling: the rest must still work, and no client is doubled."""

import json
from collections.abc import Callable, Generator
from typing import Any, cast

import pytest
from starlette.responses import Response

from ..accounting.seam.left_out import noting
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..sync.jobs.session import Session
from .stand import Stand

__all__ = [
    "test_an_id_in_another_spelling_is_the_same_organisation",
    "test_one_bad_row_is_left_out_and_reported",
]

BAD: tuple[Any, ...] = (None, True, {})
PATH = tuple[str | int, ...]


def test_one_bad_row_is_left_out_and_reported(name: str, what: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, organisations=3, lines=5)
    if what == "details" or (what == "organisations" and stand.one):
        pytest.skip("it is not a list")
    sign_in = stand.ready()
    bodies: list[Any] = []

    def noted(response: Response) -> Response:
        bodies.append(json.loads(bytes(response.body)))
        return response

    async def work(session: Session) -> None:
        calls = session.calls(sign_in)
        stand.box.script(Script("api", Target(name), noted))
        true: list[Any] = []
        realm = stand.realm
        for realm in [stand.realm] if stand.one else [stand.id_of(place) for place in range(3)]:
            true = list(await stand.read(calls, what, realm))
            if len(true) > 1:
                break
        stand.box.unscripted()
        lost: list[int] = []
        for path in arrays(bodies[-1]):
            for bad in BAD:
                stand.box.script(Script("api", Target(name), _middle_row(path, bad)))
                with noting() as notes:
                    found = list(await stand.read(calls, what, realm))
                stand.box.unscripted()
                assert all(name in true for name in found)
                lost.append(len(true) - len(found))
                assert bool(notes.sentences()) == notes.unreadable == (lost[-1] > 0), (path, bad)
        assert set(lost) <= {0, 1} and 1 in lost, "only the bad row is left out"

    try:
        stand.go_on(work)
    finally:
        stand.box.unscripted()


def arrays(value: Any, here: PATH = ()) -> Generator[PATH]:
    """The paths of arrays with several rows, except those within rows."""
    if isinstance(value, list):
        if len(cast(list[Any], value)) > 1:
            yield here
    elif isinstance(value, dict):
        for key, item in cast(dict[str, Any], value).items():
            yield from arrays(item, (*here, key))


def _middle_row(path: PATH, bad: Any) -> Callable[[Response], Response]:
    """Replaces a row in the middle with a bad one, because those at the ends may be unwanted anyway.

    `{}`: the same row with nothing in its fields.
    """

    def changed(response: Response) -> Response:
        try:
            body: Any = json.loads(bytes(response.body))
            rows: Any = body
            for step in path:
                rows = rows[step]
            place = len(rows) // 2
            rows[place] = _emptied(rows[place]) if bad == {} else bad
        except (ValueError, LookupError, TypeError):
            return response
        return Response(json.dumps(body), response.status_code, media_type="application/json")

    return changed


def _emptied(row: Any) -> Any:
    return dict.fromkeys(cast(dict[str, Any], row)) if isinstance(row, dict) else {}


def test_an_id_in_another_spelling_is_the_same_organisation(name: str, stand: Stand) -> None:
    software = stand.software
    ids = [stand.id_of(place) for place in range(stand.box.world.count)]
    assert len({software.canonical_id(organisation_id) for organisation_id in ids}) == len(ids), (
        "others stay others"
    )
    assert all(
        software.canonical_id(software.canonical_id(organisation_id))
        == software.canonical_id(organisation_id)
        for organisation_id in ids
    )
    sign_in = stand.ready()
    shouted = {
        organisation_id: organisation_id.upper()
        for organisation_id in ids
        if software.canonical_id(organisation_id.upper()) == software.canonical_id(organisation_id)
    }

    def in_capitals(response: Response) -> Response:
        text = bytes(response.body).decode()
        for organisation_id, other in shouted.items():
            text = text.replace(f'"{organisation_id}"', f'"{other}"')
        return Response(text, response.status_code, media_type="application/json")

    async def reached(session: Session) -> set[str]:
        return set(await session.reach(sign_in))

    true = stand.go_on(reached)
    stand.box.script(Script("api", Target(name), in_capitals))
    assert stand.go_on(reached) == true
    assert all(software.canonical_id(organisation_id) == organisation_id for organisation_id in true)
