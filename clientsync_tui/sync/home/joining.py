"""Creates a practice on a server, joins one from this host, and moves one to a server or back."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...config.reading import load
from ...config.server_address import is_server
from ...config.tables import Config
from ...config.writing import set_values
from ...practice.people import Person, SignIn
from ...practice.trouble import UsageError
from ...store.postgres.address import address_of
from ...store.store import Store

if TYPE_CHECKING:
    from ...store.postgres.schema import CallLimit

Password = Callable[[], str | None]
Progress = Callable[[int, int], None]


class Moved(NamedTuple):
    """The result of a move or a dry run: the number and hash of the last entry, and how many jobs there are."""

    entries: int
    head: str
    jobs: int


def own_sign_in(held: Sequence[SignIn]) -> Person | None:
    """The user's name and e-mail address from the sign-in used last, so that colleagues see one person. None without a sign-in."""
    return held[0].person if held else None


def create(url: str, name: str, password: Password, you: Person | None) -> str:
    """Creates a practice on a server and returns its address. The caller becomes its first admin. Raises UsageError
    if one exists there.
    """
    address = address_of(url)
    from ...store.postgres import schema
    from ...store.postgres.connecting import connect

    server = connect(address, password)
    with server:
        schema.create(server, address, name, you, _limits())
    return address.shown


def upgrade(config: Config, password: Password) -> int:
    """Upgrades the practice's tables on its server to this version. Returns how many steps that took. Colleagues' older programs
    keep working.
    """
    assert config.server is not None
    address = address_of(config.server)
    from ...store.postgres import schema
    from ...store.postgres.connecting import connect

    with connect(address, password) as server:
        return schema.upgrade(server, address, _limits())


def join(config: Config, url: str, password: Password, progress: Progress) -> Store:
    """Copies a practice from a server to this host, then writes the configuration. Raises NotAllowed if the user has no access to it."""
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
            seq, digest = moving.to_server(store, server, address, name, copy, you, _limits())
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


def _limits() -> "list[CallLimit]":
    """How many calls each accounting app allows, for the server to share out among people."""
    from ...accounting.seam.registry import softwares
    from ...store.postgres.schema import CallLimit

    found: dict[tuple[str, str, int], int] = {}
    for name, software in softwares().items():
        renewals = software.limits.renewals
        for rate in (*software.limits.rates, *([renewals] if renewals else ())):
            key = (name, rate.per, rate.seconds)
            found[key] = max(rate.calls, found.get(key, 0))
    return [CallLimit(*key, calls) for key, calls in found.items()]
