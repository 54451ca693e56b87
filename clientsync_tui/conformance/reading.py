"""Organisations, details and lists: complete, clean, and without writing anything."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ..accounting.seam.registry import softwares
from ..practice.model import CONTACT
from ..practice.status import Fault
from ..practice.text import clean
from ..practice.trouble import PassingTrouble
from ..sandbox.personality import TrueList
from ..sandbox.world.world import World
from ..sync.jobs.session import Session
from .stand import Stand

__all__ = [
    "test_every_organisation_is_listed_over_three_pages",
    "test_limits_are_kept",
    "test_nothing_is_kept_that_nobody_needs",
    "test_nothing_is_written_to_the_app",
    "test_renewals_stop_before_the_software_refuses_them",
    "test_the_details_are_the_organisations_own",
    "test_the_lists_are_whole_over_three_pages",
    "test_the_programs_limits_are_no_wider_than_the_softwares",
]

ODD_PLACE = 17
"""Where in the sandbox's world an organisation's name has control codes."""


def _cleaned(name: str) -> str:
    return clean(name).strip()


def test_every_organisation_is_listed_over_three_pages(name: str, stands: Callable[..., Stand]) -> None:
    page = stands(name).personality.organisations_page
    stand = stands(name, organisations=2 * page + 5) if page else stands(name)

    async def work(session: Session) -> Any:
        return await stand.read(session.calls(sign_in), "organisations")

    sign_in = stand.ready()
    listed = stand.go_on(work)
    world = stand.box.world
    places = [0] if stand.one else range(world.count)
    assert {
        organisation.id: organisation.name for organisation in listed if organisation.problem is None
    } == {stand.id_of(place): _cleaned(world.named(name, place).name) for place in places}


def test_the_details_are_the_organisations_own(name: str, stand: Stand) -> None:
    places = 0, 1, ODD_PLACE

    async def work(session: Session) -> list[Any]:
        sign_ins = [await stand.sign_in(session, place) if stand.one and place else first for place in places]
        return [
            await stand.software.details(session.calls(sign_in), stand.id_of(place))
            for sign_in, place in zip(sign_ins, places, strict=True)
        ]

    first = stand.ready()
    for place, details in zip(places, stand.do(work), strict=True):
        true = stand.box.world.organisation(name, place)
        assert details["name"] == _cleaned(true.name)
        assert details.get("tax_number") == true.tax_number
        assert details.get("currency") in (None, true.currency)
        for what in CONTACT:
            assert details.get(what) in (None, getattr(true, what)), what
        assert all(type(value) is str and value == clean(value) for value in details.values())
        link = stand.software.link(stand.id_of(place), details)
        assert link is None or link.startswith("https://")


def test_the_lists_are_whole_over_three_pages(name: str, stands: Callable[..., Stand]) -> None:
    lists = stands(name).personality.lists
    assert set(lists) == set(stands(name).software.lists), (
        "the personality plays the lists that the adapter has"
    )
    stand = stands(name, organisations=1, lines=_three_pages(lists))
    of = stand.box.world.organisation(name, 0)

    async def work(session: Session) -> dict[str, list[dict[str, Any]]]:
        calls = session.calls(await stand.sign_in(session))
        return {what: await stand.read(calls, what) for what in lists}

    for what, lines in stand.do(work).items():
        true = lists[what].names(stand.box.world, of)
        if page := lists[what].page_size:
            assert len(true) > 2 * page
        assert len(lines) == len(true), what
        assert len({line["id"] for line in lines}) == len(lines), what
        if None not in true:
            assert Counter(line["name"] for line in lines) == Counter(true), what


def _three_pages(lists: Mapping[str, TrueList]) -> int:
    """How many lines it takes for each list to have a third page, if some are hidden or of another kind."""
    longest = max((true_list.page_size or 0 for true_list in lists.values()), default=0)
    for times in (2, 3, 4, 6):
        world = World("1", 1, lines=longest * times + 7)
        counts = (
            (true_list.page_size, true_list.names(world, world.organisation("", 0)))
            for true_list in lists.values()
        )
        if all(len(names) > 2 * size for size, names in counts if size):
            break
    return longest * times + 7


def test_nothing_is_written_to_the_app(name: str, stand: Stand) -> None:
    async def work(session: Session) -> None:
        calls = session.calls(await stand.sign_in(session))
        for what in ("details", "organisations", *stand.software.lists):
            await stand.read(calls, what)

    before = stand.calls_made
    stand.do(work)
    revocation = stand.personality.revocation
    # A new sign-in may revoke the one it replaces.
    own = (stand.personality.token_path, revocation.path if revocation else stand.personality.token_path)
    methods = {c["method"] for c in stand.called(before) if not c["path"].endswith(own)}
    assert methods == {"GET"}


def test_the_programs_limits_are_no_wider_than_the_softwares(name: str, stand: Stand) -> None:
    ours, theirs = softwares()[name].limits, stand.personality.limits
    for rate in theirs.rates:
        assert any(
            own.per == rate.per and own.calls <= rate.calls and own.seconds >= rate.seconds
            for own in ours.rates
        ), rate
    if theirs.at_once is not None:
        assert ours.organisation_at_once <= theirs.at_once
    if renewals := stand.personality.renewals:
        assert ours.renewals is not None
        assert (ours.renewals.calls, ours.renewals.seconds) == (renewals.calls, renewals.seconds)


def test_limits_are_kept(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    theirs, counted = stand.personality.limits, stand.box.sandbox.limits
    at_once = softwares()[name].limits.organisation_at_once + 1
    # A rate per second can be exceeded here; for longer ones the test would have to wait.
    met = max((rate.calls for rate in theirs.rates if rate.seconds == 1), default=0)

    async def work(session: Session) -> None:
        calls = session.calls(await stand.sign_in(session))
        before = stand.calls_made
        await asyncio.gather(*(stand.read(calls, "details") for _ in range(at_once)))
        while met and stand.calls_made - before <= met + at_once:
            await stand.read(calls, "details")

    stand.do(work, limited=True)
    for rate in theirs.rates:
        # However late calls arrive: besides those sent in this time, only those in progress at its start count.
        assert counted.most[name, rate] <= rate.calls + at_once, rate
    if theirs.at_once is not None:
        assert counted.most_at_once[name] <= theirs.at_once


def test_renewals_stop_before_the_software_refuses_them(name: str, stands: Callable[..., Stand]) -> None:
    stand = stands(name, apart=True, organisations=1)
    renewals = stand.personality.renewals
    if renewals is None or renewals.seconds <= 60:
        pytest.skip("renewals never wait for longer than a minute")

    async def work(session: Session) -> None:
        access = session.tokens(name).of((await stand.sign_in(session)).id)
        refused = await access(None)
        for _ in range(renewals.calls):
            refused = await access(refused)
        with pytest.raises(PassingTrouble) as raised:
            await access(refused)
        assert raised.value.fault is Fault.LIMIT and raised.value.retry_at is not None

    stand.do(work, limited=True)
    assert stand.box.sandbox.limits.over[name] == 0


def test_nothing_is_kept_that_nobody_needs(name: str, stand: Stand) -> None:
    places = range(stand.box.world.count)
    of = [stand.box.world.organisation(name, place) for place in places]
    unwanted = {place: stand.personality.unwanted(stand.box.world, of[place]) for place in places}
    place = max(places, key=lambda place: len(unwanted[place]))
    if not unwanted[place]:
        pytest.skip("its answers contain nothing unwanted")

    async def work(session: Session) -> str:
        calls, organisation = session.calls(await stand.sign_in(session, place)), stand.id_of(place)
        wanted = ("details", "organisations", *stand.software.lists)
        return repr([await stand.read(calls, what, organisation) for what in wanted])

    found = stand.do(work)
    assert [text for text in unwanted[place] if text in found] == []
