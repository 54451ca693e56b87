"""The scrollbar of a select table: the last cell of its lines. A separate widget would cost a style change for every line
of a page, and 60 more lines in every frame.
"""


def thumb(top: int, page: int, count: int) -> range:
    """The lines of a page of `page` rows that the thumb covers if the first row shown is `top` of `count`; none if all rows
    fit.
    """
    if count <= page:
        return range(0)
    length = max(1, page * page // count)
    # Rounded so that it touches the top or bottom only if the rows do.
    hidden, free = count - page, page - length
    start = (
        0
        if top <= 0
        else free
        if top >= hidden
        else min(max(1, top * free // hidden), max(1, free - 1), free)
    )
    return range(start, start + length)


def top_at(line: int, page: int, count: int) -> int:
    """The first row to show when the pointer drags the thumb to `line` of the page."""
    return max(0, count - page) * max(0, min(line, page - 1)) // max(1, page - 1)
