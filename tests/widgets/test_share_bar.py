"""Shares of a whole as one line of cells."""

from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.widgets.share_bar import Share, share_bar

FILLS = "█▓▒░·"


def drawn(counts: list[int], width: int, *, ascii_marks: bool = False) -> str:
    shares = [Share(count, fill, "") for count, fill in zip(counts, FILLS, strict=False)]
    return "".join(text for text, _ in share_bar(shares, width, ascii_marks=ascii_marks))


def test_each_share_has_its_fill_and_the_smallest_is_seen() -> None:
    assert drawn([75, 25], 10) == "▕██████▓▓▏"
    assert drawn([9_999, 0, 1, 0, 0], 12) == "▕█████████▒▏"
    assert drawn([1, 1, 1, 6, 6], 7) == "▕█▓▒░·▏"
    assert drawn([1, 1, 1], 8, ascii_marks=True) == "[██▓▓▒▒]"
    assert drawn([0, 0], 12) == "", "there is no bar for nothing"
    assert drawn([1, 1, 1, 1], 5) == "", "there is no room for all shares"


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=5), st.integers(2, 40))
def test_bar_has_the_right_width_or_is_absent(counts: list[int], width: int) -> None:
    bar = drawn(counts, width)
    assert len(bar) in (0, width)
    for count, fill in zip(counts, FILLS, strict=False):
        assert not bar or (fill in bar) == (count > 0)
