"""Makes docs/pictures/fix.svg, which shows how expired clients are fixed: `python docs/recording.py`.

It drives the real program, on the demo practice and its sandbox. The clock stands still, so making it again changes little.
Needs the project with its test extra.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from clientsync_tui.app.app import ClientSyncApp  # noqa: E402
from clientsync_tui.demo import demo_practice  # noqa: E402
from clientsync_tui.sandbox.server import running  # noqa: E402
from clientsync_tui.workplace import Workplace  # noqa: E402
from docs.animation import Frame, animation  # noqa: E402
from docs.pictures import APPS, PICTURES, write_practice  # noqa: E402
from tests.support.frozen import frozen_clock, pinned_machine  # noqa: E402
from tests.support.pilot import run_app  # noqa: E402
from tests.support.practice import shown, until  # noqa: E402

FILE = PICTURES / "fix.svg"
COLUMNS, LINES = 110, 30
MOST_BYTES = 600_000


@dataclass(frozen=True, slots=True)
class Step:
    """Keys, a text that is on the screen after them, the caption above, and how long it stays."""

    keys: str
    text: str
    caption: str
    seconds: float = 2.5


STEPS = (
    Step("", "Expired", "Every client and the state of its connection", 3),
    Step("4", "to fix", "4  What expired, grouped by what fixes it", 3.5),
    Step("right", "7 of ", "→  The first fix, and its clients"),
    Step("enter", "Continue", "enter  Your own sign-in reaches them"),
    Step("enter", "will be", "enter  The plan, before anything is done", 3.5),
    Step("enter", "7 done", "enter  Reconnected, as a job that can be stopped and resumed", 3.5),
    Step("escape escape escape 5", "to fix", "5  What is broken: why, and what to do about each", 4),
)


async def record(config: Path) -> Sequence[Frame]:
    """A frame for each step."""
    app = ClientSyncApp(Workplace.open(config))
    frames: list[Frame] = []
    async with run_app(app, size=(COLUMNS, LINES)) as pilot:
        for step in STEPS:
            await pilot.press(*step.keys.split())
            await until(pilot, lambda step=step: step.text in shown(pilot))
            await pilot.pause()
            frames.append(Frame(app.export_screenshot(), step.seconds, step.caption))
    app.workplace.close()
    return frames


def main() -> None:
    """Makes the recording."""
    with (
        pinned_machine(),
        frozen_clock(),
        tempfile.TemporaryDirectory() as made,
        running(demo_practice.options(APPS)) as sandbox,
    ):
        config = write_practice(Path(made), sandbox)
        workplace = Workplace.open(config)
        asyncio.run(demo_practice.prepare(workplace, sandbox))
        workplace.close()
        svg = animation(asyncio.run(record(config)), COLUMNS, LINES)
    if len(svg.encode()) > MOST_BYTES or made in svg:
        raise SystemExit("The recording is too large, or shows a temporary folder.")
    FILE.write_text(svg, "utf-8")
    print(FILE.name, f"{len(svg.encode()) // 1000} kB")


if __name__ == "__main__":
    main()
