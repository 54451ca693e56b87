"""Where the user left the client list: tab, filter and cursor. The next start begins there, unless the configuration says
otherwise.
"""

from typing import NamedTuple

from ...practice.filter import FilterError, parse
from ...sync.tabs import TABS
from ...workplace import Workplace

KEY = "left_at"
"""The preference."""


class Place(NamedTuple):
    """A tab's number, the filter, and the number of the client under the cursor."""

    tab: int = 0
    filter: str = ""
    client: int | None = None


START = Place()
"""All clients, from the first."""


def save(workplace: Workplace, place: Place) -> None:
    """Saves it for the next start. A client's number may have changed by then, so its id is saved too."""
    ids = workplace.store.clients.ids_of([place.client]) if place.client is not None else []
    saved = {"tab": TABS[place.tab].key, "filter": place.filter, "client": place.client, "id": "".join(ids)}
    if saved != workplace.preferences.get(KEY, {}):
        workplace.preferences.save(KEY, saved)


def load(workplace: Workplace) -> Place:
    """Where the user left the list, as far as it still exists."""
    if not workplace.config.screen.restore:
        return START
    saved = workplace.preferences.get(KEY, {})
    text, client = saved.get("filter"), saved.get("client")
    tab = next((n for n, tab in enumerate(TABS) if tab.key == saved.get("tab")), 0)
    if not isinstance(client, int) or workplace.store.clients.ids_of([client]) != [saved.get("id")]:
        client = None
    return Place(tab, text if isinstance(text, str) and _can_be_read(text) else "", client)


def _can_be_read(text: str) -> bool:
    try:
        parse(text)
    except FilterError:
        return False
    return True
