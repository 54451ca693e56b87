"""The program's own copies of the database."""

from contextlib import closing
from pathlib import Path

from clientsync_tui.store.files import copies
from clientsync_tui.store.store import Store
from tests.support.inside import database_of


def test_copies_made_in_one_second_are_all_there_in_order(tmp_path: Path):
    database = tmp_path / "practice.db"
    with closing(Store(database)) as store:
        made = [copies.keep(database_of(store).connection, database, "asked") for _ in range(3)]
    assert copies.existing(database) == made[::-1]
    assert copies.made_at(made[0]) <= copies.made_at(made[2])
