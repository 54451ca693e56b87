"""The world: the same for the same seed in every process, and as varied as real life."""

import json
import subprocess
import sys
from itertools import combinations

from clientsync_tui.sandbox.world.world import World

SHOW = """
import json, sys
from dataclasses import asdict
from clientsync_tui.sandbox.world.world import World
from clientsync_tui.sandbox.personalities.xero import shapes
world = World(sys.argv[1], 60)
def facts(place):
    of = world.organisation("xero", place)
    lists = [shapes.accounts(world, of), shapes.tax_rates(of), shapes.tracking(world, of), shapes.contacts(world, of)]
    return [shapes.organisation(of), *lists]
print(json.dumps([[facts(place) for place in range(60)], [[p.id, p.email, p.name, world.reach(p)] for p in world.people]]))
"""


def shown(seed: str, hash_seed: str) -> object:
    made = subprocess.run(
        [sys.executable, "-c", SHOW, seed], capture_output=True, check=True, env={"PYTHONHASHSEED": hash_seed}
    )
    return json.loads(made.stdout)


def test_same_seed_gives_the_same_world_in_another_process() -> None:
    assert shown("seven", "1") == shown("seven", "2")
    assert shown("seven", "1") != shown("eight", "1")


def test_larger_world_starts_like_a_smaller_one() -> None:
    small, large = World("1", 10), World("1", 500)
    assert [small.organisation("xero", i) for i in range(10)] == [
        large.organisation("xero", i) for i in range(10)
    ]
    assert small.people == large.people


def test_accountants_reach_overlapping_parts_and_the_first_reaches_all() -> None:
    world = World("1", 200)
    reached = [set(world.reach(person)) for person in world.people]
    assert reached[0] == set(range(200))
    assert all(0 < len(part) < 200 for part in reached[1:])
    assert all(one & other for one, other in combinations(reached, 2))
    assert any(one - other and other - one for one, other in combinations(reached, 2))
    assert len({person.email for person in world.people}) == len({person.id for person in world.people}) == 5
    assert all(person.email.isascii() and person.email.endswith("@example.com") for person in world.people)


def test_everyone_reaches_something_in_the_smallest_world() -> None:
    world = World("1", 1)
    assert all(world.reach(person) == [0] for person in world.people)


def test_without_hostile_names_are_those_of_real_life() -> None:
    names = [
        World("1", 3_000).named(app, place).name for app in ("xero", "freeagent") for place in range(3_000)
    ]
    assert all(name.isprintable() and name == name.strip() and len(name) < 80 for name in names)
    assert not [name for name in names if name.startswith(tuple("=+-@")) or "<" in name or "[/" in name]
    assert any("会" in name for name in names)


def test_forty_hostile_names_hold_every_trap() -> None:
    world = World("1", 40, hostile=True)
    names = [world.named("xero", place).name for place in range(40)]
    assert len(set(names)) == 39
    assert any(len(name) == 500 for name in names)
    assert any(200 < len(name) < 500 for name in names)
    assert any(name != name.strip() for name in names)
    assert {"[red]x[/]", "Smith [Holdings] Ltd"} <= set(names)
    assert any("\x1b]52" in name and "\x1b[2J" in name for name in names)
    for first, last in (
        ("\u4e00", "\u9fff"),
        ("\u0600", "\u06ff"),
        ("\u0400", "\u04ff"),
        ("\u0590", "\u05ff"),
    ):
        assert any(first <= letter <= last for name in names for letter in name)
    assert any(ord(letter) > 0xFFFF for name in names for letter in name)
    assert any("\u202e" in name for name in names)


def test_another_seed_keeps_the_traps_and_changes_the_rest() -> None:
    one, other = (World(seed, 40, hostile=True) for seed in ("1", "2"))
    same = [i for i in range(40) if one.named("xero", i) == other.named("xero", i)]
    assert 15 < len(same) < 25
    assert one.id_of("xero", 0) != other.id_of("xero", 0)


def test_organisation_is_found_by_its_id_among_very_many() -> None:
    world = World("1", 100_000)
    for place in (0, 77_777, 99_999):
        assert world.place_of("xero", world.id_of("xero", place).upper()) == place
        assert world.place_of("sage", world.id_of("xero", place)) is None
        assert world.organisation("xero", place).id == world.id_of("xero", place)


def test_ids_and_short_codes_do_not_repeat() -> None:
    world = World("1", 3_000)
    organisations = [world.organisation("xero", place) for place in range(3_000)]
    assert len({of.id for of in organisations}) == 3_000
    assert len({of.short_code for of in organisations}) > 2_990
    assert len({of.name for of in organisations}) == 2_999


def test_some_businesses_have_different_ids_in_several_apps() -> None:
    world = World("1", 40)
    same = [
        place
        for place in range(40)
        if world.organisation("xero", place).name == world.organisation("sage", place).name
        and world.organisation("xero", place).tax_number == world.organisation("sage", place).tax_number
        and world.organisation("xero", place).registration_number
    ]
    assert 3 < len(same) < 20
    assert not {world.id_of("xero", place) for place in same} & {world.id_of("sage", place) for place in same}
