"""Each app has its page, with every scope it requests and what users must know before relying on it."""

from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.sandbox.registry import personalities

PAGES = Path(__file__).parents[2] / "docs" / "softwares"


@pytest.mark.parametrize("name", sorted(softwares()))
def test_software_has_a_personality_and_a_page(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text("utf-8")
    assert page.startswith(f"# {softwares()[name].title}\n")
    for scope in softwares()[name].grant.scopes:
        assert scope in page
    for heading in ("Register an app", "Scopes", "A sign-in's life", "Limits", "Disconnect", "Unconfirmed"):
        assert f"\n## {heading}\n" in page
    assert f"clientsync setup {name}" in page
    played = personalities()[name]
    assert (played.title, set(played.lists)) == (softwares()[name].title, set(softwares()[name].lists))
