"""Answers that make no sense: truncated, of another type, late, missing, about something else, with a number instead of a
text.
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, cast

import pytest
from starlette.responses import Response

from ..practice.model import Organisation
from ..practice.status import Fault
from ..practice.trouble import PassingTrouble, SignInFailed
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..sync.jobs.session import Session
from .stand import Stand

__all__ = [
    "test_a_late_answer_is_taken_and_one_that_never_comes_is_given_up",
    "test_a_sign_in_with_nonsense_in_it_keeps_nothing",
    "test_a_value_of_another_type_is_nonsense_and_no_crash",
    "test_an_answer_of_another_kind_is_nonsense_and_no_crash",
]

PATH = tuple[str | int, ...]
OTHER_VALUES: tuple[Any, ...] = (7, None, [], {}, True, "text", -1e308, [[7]], {"text": None})


def _is_html(response: Response) -> Response:
    return Response("<html><body>Sign in</body></html>", media_type="text/html")


def _half(response: Response) -> Response:
    return Response(bytes(response.body)[: len(response.body) // 2], media_type="application/json")


def _as(text: str) -> Callable[[Response], Response]:
    return lambda _: Response(text, media_type="application/json")


OF_ANOTHER_KIND: Mapping[str, Callable[[Response], Response]] = {
    "a page": _is_html,
    "cut off": _half,
    "nothing": _as(""),
    "null": _as("null"),
    "a number": _as("7"),
    "a text": _as('"text"'),
    "a list": _as("[]"),
    "a list of numbers": _as("[7, 8]"),
    "about something else": _as('{"this is": ["not", "what", "was", "asked", 7, null]}'),
    "deep": _as("[" * 5_000 + "]" * 5_000),
    "no text": lambda _: Response(b"\xff\xfe{", media_type="application/json"),
    "an empty redirect": lambda _: Response("", 302, {"Location": "http://127.0.0.1:9/"}),
}


def test_an_answer_of_another_kind_is_nonsense_and_no_crash(name: str, what: str, stand: Stand) -> None:
    sign_in = stand.ready()
    target = Target(name)

    async def work(session: Session) -> None:
        calls = session.calls(sign_in)
        true = await stand.read(calls, what)
        for kind, change in OF_ANOTHER_KIND.items():
            stand.box.script(Script("api", target, change))
            try:
                answer = await stand.read(calls, what)
            except PassingTrouble as trouble:
                assert trouble.fault is Fault.NONSENSE, kind
            else:
                assert not answer, f"{kind} was taken for {answer}"
            stand.box.unscripted()
        # The content type alone says nothing, because some servers get it wrong.
        stand.box.script(Script("api", target, _mislabelled))
        assert await stand.read(calls, what) == true

    stand.go_on(work)


def _mislabelled(response: Response) -> Response:
    response.headers["content-type"] = "text/html"
    return response


def test_a_value_of_another_type_is_nonsense_and_no_crash(name: str, what: str, stand: Stand) -> None:
    sign_in = stand.ready()
    target = Target(name)
    bodies: list[Any] = []

    def noted(response: Response) -> Response:
        bodies.append(json.loads(bytes(response.body)))
        return response

    async def work(session: Session) -> None:
        calls = session.calls(sign_in)
        stand.box.script(Script("api", target, noted))
        await stand.read(calls, what)
        stand.box.unscripted()
        for number, path in enumerate(paths(bodies[0])):
            for turn in range(2):
                value = OTHER_VALUES[(number + 4 * turn) % len(OTHER_VALUES)]
                stand.box.script(Script("api", target, _with(path, value)))
                try:
                    check(what, await stand.read(calls, what))
                except PassingTrouble as trouble:
                    assert trouble.fault is Fault.NONSENSE, (path, value)
                stand.box.unscripted()

    stand.go_on(work)


def check(what: str, answer: Any) -> None:
    """Checks that the result has the right shape, whatever was wrong in the answer."""
    if what == "details":
        assert type(answer.get("name")) is str and answer["name"]
        assert all(type(value) is str for value in answer.values())
    elif what == "organisations":
        assert all(isinstance(organisation, Organisation) for organisation in answer)
        assert all(
            type(organisation.id) is str and organisation.id and type(organisation.name) is str
            for organisation in answer
        )
    else:
        assert all(type(line["id"]) is str and line["id"] and type(line["name"]) is str for line in answer)


def paths(value: Any, here: PATH = ()) -> Generator[PATH]:
    """The path of every value in a JSON document; of a list, only its first line."""
    if here:
        yield here
    if isinstance(value, dict):
        for key, item in cast(dict[str, Any], value).items():
            yield from paths(item, (*here, key))
    elif isinstance(value, list):
        for place, item in enumerate(cast(list[Any], value)[:1]):
            yield from paths(item, (*here, place))


def _with(path: PATH, value: Any) -> Callable[[Response], Response]:
    def changed(response: Response) -> Response:
        try:
            body: Any = json.loads(bytes(response.body))
            at: Any = body
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
        except (ValueError, LookupError, TypeError):
            return response  # a different call than the one the path belongs to
        return Response(json.dumps(body), response.status_code, media_type="application/json")

    return changed


def test_a_sign_in_with_nonsense_in_it_keeps_nothing(name: str, stand: Stand) -> None:
    places: Mapping[Any, Sequence[str]] = {
        "token": ("a page", "cut off", "null", "a list", "about something else", "no text"),
        "api": ("a page", "null"),
    }

    async def work(session: Session) -> None:
        for at, kinds in places.items():
            for kind, change in ((kind, OF_ANOTHER_KIND[kind]) for kind in kinds):
                stand.box.script(Script(at, Target(name), change))
                before = stand.calls_made
                try:
                    await stand.sign_in(session)
                except (SignInFailed, PassingTrouble):
                    pass
                else:
                    # Only the token answer may say who signed in.
                    asked = [c for c in stand.called(before) if c["path"].startswith(f"/{name}")]
                    assert at == "api" and len(asked) <= 4, kind
                stand.box.unscripted()

    stand.do(work)
    assert stand.signed_in().person.email == stand.person


def test_a_late_answer_is_taken_and_one_that_never_comes_is_given_up(name: str, stand: Stand) -> None:
    sign_in = stand.ready()

    async def work(session: Session) -> Any:
        return await stand.read(session.calls(sign_in), "details")

    stand.box.fault("slow", software=name, organisation=stand.realm, times=1, seconds=0.1)
    assert stand.do(work)["name"]
    stand.box.fault("hang", software=name, organisation=stand.realm)
    with pytest.raises(PassingTrouble) as raised:
        stand.do(work, timeout_s=0.25)
    assert raised.value.fault is Fault.UNREACHABLE
    stand.box.unscripted()
    assert stand.do(work)["name"]
