"""The filter language: what a text means, and where a mistake is."""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clientsync_tui.practice.filter import FIELDS, FilterError, Term, parse
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.practice.text import folded

NOW = datetime(2026, 11, 18, 15, 30).astimezone()
"""A Wednesday, wherever the test runs."""
pieces = st.sampled_from(
    [
        *FIELDS,
        ":",
        "-",
        '"',
        " ",
        "none",
        "expired",
        "30d",
        "0w",
        "é",
        "\u3000",
        "x",
        "٣d",
        "STATUS",
        "http",
        "monday",
        "2026-03-01",
        "9999-12-31",
    ]
)
texts = st.one_of(st.text(), st.lists(pieces).map("".join))


@given(texts)
@example('status:"')
@example('-:"')
@example("since:99999d")
@example("since:9999w")
def test_any_text_has_terms_or_a_mistake_inside_it(text: str) -> None:
    try:
        terms = parse(text)
    except FilterError as error:
        assert 0 <= error.start < error.end <= len(text)
        assert not text[error.start].isspace() and str(error)
        return
    for term in terms:
        assert term.value == folded(term.value) != ""
        assert term.field is None or term.field in FIELDS
        if term.field == "since":
            assert 1800 < term.since(NOW).year < 10_000


@given(texts)
def test_quoted_text_is_one_word_whatever_it_holds(text: str) -> None:
    inside = text.replace('"', "")
    expected = (Term(None, folded(inside)),) if folded(inside) else ()
    assert parse(f'"{inside}"') == expected
    assert parse(f'"{inside}') == expected
    assert parse(f'-"{inside}"') == tuple(Term(None, term.value, True) for term in expected)


@given(
    st.lists(
        st.sampled_from(
            [Term("status", "expired"), Term(None, "ash", True), Term("team", "a b"), Term("code", "none")]
        )
    )
)
def test_terms_are_read_back_in_order(terms: list[Term]) -> None:
    written = " ".join(
        ("-" if term.negated else "") + (f"{term.field}:" if term.field else "") + f'"{term.value}"'
        for term in terms
    )
    assert parse(written) == tuple(terms)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("  \u3000 ", ()),
        ("Abbey ROAD", (Term(None, "abbey"), Term(None, "road"))),
        ('"abbey  road" -ltd', (Term(None, "abbey road"), Term(None, "ltd", True))),
        ("STATUS:Expired", (Term("status", "expired"),)),
        ("-status:none", (Term("status", "none", True),)),
        ("by:ann@example.com", (Term("by", "ann@example.com"),)),
        ('team:"north east"', (Term("team", "north east"),)),
        ("status: team:", ()),
        ("- -- 12:30", (Term(None, "-", True), Term(None, "12:30"))),
        ('"a:b"', (Term(None, "a:b"),)),
        ("co-op", (Term(None, "co-op"),)),
        ("since:2w", (Term("since", "2w"),)),
    ],
)
def test_meaning_of_a_text(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    ("text", "start", "end", "says"),
    [
        ("abbey colour:red", 6, 16, "colour"),
        ("status:gone", 0, 11, "gone"),
        ("x -reason:tired y", 2, 15, "tired"),
        ("since:soon", 0, 10, "30d"),
        ("since:12", 0, 8, "12"),
        ('status:"very broken" x', 0, 20, "very broken"),
        ("http://example.com", 0, 18, "quotes"),
    ],
)
def test_mistake_says_where_it_is(text: str, start: int, end: int, says: str) -> None:
    with pytest.raises(FilterError, match=says) as raised:
        parse(text)
    assert (raised.value.start, raised.value.end) == (start, end)


def test_every_status_and_reason_can_be_asked_for() -> None:
    for status in Status:
        assert parse(f"status:{status}") == (Term("status", str(status)),)
        assert status in FIELDS["status"]
    for reason in Reason:
        assert parse(f"reason:{reason}") == (Term("reason", str(reason)),)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("30d", NOW - timedelta(days=30)),
        ("3d", NOW - timedelta(days=3)),
        ("2w", NOW - timedelta(weeks=2)),
        ("12h", NOW - timedelta(hours=12)),
        ("today", datetime(2026, 11, 18).astimezone()),
        ("Yesterday", datetime(2026, 11, 17).astimezone()),
        ("wednesday", datetime(2026, 11, 18).astimezone()),
        ("tue", datetime(2026, 11, 17).astimezone()),
        ("thursday", datetime(2026, 11, 12).astimezone()),
        ("2026-03-01", datetime(2026, 3, 1).astimezone()),
    ],
)
def test_moment(text: str, since: datetime) -> None:
    assert parse(f"since:{text}")[0].since(NOW) == since


@pytest.mark.parametrize("text", ["2026-13-01", "0001-01-01", "2026-W10-1", "someday", "m", "yester"])
def test_invalid_times_are_refused(text: str) -> None:
    with pytest.raises(FilterError, match="yesterday, monday, 30d"):
        parse(f"since:{text}")
