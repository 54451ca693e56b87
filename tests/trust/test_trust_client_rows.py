"""Another program changed rows of the client list or the practice's id: the message names the repair."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from tests.faults.ground import Ground, somebody

CHANGES = [
    "UPDATE integrations SET settings = '[]'",
    """UPDATE integrations SET settings = '{"refresh_days":"x"}'""",
    """UPDATE integrations SET settings = '{"lists":5}'""",
    "UPDATE integrations SET connected_at = 'yesterday'",
    "UPDATE integrations SET problem = 'haunted'",
    "UPDATE sign_ins SET ends_at = 'soon'",
    "UPDATE sign_ins SET used_at = 'soon'",
    "INSERT INTO standings VALUES (77, 'x=y', NULL)",
]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("rows")
    with running(Options(organisations=2, softwares=("xero",), limits=False)) as box, somebody(folder):
        ground = Ground.made(box, folder / "practice")
        assert ground.cli.inside("backup").code == 0
        yield ground


def change(here: Ground, statement: str) -> None:
    with closing(sqlite3.connect(here.database)) as db:
        db.execute(statement)
        db.commit()


@pytest.mark.parametrize("statement", CHANGES)
def test_changed_row_of_the_client_list_is_named_with_its_repair(
    ground: Ground, tmp_path: Path, statement: str
) -> None:
    here = ground.copy(tmp_path / "practice")
    change(here, statement)
    for words in (("clients",), ("clients", "--json"), ("check",)):
        result = here.cli.inside(*words)
        assert "does not expect" not in result.err, (words, result)
        assert result.code == 0 or "`clientsync doctor --repair` rebuilds the client list" in result.err, (
            result
        )
    assert here.cli.inside("doctor", "--repair", "--json").code == 0
    assert here.cli.inside("check").code == 0


@pytest.mark.parametrize("statement", ["UPDATE meta SET value = 'x' || value", "DELETE FROM meta"])
def test_changed_practice_id_is_found_and_sign_out_reports_that_nothing_was_revoked(
    ground: Ground, tmp_path: Path, statement: str
) -> None:
    here = ground.copy(tmp_path / "practice")
    change(here, statement)
    broken = ground.copy(tmp_path / "broken")
    change(broken, statement)
    result = broken.cli.inside("sign-out", "--all", "--yes", "--json")
    assert result.code == 1 and "none was revoked" in result.err
    assert not any(row["revoked"] for row in result.json)
    findings = {row["name"]: row for row in here.cli.inside("doctor", "--json").json}
    assert not findings["practice id"]["ok"]
    assert here.cli.inside("doctor", "--repair", "--json").code == 0
    assert here.cli.inside("check").code == 0
