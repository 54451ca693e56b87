"""The one function that derives a status."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.practice.entries import iso, moment
from clientsync_tui.practice.status import (
    EXPIRING_WITHIN,
    SEVERITY,
    STATUS_OF_PROBLEM,
    Reason,
    Standing,
    Status,
    standing_of,
)

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("ends_at", "standing"),
    [
        (None, Standing(Status.CONNECTED)),
        (NOW + EXPIRING_WITHIN + MS, Standing(Status.CONNECTED)),
        (NOW + EXPIRING_WITHIN, Standing(Status.EXPIRING, Reason.SIGN_IN_ENDING)),
        (NOW + MS, Standing(Status.EXPIRING, Reason.SIGN_IN_ENDING)),
        (NOW, Standing(Status.EXPIRED, Reason.SIGN_IN_LAPSED)),
        (NOW - timedelta(days=900), Standing(Status.EXPIRED, Reason.SIGN_IN_LAPSED)),
    ],
)
def test_without_a_problem_the_sign_ins_end_decides(ends_at: datetime | None, standing: Standing) -> None:
    assert standing_of(None, ends_at, NOW) == standing


@given(st.sampled_from(sorted(STATUS_OF_PROBLEM)), st.none() | st.timedeltas(timedelta(-400), timedelta(400)))
def test_finding_comes_before_the_sign_ins_age(problem: Reason, ends_in: timedelta | None) -> None:
    ends_at = None if ends_in is None else NOW + ends_in
    assert standing_of(problem, ends_at, NOW) == Standing(STATUS_OF_PROBLEM[problem], problem)


def test_every_reason_is_found_or_computed_and_every_status_has_its_place() -> None:
    assert {*STATUS_OF_PROBLEM, Reason.SIGN_IN_ENDING} == set(Reason)
    assert min(Status, key=SEVERITY.__getitem__) is Status.CONNECTED
    assert max(Status, key=SEVERITY.__getitem__) is Status.BROKEN


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_written_time_is_utc_and_sorts_as_text(at: datetime) -> None:
    if not 1 < at.year < 9999:
        return
    text = iso(at)
    assert text.endswith("Z") and len(text) == 24
    read = moment(text)
    assert read is not None and timedelta(0) <= at - read < MS
    # In another time zone, the clock may go back in that millisecond.
    assert iso(at.astimezone(UTC) + MS) > text


@pytest.mark.parametrize(
    ("life", "left", "status"),
    [
        (timedelta(days=7), timedelta(days=7), Status.CONNECTED),
        (timedelta(days=7), timedelta(hours=42) + MS, Status.CONNECTED),
        (timedelta(days=7), timedelta(hours=42), Status.EXPIRING),
        (timedelta(days=7), timedelta(0), Status.EXPIRED),
        (EXPIRING_WITHIN, EXPIRING_WITHIN, Status.CONNECTED),
        (EXPIRING_WITHIN + MS, EXPIRING_WITHIN, Status.EXPIRING),
        (timedelta(days=60), timedelta(days=13), Status.EXPIRING),
    ],
)
def test_short_life_is_expiring_in_its_last_quarter(life: timedelta, left: timedelta, status: Status) -> None:
    ends = NOW + left
    assert standing_of(None, ends, NOW, ends - life).status is status
