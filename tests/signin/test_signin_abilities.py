"""How the seam meets what only some accounting apps do, against a server that does it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.signin.desk import Desk, keyring
from tests.signin.unlike import Server, Unlike, unlike

__all__ = ["keyring"]


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with unlike() as server:
        yield server


async def test_scopes_and_tokens_are_written_as_the_app_wants_them(
    server: Server, tmp_path: Path, keyring: Path
):
    software = Unlike()
    software.grant = replace(Unlike.grant, scheme="Unlike-token", scope_separator=",")
    async with Desk(
        server.configured(software=software, scopes=("books", "people")), tmp_path
    ).begin() as attempt:
        asked = parse_qs(urlsplit(attempt.link).query)
        attempt.paste(f"{asked['redirect_uri'][0]}?code=c&state={asked['state'][0]}&realm=7")
        await attempt.wait(10)
    assert asked["scope"] == ["books,people"]
    _, who, company = server.asked
    assert who.headers["authorization"] == company.headers["authorization"] == "Unlike-token access-SECRET"
