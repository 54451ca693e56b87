"""Shares of a whole as one line of cells. Each has its own fill, so that they differ without colours too."""

from collections.abc import Sequence
from typing import NamedTuple

ENDS, ASCII_ENDS = ("▕", "▏"), ("[", "]")


class Share(NamedTuple):
    """A share, its fill and its style."""

    size: int
    fill: str
    style: str


def share_bar(shares: Sequence[Share], width: int, *, ascii_marks: bool = False) -> list[tuple[str, str]]:
    """Texts and styles of a bar of `width` cells, including its ends. A share above zero gets at least one cell."""
    left, right = ASCII_ENDS if ascii_marks else ENDS
    cells = _cells([share.size for share in shares], width - 2)
    fills = [(share.fill * count, share.style) for share, count in zip(shares, cells, strict=True) if count]
    return [(left, "$text-muted"), *fills, (right, "$text-muted")] if fills else []


def _cells(counts: Sequence[int], width: int) -> list[int]:
    total = sum(counts)
    if not total or width < sum(count > 0 for count in counts):
        return [0] * len(counts)
    cells = [max(1, count * width // total) if count else 0 for count in counts]
    # The largest share gets what rounding left over. Extra cells of the smallest shares come from the largest.
    cells[counts.index(max(counts))] += max(0, width - sum(cells))
    while sum(cells) > width:
        cells[cells.index(max(cells))] -= 1
    return cells
