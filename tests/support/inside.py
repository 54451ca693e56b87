"""Access to the store that tests have and the program doesn't: its database, to inspect or damage it."""

from clientsync_tui.store.database import Database
from clientsync_tui.store.store import Store


def database_of(store: Store) -> Database:
    """The database behind `store`."""
    return store._database
