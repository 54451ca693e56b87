"""Opens this host's copy of a practice on a server."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ...practice.trouble import NoRoom, Unreachable
from ..home import left_behind
from ..store import Store
from .address import Address
from .connecting import Password
from .home import PostgresHome, newer_version


def open_store(
    path: Path, address: Address, password: Password, say: Callable[[str], object], *, wait: bool
) -> Store:
    """The store over the copy at `path`. `wait`: bring it up to date first, and call `say` if that is impossible.

    Raises what `Store` raises, and Unreachable if there is no copy yet.
    """
    home = PostgresHome(address, password)
    is_new = not path.exists()
    if is_new:
        home.connected()
    store = Store(path, home)
    if not (wait or is_new):
        return store
    try:
        store.catch_up()
    except (Unreachable, NoRoom) as trouble:
        if is_new:
            store.close()
            raise
        say(offline(trouble, path))
    except BaseException:
        store.close()
        raise
    if home.new_place is not None:
        say(left_behind(home.new_place))
    if home.needs_version is not None:
        say(newer_version(home.needs_version))
    return store


def offline(trouble: Unreachable | NoRoom, path: Path) -> str:
    """The message for someone who reads while the server can't be reached, or its news can't be saved."""
    wal = path.with_name(f"{path.name}-wal")
    known = max(file.stat().st_mtime for file in (path, wal) if file.exists())
    at = datetime.fromtimestamp(known, UTC).astimezone()
    why = trouble.why if isinstance(trouble, Unreachable) else str(trouble)
    return f"{why} Showing what was known at {at:%H:%M on %d %b %Y}."
