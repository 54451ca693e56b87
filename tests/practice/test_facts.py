"""An item's facts are written and read again as the class of their kind; other text is refused."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.practice.facts import NO_FACTS, Facts, parsed, written


@dataclass(frozen=True, slots=True)
class Letter(Facts):
    to: str
    urgent: bool = False
    pages: int = 0
    sent_at: datetime | None = None


@given(st.text(), st.booleans(), st.integers(), st.none() | st.datetimes(timezones=st.just(UTC)))
def test_facts_are_read_back_unchanged(to: str, urgent: bool, pages: int, at: datetime | None) -> None:
    letter = Letter(to, urgent, pages, at)
    assert parsed(Letter, written(letter)) == letter


def test_time_keeps_its_zone() -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    assert parsed(Letter, written(Letter("ann", sent_at=at))).sent_at == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"ann"',
        "{}",
        '{"to": 1}',
        '{"to": "ann", "urgent": 1}',
        '{"to": "ann", "pages": true}',
        '{"to": "ann", "sent_at": "soon"}',
        '{"to": "ann", "cc": "bob"}',
        "[" * 100_000,
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(Letter, text)


def test_kind_without_facts_takes_none() -> None:
    assert parsed(Facts, written(NO_FACTS)) == NO_FACTS
    with pytest.raises(ValueError, match="not the facts of Facts"):
        parsed(Facts, '{"to": "ann"}')
