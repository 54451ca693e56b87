"""Answers that are odd but valid: numbers as text, null or unknown fields, lists without lines."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from starlette.responses import Response

from ..accounting.seam.left_out import Notes, noting
from ..practice.model import Organisation
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..signin.token_endpoint import TokenEndpoint
from ..sync.jobs.session import Session
from .lasting import saved_token
from .rows import PATH, arrays
from .stand import PATIENCE_S, Stand

__all__ = [
    "test_a_field_may_be_null_in_every_row",
    "test_a_list_may_be_empty",
    "test_fields_that_nobody_knows_change_nothing",
    "test_numbers_may_be_written_as_texts",
    "test_the_life_of_an_access_token_may_be_written_as_text",
]

Change = Callable[[Any], Any]


def answering(change: Change) -> Callable[[Response], Response]:
    """A successful answer with its document changed, and its headers unchanged."""

    def changed(response: Response) -> Response:
        if response.status_code == 200:
            response.body = json.dumps(change(json.loads(bytes(response.body)))).encode()
            response.headers["content-length"] = str(len(response.body))
        return response

    return changed


def everywhere(change: Change, value: Any) -> Any:
    """A document with everything in it changed, innermost first."""
    if isinstance(value, dict):
        value = {key: everywhere(change, item) for key, item in cast(dict[str, Any], value).items()}
    elif isinstance(value, list):
        value = [everywhere(change, item) for item in cast(list[Any], value)]
    return change(value)


def as_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


def with_a_new_field(value: Any) -> Any:
    return {**cast(dict[str, Any], value), "newSince2027": [{"a": 1}]} if isinstance(value, dict) else value


def essence(answer: Any) -> Any:
    """What must stay the same: which rows there are and their names; for details, everything."""
    if isinstance(answer, dict):
        return cast(Any, answer)
    rows = cast(Sequence[Any], answer)
    return [(row.id, row.name) if isinstance(row, Organisation) else (row["id"], row["name"]) for row in rows]


def changed_nothing(change: Change, name: str, what: str, stand: Stand) -> None:
    sign_in = stand.ready()

    async def work(session: Session) -> None:
        calls = session.calls(sign_in)
        true = essence(await stand.read(calls, what))
        script = Script("api", Target(name), answering(lambda body: everywhere(change, body)))
        stand.box.script(script)
        assert essence(await stand.read(calls, what)) == true

    try:
        stand.go_on(work)
    finally:
        stand.box.unscripted()


def test_numbers_may_be_written_as_texts(name: str, what: str, stand: Stand) -> None:
    changed_nothing(as_text, name, what, stand)


def test_fields_that_nobody_knows_change_nothing(name: str, what: str, stand: Stand) -> None:
    changed_nothing(with_a_new_field, name, what, stand)


def at_the_rows(path: PATH, change: Change) -> Change:
    """Changes the array at this place in a document; a document without one stays the same."""

    def changed(body: Any) -> Any:
        if not path:
            return change(body)
        try:
            holder = _at(body, path[:-1])
            holder[path[-1]] = change(holder[path[-1]])
        except (LookupError, TypeError):
            pass  # another call's document
        return body

    return changed


def _at(body: Any, path: PATH) -> Any:
    for step in path:
        body = body[step]
    return body


def rows_changed(
    name: str, what: str, stands: Callable[..., Stand], changes: Callable[[list[Any]], Sequence[Change]]
) -> Sequence[tuple[Notes, Any, Any]]:
    """What was left out, what should be there, and what was read, for each change to each array of the answer."""
    stand = stands(name, organisations=3, lines=5)
    if what == "details" or (what == "organisations" and stand.one):
        pytest.skip("it is not a list")
    sign_in = stand.ready()
    bodies: list[Any] = []

    def noted(body: Any) -> Any:
        bodies.append(body)
        return body

    async def work(session: Session) -> list[tuple[Notes, Any, Any]]:
        calls = session.calls(sign_in)
        stand.box.script(Script("api", Target(name), answering(noted)))
        true = essence(await stand.read(calls, what))
        stand.box.unscripted()
        found: list[tuple[Notes, Any, Any]] = []
        for path in arrays(bodies[-1]):
            for change in changes(_at(bodies[-1], path)):
                stand.box.script(Script("api", Target(name), answering(at_the_rows(path, change))))
                with noting() as notes:
                    found.append((notes, true, essence(await stand.read(calls, what))))
                stand.box.unscripted()
        return found

    try:
        return stand.go_on(work)
    finally:
        stand.box.unscripted()


def test_a_list_may_be_empty(name: str, what: str, stands: Callable[..., Stand]) -> None:
    for notes, true, read in rows_changed(name, what, stands, lambda _: [lambda _: []]):
        assert not notes.sentences() and len(read) <= len(true)


def test_a_field_may_be_null_in_every_row(name: str, what: str, stands: Callable[..., Stand]) -> None:
    def nulls(rows: list[Any]) -> list[Change]:
        keys: list[str] = [*rows[0]] if isinstance(rows[0], dict) else []
        return [lambda every, key=key: [{**row, key: None} for row in every] for key in keys]

    for notes, true, read in rows_changed(name, what, stands, nulls):
        ids, known = {line[0] for line in read}, {line[0] for line in true}
        assert known <= ids or notes.sentences(), "left out rows are reported"
        # An organisation whose row no longer says why it is not wanted is offered.
        assert what == "organisations" or ids <= known


def test_the_life_of_an_access_token_may_be_written_as_text(name: str, stand: Stand) -> None:
    token = saved_token(stand, stand.ready())
    stand.box.script(Script("token", Target(name), answering(lambda body: everywhere(as_text, body))))
    try:
        granted = asyncio.run(TokenEndpoint(stand.workplace.configured(name), PATIENCE_S).renew(token))
    finally:
        stand.box.unscripted()
    assert granted.lives_s == stand.personality.access_s
