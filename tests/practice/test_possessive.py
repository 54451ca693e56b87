import pytest

from clientsync_tui.practice.possessive import possessive


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Xero", "Xero's"), ("Zoho Books", "Zoho Books'"), ("ann@example.com", "ann@example.com's")],
)
def test_name_that_ends_in_s_takes_an_apostrophe_alone(name: str, expected: str) -> None:
    assert possessive(name) == expected
