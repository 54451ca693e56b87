"""Bodies of ledger entries: which ones fit their kind."""

import pytest

from clientsync_tui.practice.bodies import UNREADABLE, body_of, fits
from clientsync_tui.practice.entries import Entry, Kind
from clientsync_tui.practice.status import Reason
from clientsync_tui.sync.history import described


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_read_back_and_described(reason: Reason) -> None:
    body = body_of(f'{{"reason": "{reason}", "was": null}}')
    assert fits(Kind.FOUND_BROKEN, body)
    assert described(Entry(Kind.FOUND_BROKEN, "ann", body=body)).startswith("found broken: ")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NOTE_SET, '{"note": null, "before": "x"}'),
        (Kind.CLIENT_RESTORED, '{"name": null, "before": null, "step": "s", "undoes": 3}'),
        (
            Kind.SETTINGS_CHANGED,
            '{"settings": {"lists": ["contacts"], "refresh_days": 7, "note": ""}, "before": {}}',
        ),
        (Kind.SIGN_IN_USED, '{"sign_in": "s1", "ends_at": "2026-11-30T12:00:00.000Z"}'),
        (Kind.SIGN_IN_USED, '{"sign_in": "s1", "ends_at": null}'),
    ],
)
def test_bodies_that_the_program_writes_are_valid(kind: Kind, text: str) -> None:
    assert fits(kind, body_of(text))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.FOUND_BROKEN, '{"reason": "bored"}'),
        (Kind.FOUND_BROKEN, '{"reason": ["unpaid"]}'),
        (Kind.CLIENT_RENAMED, '{"name": null}'),
        (Kind.CLIENT_RENAMED, '{"name": " "}'),
        (Kind.TEAM_CREATED, '{"team": ""}'),
        (Kind.TEAM_ASSIGNED, '{"team": "  "}'),
        (Kind.TEAM_DELETED, '{"team": "North", "becomes": " "}'),
        (Kind.SETTINGS_CHANGED, '{"settings": {"refresh_days": 99999999}}'),
        (Kind.SIGN_IN_USED, '{"sign_in": "s1", "ends_at": "2026-11-30T12:00:00"}'),
        (Kind.CLIENT_REMOVED, '{"n": ' + "[" * 30 + "]" * 30 + "}"),
        (Kind.CLIENT_REMOVED, "[]"),
    ],
)
def test_any_other_body_is_invalid(kind: Kind, text: str) -> None:
    assert not fits(kind, body_of(text))


@pytest.mark.parametrize("text", ['{"n": ' + "9" * 19 + "}", '{"n": ' + "[" * 3000 + "]" * 3000 + "}"])
def test_number_or_depth_that_python_may_refuse_is_unreadable(text: str) -> None:
    assert body_of(text) is UNREADABLE
