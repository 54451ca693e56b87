"""A step of the cursor in the real program with the preview open, compared with the same step without it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

from bench.measures.keys import FEW, app_on, lines
from bench.measures.select_table import press
from bench.programs.filled import filled
from bench.result import Result, measure


@measure("preview")
def preview(quick: bool) -> Iterator[Result]:
    """The pane follows once no more keys come, so a step must cost the same."""
    with ExitStack() as stack:
        terminals = [stack.enter_context(app_on(stack.enter_context(filled(FEW)))) for _ in range(2)]
        for terminal in terminals:
            terminal.wait_for("Last events")
        terminals[1].press("z")
        time.sleep(1.0)  # until what the key led to is drawn
        shown, hidden = press(terminals, ("down", "up"), 6 if quick else 200)
        yield from lines(
            "app, down: with the preview / without", [c.ms for c in shown], [c.ms for c in hidden], 1.2
        )
