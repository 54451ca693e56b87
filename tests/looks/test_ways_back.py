"""At 80x24, the last line of every scene has a way out to click on, and the palette if there is one."""

import pytest

from tests.looks.golden import Golden
from tests.looks.scenes import SCENES, SMALL, Scene

WAY = " › "


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_last_line_shows_the_way_back(scene: Scene) -> None:
    rows = Golden(scene.name).kept(SMALL, "dark")
    assert rows is not None
    line = rows[-1][0]
    entries = [entry.strip() for entry in line.split("  ") if entry.strip()]
    leaves = [entry for entry in entries if entry.startswith("esc ") or entry == "n No"]
    # The client list alone has nothing to go back from, unless something narrows it.
    is_list = "ctrl+p Commands" in entries and WAY not in rows[0][0]
    assert leaves or (is_list and "esc clears" not in "".join(row[0] for row in rows)), line
