"""A key in the select table: 100,000 clients beside 100, and beside Textual's own DataTable."""

from collections.abc import Iterator
from statistics import median, quantiles

from bench.result import Result, measure
from bench.terminal import Cost, Terminal

MANY, FEW = 100_000, 100


@measure("select_table")
def select_table(quick: bool) -> Iterator[Result]:
    presses, middle, peer_rows = (20, 10_000, 10_000) if quick else (200, 10_000, 100_000)
    few = _costs("bench.programs.select_table", FEW, presses)
    many = _costs("bench.programs.select_table", MANY, presses)
    for key in ("down", "page down", "end", "space"):
        yield Result(f"{key}: {MANY:,} / {FEW} rows, ms p50", _p50(many[key]), _p50(few[key]), 1.1)
        yield Result(f"{key}: {MANY:,} / {FEW} rows, ms p95", _p95(many[key]), _p95(few[key]), 1.1)
    between = _costs("bench.programs.select_table", middle, presses)
    yield Result(f"down: {middle:,} / {FEW} rows, ms p50", _p50(between["down"]), _p50(few["down"]), 1.1)
    ours = between if peer_rows == middle else many
    peer = _costs("bench.programs.data_table", peer_rows, presses)
    beside = f"{peer_rows:,} rows beside DataTable"
    for key, aim in (("down", 0.6), ("page down", 0.6)):
        yield Result(f"{key}: {beside}, ms p50", _p50(ours[key]), _p50(peer[key]), aim)
    yield Result(f"down: {beside}, bytes", _bytes(ours["down"]), _bytes(peer["down"]), 0.4)
    yield Result(f"page down: {beside}, bytes", _bytes(ours["page down"]), _bytes(peer["page down"]), 0.6)
    # Ours repaints one page whatever the number of rows, so the fewer they are the closer the two must come.
    scale = MANY / peer_rows
    yield Result(f"select all: {beside}, ms", _p50(ours["A"]), _p50(peer["A"]), 0.01 * scale)
    yield Result(f"sort: {beside}, ms", _p50(ours["o"]), _p50(peer["o"]), min(0.5, 0.1 * scale))


def _costs(module: str, rows: int, presses: int) -> dict[str, list[Cost]]:
    with Terminal.of_module(module, str(rows)) as terminal:
        terminal.wait_for("C000001")
        costs: dict[str, list[Cost]] = {}
        # Up and down inside the page: what a step costs where nothing scrolls.
        steps = [terminal.press(key) for _ in range(presses // 2) for key in ("down", "up")]
        costs["down"] = steps
        costs["space"] = [terminal.press("space") for _ in range(presses)]
        ends = [(terminal.press("end"), terminal.press("home")) for _ in range(presses // 4)]
        costs["end"] = [cost for pair in ends for cost in pair]
        costs["page down"] = [
            cost for _ in range(presses // 2) for cost in (terminal.press("page down"), terminal.press("page up"))
        ]
        few = 2 if module.endswith("data_table") else 5
        costs["A"] = [(terminal.press("A"), terminal.press("N"))[0] for _ in range(few)]
        costs["o"] = [(terminal.press("O"), terminal.press("o"))[1] for _ in range(few)]
        return costs


def _p50(costs: list[Cost]) -> float:
    return median(cost.ms for cost in costs)


def _p95(costs: list[Cost]) -> float:
    return quantiles((cost.ms for cost in costs), n=20)[-1]


def _bytes(costs: list[Cost]) -> float:
    return median(cost.size for cost in costs)
