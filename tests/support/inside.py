"""What tests may see of the store that the program does not: its database, to look into it or to damage it."""

from clientsync_tui.store.database import Database
from clientsync_tui.store.store import Store


def database_of(store: Store) -> Database:
    """The database behind `store`."""
    return store._database
