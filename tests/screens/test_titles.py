"""Apps' display names: cached for the next start, and read again if they may have changed."""

from pathlib import Path

import pytest

from clientsync_tui.screens import titles
from clientsync_tui.workplace import Workplace


@pytest.fixture
def workplace(tmp_path: Path):
    config = tmp_path / "config.toml"
    config.write_text('[practice]\ndatabase = "practice.db"\n')
    workplace = Workplace.open(config)
    yield workplace
    workplace.close()


def keep(workplace: Workplace, release: int, **kept: str) -> None:
    workplace.preferences.save(titles.KEPT, {"of": release, "titles": kept})


def test_saved_passphrase_is_not_requested_again(workplace: Workplace, monkeypatch: pytest.MonkeyPatch):
    assert titles.title(workplace, "xero") == "Xero"
    titles.title.cache_clear()
    monkeypatch.setattr(Workplace, "softwares", lambda self: pytest.fail("asked"))
    assert titles.title(workplace, "freeagent") == "FreeAgent"


def test_another_release_is_asked(workplace: Workplace):
    keep(workplace, 1, xero="Xera")
    assert titles.title(workplace, "xero") == "Xero"


def test_unknown_app_is_shown_by_its_name(workplace: Workplace):
    keep(workplace, titles._release(), xero="Xero")
    assert titles.title(workplace, "ledgerly") == "ledgerly"
