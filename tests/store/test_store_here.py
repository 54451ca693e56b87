"""Windows of one host see who else has the practice open, and forget killed ones."""

from contextlib import closing
from pathlib import Path

from clientsync_tui.practice.roles import Right
from clientsync_tui.store.files.here import HereOnHost
from clientsync_tui.store.store import Store
from clientsync_tui.sync.home.people_words import lines, others_here
from tests.support.inside import database_of


def test_windows_see_one_another_until_they_close(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "practice.db")) as store:
        one, other = HereOnHost(database_of(store)), HereOnHost(database_of(store))
        one.start()
        one.refresh()
        assert one.others == ()
        other.start()
        one.refresh()
        (here,) = one.others
        assert others_here([here], me="someone else") == f"{here.name} is here"
        assert others_here([here], me=here.person) == "", "the user's own other window is not a colleague"
        text = lines([here], [], here.person, here.since)
        assert f"{here.name} (you)" in text[1] and here.host in text[1]
        other.stop()
        one.refresh()
        assert one.others == ()
        one.stop()
        assert not list(tmp_path.glob("*.here-*"))


def test_window_that_was_killed_leaves_nothing(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "practice.db")) as store:
        (tmp_path / "practice.db.here-0-deadbeef.lock").write_text("")
        around = store.surroundings
        around.refresh()
        assert around.others == () and not list(tmp_path.glob("*.here-*"))
        assert around.refusal(Right.CHANGE) is None
