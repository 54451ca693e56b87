"""A kind of work is one module. A made-up one works everywhere without any other change."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import clientsync_tui
from clientsync_tui.cli.main import root
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.status import Why
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.sync import kinds as folder
from clientsync_tui.sync import plan_words, words
from clientsync_tui.sync.jobs import job_words
from clientsync_tui.sync.kinds.seam import registry
from clientsync_tui.sync.kinds.seam.kind import Needs, Request
from tests.sync.books import Books, Practice, practice_of, run

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
POST = """
import os

from clientsync_tui.practice.plan import Will
from clientsync_tui.practice.status import Fault
from clientsync_tui.practice.trouble import PassingTrouble
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.sync.kinds.seam.kind import BulkKind, Needs, Request, Unit
from clientsync_tui.sync.kinds.seam.planning import item_of, over
from clientsync_tui.sync.kinds.seam.task import Outcome, Task


def plan(request: Request):
    return over("post", request, lambda client, link: item_of(Will.DO, client, link))


async def do(task: Task):
    # A letter that went out is a line in the tray. One client has no address, one's mail server hangs up, one's letter ends the program.
    tray, organisation = os.environ["TRAY"], task.item.organisation_id
    if organisation == "1":
        return Outcome(ItemState.FAILED, "no_access", "No address.")
    with open(tray, "a") as file:
        print(organisation, task.item.key, file=file)
    if organisation == "2":
        raise PassingTrouble("No answer.", Fault.UNREACHABLE)
    if organisation == "3":
        os._exit(9)
    return Outcome(ItemState.DONE)


KIND = BulkKind(
    name="post", title="Post", verb="Write to", participle="written to", sentence="Write to the selected clients.",
    unit=Unit.CLIENT, needs=Needs.NONE, plan=plan, do=do, key="P", once=True,
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


POSTING = """
import asyncio, sys
from pathlib import Path
from clientsync_tui.sync import kinds
kinds.__path__.append(sys.argv[1])
from tests.sync.books import Books, practice_of, run
practice = practice_of(Path(sys.argv[2]), Books("alpha"))
asyncio.run(run(practice, sys.argv[3]))
"""


@pytest.fixture
def wave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with modules of two kinds of work, put beside the program's own."""
    beside = tmp_path / "kinds"
    beside.mkdir()
    (beside / "wave.py").write_text(WAVE)
    (beside / "post.py").write_text(POST)
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(beside)])
    monkeypatch.setattr(registry, "_folder", folder.__path__)
    registry.kinds.cache_clear()
    yield beside
    registry.kinds.cache_clear()
    for name in ("wave", "post"):
        sys.modules.pop(f"{folder.__name__}.{name}", None)


def posting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *organisations: str) -> tuple[Practice, str]:
    """A practice with a job that writes to these clients once."""
    monkeypatch.setenv("TRAY", str(tmp_path / "tray"))
    practice = practice_of(tmp_path, Books("alpha"))
    practice.expired("alpha", organisations)
    job = practice.store.jobs.create(registry.kind("post").plan(Request(practice.store, None)), "tester")
    return practice, job


def outcomes(practice: Practice, job: str) -> dict[str, tuple[str, str | None]]:
    return {
        item.organisation_id: (str(item.state), item.reason and words.SHORT[item.reason])
        for item in practice.store.jobs.items(job)
    }


async def test_unclear_outcome_is_reported_and_only_the_rest_is_retried(
    wave: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, job = posting(tmp_path, monkeypatch, "1", "2", "4")
    for _ in range(2):
        await run(practice, job)
        assert outcomes(practice, job) == {
            "1": ("failed", "no access"),
            "2": ("failed", "may have been sent"),
            "4": ("done", None),
        }
        practice.store.jobs.retry(job)
        assert practice.store.jobs.one(job).left == 1
    sent = [line.split() for line in (tmp_path / "tray").read_text().splitlines()]
    assert sorted(organisation for organisation, _ in sent) == ["2", "4"]
    keys = {item.organisation_id: item.key for item in practice.store.jobs.items(job)}
    assert keys == {"1": None, **dict(sent)}
    practice.store.close()


@pytest.mark.parametrize("how", ["resumed", "cancelled"])
async def test_after_a_kill_a_letter_is_not_sent_again(
    wave: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    practice, job = posting(tmp_path, monkeypatch, "3")
    command = [sys.executable, "-c", POSTING, str(wave), str(tmp_path), job]
    assert subprocess.run(command, timeout=60, check=False, cwd=PACKAGE.parent).returncode == 9
    assert practice.store.jobs.one(job).cut_off
    if how == "resumed":
        await run(practice, job)
    else:
        practice.store.jobs.cancel(job)
    assert outcomes(practice, job) == {"3": ("failed", "may have been sent")}
    assert len((tmp_path / "tray").read_text().splitlines()) == 1
    assert practice.store.jobs.retry(job) == 0
    practice.store.close()


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


def test_every_kind_declares_what_the_program_needs() -> None:
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
        text = path.read_text("utf-8")
        if sum(f'"{name}"' in text or f"'{name}'" in text for name in names) < 2:
            continue  # parsing every file takes a second
        for node in ast.walk(ast.parse(text)):
            elements = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
            texts = {e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)}
            # The screens that open by name are not a list of kinds, although two have a kind's name.
            listed = texts & names if path.stem != "screens_by_name" else set[str]()
            assert len(listed) < 2, f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)} lists {listed}"


@pytest.mark.parametrize(("kind", "unit"), [("add", "clients"), ("reconnect", "integrations")])
def test_skipped_items_are_described_in_the_plural(kind: str, unit: str) -> None:
    says = "Already connected and working." if kind == "reconnect" else None
    items = [PlanItem(Will.SKIP, str(n), "", "xero", str(n), Why.ALREADY_ADDED, says) for n in range(2)]
    [(_, line)] = plan_words.summary(Plan(kind, "xero", None, tuple(items)))
    assert line.startswith(f"2 {unit} will be left alone. Already ")
