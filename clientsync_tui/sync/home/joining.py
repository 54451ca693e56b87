"""Creating a practice on a server, using it on this host, and moving one there and back."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ...config.reading import load
from ...config.server_address import is_server
from ...config.tables import Config
from ...config.writing import set_values
from ...practice.people import Person, SignIn
from ...practice.trouble import UsageError
from ...store.postgres.address import address_of
from ...store.store import Store

Password = Callable[[], str | None]
Progress = Callable[[int, int], None]


class Moved(NamedTuple):
    """A practice that was moved, or would be: the number of its last entry, its hash, and how many jobs there are."""

    entries: int
    head: str
    jobs: int


def own_sign_in(held: Sequence[SignIn]) -> Person | None:
    """Who this is to the accounting apps, by the sign-in used last, so that colleagues see one person; None without one."""
    return held[0].person if held else None


def create(url: str, name: str, password: Password, you: Person | None) -> str:
    """Makes a practice on a server; returns where. The caller becomes its first admin. Raises UsageError where one is there already."""
    address = address_of(url)
    from ...store.postgres import schema
    from ...store.postgres.connecting import connect

    server = connect(address, password)
    with server:
        schema.create(server, address, name, you)
    return address.shown


def upgrade(config: Config, password: Password) -> int:
    """Brings the practice's tables on its server to this version; returns how many steps that took. Everyone's program goes on."""
    assert config.server is not None
    address = address_of(config.server)
    from ...store.postgres import schema
    from ...store.postgres.connecting import connect

    with connect(address, password) as server:
        return schema.upgrade(server, address)


def join(config: Config, url: str, password: Password, progress: Progress) -> Store:
    """Makes this host's copy of a practice on a server, then writes the configuration. Raises NotAllowed for a stranger."""
    address = address_of(url)
    from ...store.postgres.home import PostgresHome

    home = PostgresHome(address, password)
    home.you()
    joined = config._replace(practice=config.practice._replace(database=url))
    store = Store(joined.database, home)
    try:
        store.catch_up(progress)
        set_values(config.path, ("practice",), {"database": url})
    except BaseException:
        store.close()
        raise
    return store


def move(
    config: Config, store: Store, target: str, password: Password, you: Person | None, *, dry_run: bool
) -> Moved:
    """Moves this practice to a server or into a file, and changes the configuration last. Raises UsageError where it can't be."""
    if store.jobs.unfinished() or any(job.state == "running" for job in store.jobs.all()):
        raise UsageError(
            "A job is not finished. Finish or cancel it first: `clientsync jobs`. Nothing was changed."
        )
    if is_server(target):
        return _to_server(config, store, target, password, you, dry_run)
    if config.server is None:
        raise UsageError(
            f"The practice is in a file already. To copy it: `clientsync backup {target}`. To use another file, set [practice] database."
        )
    return _to_file(config, store, config.resolve(target), password, dry_run)


def _to_server(
    config: Config, store: Store, url: str, password: Password, you: Person | None, dry_run: bool
) -> Moved:
    if config.server is not None:
        raise UsageError(
            "The practice is on a server already. Move it into a file first. Nothing was changed."
        )
    address = address_of(url)
    from ...store.postgres import moving
    from ...store.postgres.connecting import connect

    target = config._replace(practice=config.practice._replace(database=url))
    with connect(address, password) as server:
        moving.refuse_taken(server, address)
        if target.database.exists():
            raise UsageError(
                f"{target.database} is there already: this host's copy of an earlier practice. Move it away first."
            )
        if dry_run:
            seq, digest = store.inspection.head()
        else:
            name = config.practice.name
            seq, digest = moving.to_server(store, server, address, name, target.database, you)
    if not dry_run:
        set_values(config.path, ("practice",), {"database": url})
    return Moved(seq, digest.hex(), len(store.jobs.all()))


def _to_file(config: Config, store: Store, file: Path, password: Password, dry_run: bool) -> Moved:
    from ...practice.roles import Right
    from ...store.postgres import moving
    from ...store.postgres.connecting import connect
    from ...store.postgres.home import PostgresHome

    assert config.server is not None and isinstance(store.home, PostgresHome)
    store.home.require(Right.MANAGE)
    if dry_run:
        store.catch_up()
        seq, digest = store.inspection.head()
    else:
        address = address_of(config.server)
        with connect(address, password) as server:
            seq, digest = moving.to_file(store, server, address, file, f"{file} on {socket.gethostname()}")
        set_values(config.path, ("practice",), {"database": str(file)})
        load(config.path)
    return Moved(seq, digest.hex(), len(store.jobs.all()))
