"""A kind of work is one module: a throw-away one that is put beside the others works everywhere without another edit."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import clientsync_tui
from clientsync_tui.cli.main import root
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.sync import kinds as folder
from clientsync_tui.sync import plan_words
from clientsync_tui.sync.jobs import job_words
from clientsync_tui.sync.kinds.seam import registry
from clientsync_tui.sync.kinds.seam.kind import Needs, Request
from tests.sync.books import Books, practice_of, run

PACKAGE = Path(clientsync_tui.__file__).parent
WAVE = """
from clientsync_tui.practice.plan import Will
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.sync.kinds.seam.kind import BulkKind, Needs, Request, Unit
from clientsync_tui.sync.kinds.seam.planning import item_of, over
from clientsync_tui.sync.kinds.seam.task import Outcome, Task


def plan(request: Request):
    return over("wave", request, lambda client, link: item_of(Will.DO, client, link))


async def do(task: Task):
    return Outcome(ItemState.DONE, says="Waved.")


KIND = BulkKind(
    name="wave", title="Wave", verb="Wave at", participle="waved at", sentence="Wave at the selected clients.",
    unit=Unit.CLIENT, needs=Needs.NONE, plan=plan, do=do, key="W", dangerous=True,
    entails=lambda plan, softwares: iter(["They may wave back."]),
)
"""
FACES = """
import sys
from clientsync_tui.sync import kinds
kinds.__path__.append(sys.argv[1])
from clientsync_tui.app.actions import ACTIONS
from clientsync_tui.screens.clients.bulk import MENU
from clientsync_tui.screens.clients.clients import ClientsScreen
wave = ACTIONS["clients.wave_selected"]
assert wave in MENU and wave in ClientsScreen.own_actions() and wave.dangerous
print(wave.title, wave.keys, wave.sentence)
"""


@pytest.fixture
def wave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module of a kind of work, put beside the program's own."""
    beside = tmp_path / "kinds"
    beside.mkdir()
    (beside / "wave.py").write_text(WAVE)
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(beside)])
    monkeypatch.setattr(registry, "_folder", folder.__path__)
    registry.kinds.cache_clear()
    yield beside
    registry.kinds.cache_clear()
    sys.modules.pop(f"{folder.__name__}.wave", None)


async def test_new_kind_is_planned_and_done_as_a_job(wave: Path, tmp_path: Path) -> None:
    practice = practice_of(tmp_path, Books("alpha"))
    practice.sign_in("alpha")
    practice.expired("alpha", ["1", "2"])
    plan = registry.kind("wave").plan(Request(practice.store, None))
    assert plan_words.question(plan) == "Wave at 2 clients?"
    assert list(plan_words.entails(plan, ())) == ["They may wave back."]
    job, trouble = await run(practice, practice.store.jobs.create(plan, "tester"))
    assert (job.state, trouble, job.count(ItemState.DONE)) == (JobState.DONE, None, 2)
    assert job_words.title(job) == "Wave" and practice.softwares["alpha"].asked == []
    practice.store.close()


def test_new_kind_has_a_command(wave: Path) -> None:
    assert "Wave at the selected clients." in CliRunner().invoke(root, ["--help"]).stdout
    command = CliRunner().invoke(root, ["wave", "--help"]).stdout
    assert "--yes" in command and "--dry-run" in command and "--client C" in command


def test_new_kind_is_in_menus_and_palette(wave: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FACES, str(wave)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "Wave W Wave at the selected clients.\n"), done.stderr


def test_every_kind_says_what_the_program_asks_of_it() -> None:
    for name, kind in registry.kinds().items():
        assert (
            kind.name == name and kind.title and kind.verb and kind.participle and kind.sentence.endswith(".")
        )
        assert kind.needs in Needs


def test_no_other_module_lists_the_kinds() -> None:
    names = set(registry.names())
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(PACKAGE / "sync" / "kinds"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            elements = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
            texts = {e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)}
            # The screens that can be opened by name are no list of kinds, though two of them bear a kind's name.
            listed = texts & names if path.stem != "screens_by_name" else set[str]()
            assert len(listed) < 2, f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)} lists {listed}"
