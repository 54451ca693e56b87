"""Every parser of outside input accepts any input or refuses it with a message; nothing else is ever raised."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.inputs import corpus, mutated, mutated_json
from tests.fuzz.targets import TARGETS

EXAMPLES = int(os.environ.get("FUZZ", "40"))


@pytest.mark.parametrize("target", TARGETS)
def test_saved_finds_are_accepted_or_refused_in_words(target: str):
    kept = corpus(target)
    assert kept
    for data in kept.values():
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_any_input_is_accepted_or_refused_in_words(target: str):
    seeds = list(corpus(target).values())
    inputs = mutated_json(seeds) if target == "answers" else mutated(seeds)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(inputs | st.binary(max_size=200))
    def tried(data: bytes) -> None:
        TARGETS[target](data)

    tried()
