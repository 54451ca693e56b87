"""A job's pace in words, and what an entry changed, value by value."""

from clientsync_tui.practice.entries import Entry, Kind
from clientsync_tui.screens.jobs.job_progress import Pace
from clientsync_tui.sync.before_after import changes


def test_pace_says_nothing_before_it_knows_and_forgets_what_is_long_ago() -> None:
    pace = Pace()
    assert pace.says(10) == []
    pace.look(0.0, 0)
    pace.look(0.5, 5)
    assert pace.says(10) == []
    pace.look(10.0, 20)
    assert pace.says(240) == ["120 a minute, 2 minutes left", "2 minutes left"]
    assert pace.says(0) == []
    # It stood still for longer than the rate looks back, so there is no rate.
    pace.look(41.0, 20)
    pace.look(45.0, 20)
    assert pace.says(240) == []
    pace.look(50.0, 21)
    assert " h " in pace.says(100_000)[0]


def test_changes_before_and_after() -> None:
    def of(kind: Kind, **body: object) -> list[tuple[str, str, str]]:
        return changes(
            Entry(kind, "ann@example.com", "c1", "xero", "o1", body, 1, "2026-01-01T00:00:00.000Z")
        )

    assert of(Kind.CODE_SET, code=None, before="AB1") == [("Practice code", "AB1", "")]
    assert of(Kind.REASSIGNED, sign_in="s", **{"from": {"name": "Bob", "email": "bob@example.com"}}) == [
        ("Integrated by", "bob@example.com", "ann@example.com")
    ]
    assert of(
        Kind.REFRESHED, details={"tax_number": "2", "demo": None}, before={"tax_number": "1", "demo": "no"}
    ) == [
        ("Tax number", "1", "2"),
        ("Demo company", "no", ""),
    ]
    settings = {"lists": ["tax_rates"], "refresh_days": 7, "follow_details": True, "note": ""}
    before = {"lists": None, "refresh_days": 0, "follow_details": True, "note": ""}
    assert of(Kind.SETTINGS_CHANGED, settings=settings, before=before) == [
        ("Lists pulled", "all", "tax rates"),
        ("Automatic refresh, days", "0", "7"),
    ]
    assert of(Kind.SETTINGS_CHANGED, settings={"lists": []}, before={"lists": ["tracking"]}) == [
        ("Lists pulled", "tracking", "none")
    ]
    moved = of(
        Kind.ORGANISATION_CHANGED,
        organisation_id="o2",
        organisation_name="B",
        sign_in="s",
        before={"organisation_name": "A"},
    )
    assert moved == [("Organisation", "A", "B"), ("Organisation id", "o1", "o2")]
    assert of(Kind.SIGN_IN_USED, sign_in="s") == []
