"""A keyring that costs nothing to open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.practice import cheap_keyring


@pytest.fixture(scope="session", autouse=True)
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("keyring")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cheap_keyring(folder).items():
            patch.setenv(name, value)
        yield
