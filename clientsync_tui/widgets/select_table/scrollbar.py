"""The scrollbar of a select table: the last cell of its lines, where a widget of its own would cost a change of style for
every line of a page and 60 lines more in every frame."""


def thumb(top: int, page: int, count: int) -> range:
    """The lines of a page of `page` rows that the thumb covers when the first row shown is `top` of `count`; none when
    all rows fit."""
    if count <= page:
        return range(0)
    length = max(1, page * page // count)
    # Rounded so that it is at the very top or bottom only when the rows are.
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
    """The first row to show when the pointer pulls the thumb to `line` of the page."""
    return max(0, count - page) * max(0, min(line, page - 1)) // max(1, page - 1)
