"""A keyring that costs nothing to open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.practice import cheap_keyring


@pytest.fixture(scope="session")
def keyring_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for the whole run, because the stands keep using its contents."""
    return tmp_path_factory.mktemp("keyring")


# Not for the session: other tests of the same worker would meet this keyring too.
@pytest.fixture(scope="module", autouse=True)
def keyring(keyring_folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cheap_keyring(keyring_folder).items():
            patch.setenv(name, value)
        yield
