"""A key in the select table: 100,000 clients compared with 100, and with Textual's own DataTable with the same clients."""

from collections.abc import Iterator, Sequence
from statistics import median, quantiles

from bench.result import Result, measure
from bench.terminal import Cost, Terminal

OURS, PEER = "bench.programs.select_table", "bench.programs.data_table"
FEW, MIDDLE, MANY = 100, 10_000, 100_000
ENOUGH = 20
"""The minimum number of keys for a p95 that is not just the slowest one."""


@measure("select_table")
def select_table(quick: bool) -> Iterator[Result]:
    # A DataTable needs a quarter of a minute to take 100,000 rows.
    times, rows = (4, 2_000) if quick else (200, MANY)
    with (
        Terminal.of_module(OURS, str(rows)) as many,
        Terminal.of_module(PEER, str(rows)) as peer,
        Terminal.of_module(OURS, str(FEW)) as few,
    ):
        for terminal in (few, many, peer):
            terminal.wait_for("C000001")
        if not quick:
            with Terminal.of_module(OURS, str(MIDDLE)) as middle:
                middle.wait_for("C000001")
                base, between = press([few, middle], ("down", "up"), times)
                yield Result(f"down: {MIDDLE:,} / {FEW} rows, ms p50", p50(between), p50(base), 1.1)
        yield from _many_beside_few(many, few, rows, times)
        yield from _beside_peer(many, peer, MANY / rows, times)


def _many_beside_few(many: Terminal, few: Terminal, rows: int, times: int) -> Iterator[Result]:
    for name, keys in (
        ("down", ("down", "up")),
        ("space", ("space", "space")),
        ("page", ("page down", "page up")),
        ("end", ("end", "home")),
    ):
        costs, base = press([many, few], keys, times)
        yield Result(f"{name}: {rows:,} / {FEW} rows, ms p50", p50(costs), p50(base), 1.1)
        if len(costs) >= ENOUGH:
            yield Result(f"{name}: {rows:,} / {FEW} rows, ms p95", p95(costs), p95(base), 1.1)


def _beside_peer(ours: Terminal, peer: Terminal, fewer: float, times: int) -> Iterator[Result]:
    """`fewer`: how many times fewer rows than 100,000. Ours always repaints one page, so with fewer rows the two come closer, and so does
    the aim.
    """
    # A few pages down, where people are, and where a DataTable has rows above to count.
    press([ours, peer], ("page down", "page down"), 6)
    mine, theirs = press([ours, peer], ("up", "down"), times)
    yield Result("down: beside DataTable, ms p50", p50(mine), p50(theirs), 0.6)
    yield Result("down: beside DataTable, bytes", _bytes(mine), _bytes(theirs), 0.4)
    mine, theirs = press([ours, peer], ("page down", "page up"), times // 2)
    yield Result("page: beside DataTable, ms p50", p50(mine), p50(theirs), 0.6)
    yield Result("page: beside DataTable, bytes", _bytes(mine), _bytes(theirs), 0.6)
    mine, theirs = press([ours, peer], ("A", "N"), 4)
    yield Result("select all: beside DataTable, ms", p50(mine), p50(theirs), min(0.25, 0.01 * fewer))
    mine, theirs = press([ours, peer], ("o", "O"), 4)
    yield Result("sort: beside DataTable, ms", p50(mine), p50(theirs), min(0.5, 0.1 * fewer))


def press(terminals: Sequence[Terminal], keys: tuple[str, str], times: int) -> list[list[Cost]]:
    """Presses the two keys in turn, in each terminal one after the other, so that a busy moment affects all of them."""
    costs: list[list[Cost]] = [[] for _ in terminals]
    for time in range(times):
        for number in range(len(terminals)):
            # Each one comes first equally often.
            turn = (number + time // 2) % len(terminals)
            costs[turn].append(terminals[turn].press(keys[time % 2]))
    return costs


def p50(costs: Sequence[Cost]) -> float:
    """The median, in milliseconds."""
    return median(cost.ms for cost in costs)


def p95(costs: Sequence[Cost]) -> float:
    """The 95th percentile, in milliseconds."""
    return quantiles((cost.ms for cost in costs), n=20)[-1]


def _bytes(costs: Sequence[Cost]) -> float:
    return median(cost.size for cost in costs)
