"""Each screen as a terminal shows it: sizes, dark and light, without colours; with odd names, empty, with errors."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from clientsync_tui.app import ClientSyncApp
from clientsync_tui.store.store import Store
from tests.looks.look import compare, golden, look
from tests.looks.network import stand_still
from tests.looks.practice import begin_job, fill, pause_job, workplace
from tests.support.frozen import frozen_clock, pinned_machine
from tests.support.practice import shown, until

SMALL, USUAL, LARGE, TINY = (80, 24), (120, 40), (200, 60), (40, 10)
NO_COLOR = "no-color"
PATIENCE_S = 5


REACH = "Continue with"
SELECT = (("enter", "New & Sons"), ("A", "Create 5 accounts"))
PLAN = (("enter", "will be reconnected"),)
REASSIGN = (("enter", "that you have access to"),)


@dataclass(frozen=True)
class Case:
    """Keys from the client list, and a text that is seen after them."""

    name: str
    keys: str = ""
    text: str = "Clients"
    size: tuple[int, int] = SMALL
    theme: str = "dark"
    empty: bool = False
    then: tuple[tuple[str, str], ...] = ()
    """Further keys, each with a text."""
    prepare: Callable[[Store], None] | None = None
    """What else happened in the practice."""

    def __str__(self) -> str:
        return f"{self.name}-{self.size[0]}x{self.size[1]}-{self.theme}"


CASES = (
    Case("clients"),
    Case("clients", size=USUAL),
    Case("clients", size=LARGE),
    Case("clients", size=USUAL, theme="light"),
    Case("clients", theme=NO_COLOR),
    Case("clients", theme="ansi"),
    Case("client-sync", "s", "Reconnect all", theme="ansi"),
    Case("empty", text="Client Sync", empty=True),
    Case("empty", theme=NO_COLOR, text="Client Sync", empty=True),
    Case("broken", "5", "2 of 12"),
    Case("selected", "space down space slash n o r t h enter", "2 selected"),
    Case("selected", "space down space slash n o r t h enter", "2 selected", theme=NO_COLOR),
    Case("actions", "a", "Export client data"),
    Case("actions", "a", "Export client data", theme=NO_COLOR),
    Case("help", "question_mark", "Open Client Sync, export"),
    Case("commands", "ctrl+p r e a s s", "Reassign"),
    Case("disconnect", "d", "(y)"),
    Case("disconnect", "d", "(y)", theme="light"),
    Case("client-sync", "s", "Reconnect all"),
    Case("client-sync", "s", "Reconnect all", size=USUAL, theme="light"),
    Case("client-sync", "s", "Reconnect all", theme=NO_COLOR),
    Case("set-up", "s e", "Redirect port"),
    Case("connections", "5 c", "Next step"),
    Case("connections", "5 c", "Next step", size=USUAL, theme="light"),
    Case("connections", "5 c", "Next step", size=LARGE),
    Case("settings", "c e", "Note for colleagues"),
    Case("history", "h", "client added"),
    Case("history", "h", "client added", size=USUAL, theme=NO_COLOR),
    Case("jobs", "J", "Refresh"),
    Case("job", "J enter", "2 failed"),
    Case("job", "J enter", "2 failed", size=USUAL, theme="light"),
    Case("job", "J enter", "2 failed", theme=NO_COLOR),
    Case("running", "J enter", "1 failed", prepare=begin_job),
    Case("running", "J enter", "1 failed", size=USUAL, theme=NO_COLOR, prepare=begin_job),
    Case("paused", "", "Resume it?", then=(("n J enter", "Press r to sign in"),), prepare=pause_job),
    Case("resume", "", "Resume it?", prepare=pause_job),
    Case("sign-in", "s l", "ssh -L"),
    Case("sign-in", "s l", "ssh -L", size=USUAL, theme="light"),
    Case("sign-in", "s l", "ssh -L", theme=NO_COLOR),
    Case("sign-in", "s l", "Waiting", size=TINY),
    Case("add", "s 1", REACH),
    Case("add", "s 1", REACH, size=USUAL, theme="light"),
    Case("select", "s 1", REACH, then=SELECT),
    Case("select", "s 1", REACH, then=SELECT, size=LARGE),
    Case("select", "s 1", REACH, then=SELECT, theme=NO_COLOR),
    Case("reconnect", "s 2", REACH, then=PLAN),
    Case("reconnect", "s 2", REACH, then=PLAN, size=USUAL, theme="light"),
    Case("reassign", "s 3", REACH, then=REASSIGN),
    Case("reassign", "s 3", REACH, then=REASSIGN, size=USUAL, theme=NO_COLOR),
    Case("plan", "s 3", REACH, then=(*REASSIGN, ("A", "selected"), ("enter", "(y)"))),
    Case("small", "", "Clients", size=TINY),
)


@pytest.fixture(scope="module", autouse=True)
def pinned() -> Iterator[None]:
    with pinned_machine(), frozen_clock():
        yield


async def settled(pilot: Pilot[None], name: str) -> str:
    """How it looks once nothing changes any more: what is read on a thread, and the footer after it, may still be under way."""
    end, seen = time.monotonic() + PATIENCE_S, ""
    while time.monotonic() < end:
        before, seen = seen, look(pilot.app.screen)
        if seen == (golden(name) or before):
            break
        await pilot.pause(0.1)
    return seen


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_it_looks_as_it_did(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if case.theme == NO_COLOR:
        monkeypatch.setenv("NO_COLOR", "1")
    place = workplace(tmp_path, "auto" if case.theme == NO_COLOR else case.theme)
    if not case.empty:
        fill(place)
    if case.prepare is not None:
        case.prepare(place.store)
    stand_still(monkeypatch)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50514 192.0.2.10 22")
    app = ClientSyncApp(place)
    async with app.run_test(size=case.size) as pilot:
        ready = "●" if not case.empty and case.size != TINY else "Clients"
        await until(pilot, lambda: ready in shown(pilot).partition("\n")[0] and "All" in shown(pilot))
        for key in case.keys.split():
            await pilot.press(key)
        await until(pilot, lambda: case.text in shown(pilot))
        for keys, text in case.then:
            await pilot.press(*keys.split())
            await until(pilot, lambda text=text: text in shown(pilot))
        compare(str(case), await settled(pilot, str(case)))
    place.close()
