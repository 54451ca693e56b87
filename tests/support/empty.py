"""An empty practice. Creating its tables takes ten times as long as opening it, so tests about something else copy one."""

import secrets
import tempfile
from functools import cache
from pathlib import Path

from clientsync_tui.store.store import Store


def put(database: Path) -> None:
    """Puts an empty practice with an id of its own there, unless there is one already."""
    if database.exists():
        return
    content, id = _made()
    database.touch(0o600)
    database.write_bytes(content.replace(id, secrets.token_hex(len(id) // 2).encode()))


def is_untouched(database: Path) -> bool:
    """Whether nobody has written to it, or has it open. One that a test deleted counts as untouched."""
    if not database.exists():
        return True
    content, id = _made()
    start = content.index(id)
    found = database.read_bytes()
    same = found[:start] + id + found[start + len(id) :] == content
    return same and not database.with_name(f"{database.name}-wal").exists()


@cache
def _made() -> tuple[bytes, bytes]:
    """The file, and the practice's id in it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "practice.db")
        id = store.practice_id.encode()
        store.close()
        content = store.path.read_bytes()
    assert content.count(id) == 1
    return content, id
