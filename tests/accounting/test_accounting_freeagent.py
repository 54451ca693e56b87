"""FreeAgent's adapter against answers from its own documents."""

from pathlib import Path

import pytest

from clientsync_tui.accounting.freeagent import SOFTWARE as FREEAGENT
from clientsync_tui.practice.trouble import PassingTrouble
from tests.accounting.written import New, written

ADA = {"first_name": "Ada", "last_name": "Byron", "email": "ada@practice.example"}


@pytest.mark.parametrize(
    ("path", "key", "person_id"),
    [("account_managers/me", "account_manager", "7"), ("users/me", "user", "user-9")],
)
async def test_person_is_found_at_either_address(tmp_path: Path, path: str, key: str, person_id: str):
    user = {**ADA, "url": f"https://api.freeagent.com/v2/people/{person_id.removeprefix('user-')}"}
    async with written(FREEAGENT, tmp_path, {f"/{path}": {key: user}}) as server:
        person = await FREEAGENT.person(New(server.calls))  # pyright: ignore[reportArgumentType]
    assert person == (person_id, "Ada Byron", "ada@practice.example")


async def test_unknown_person_is_not_guessed(tmp_path: Path):
    async with written(FREEAGENT, tmp_path, {}) as server:
        with pytest.raises(PassingTrouble):
            await FREEAGENT.person(New(server.calls))  # pyright: ignore[reportArgumentType]
