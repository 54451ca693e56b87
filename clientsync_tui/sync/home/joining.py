"""Creates a practice on a server, upgrades it there, and joins one from this host."""

from collections.abc import Callable, Sequence

from ...config.tables import Config
from ...config.writing import set_values
from ...practice.people import Person, SignIn
from ...store.postgres.address import address_of
from ...store.store import Store
from .call_limits import call_limits

Password = Callable[[], str | None]
Progress = Callable[[int, int], None]


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
        schema.create(server, address, name, you, call_limits())
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
        return schema.upgrade(server, address, call_limits())


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
