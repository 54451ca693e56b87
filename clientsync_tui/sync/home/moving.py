"""Moves a practice to a server, or back into a file."""

import socket
from pathlib import Path
from typing import NamedTuple

from ...config.reading import load
from ...config.server_address import is_server
from ...config.tables import Config
from ...config.writing import set_values
from ...practice.people import Person
from ...practice.trouble import UsageError
from ...store.postgres.address import address_of
from ...store.store import Store
from .call_limits import call_limits
from .joining import Password


class Moved(NamedTuple):
    """The result of a move or a dry run: the number and hash of the last entry, and how many jobs there are."""

    entries: int
    head: str
    jobs: int


def move(
    config: Config, store: Store, target: str, password: Password, you: Person | None, *, dry_run: bool
) -> Moved:
    """Moves this practice to a server or into a file. The configuration changes last. Raises UsageError if it can't
    be moved.
    """
    if store.jobs.unfinished() or any(job.state == "running" for job in store.jobs.all()):
        raise UsageError(
            "A job is not finished. Finish or cancel it first: `clientsync jobs`. Nothing was changed."
        )
    if is_server(target):
        return _to_server(config, store, target, password, you, dry_run)
    if config.server is None:
        raise UsageError(
            f"The practice is already in a file. To copy it: `clientsync backup {target}`. To use another file, set [practice] database."
        )
    return _to_file(config, store, config.resolve(target), password, dry_run)


def _to_server(
    config: Config, store: Store, url: str, password: Password, you: Person | None, dry_run: bool
) -> Moved:
    if config.server is not None:
        raise UsageError(
            "The practice is already on a server. Move it into a file first. Nothing was changed."
        )
    address = address_of(url)
    from ...store.postgres import moving
    from ...store.postgres.connecting import connect

    target = config._replace(practice=config.practice._replace(database=url))
    with connect(address, password) as server:
        if dry_run:
            moving.refuse_taken(store, server, address)
            moving.refuse_taken_copy(store, target.database)
            seq, digest = store.inspection.head()
        else:
            name = config.practice.name
            copy = target.database
            seq, digest = moving.to_server(store, server, address, name, copy, you, call_limits())
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
