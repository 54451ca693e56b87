"""The client list by status, filter and saved view. One client can be opened, several can be acted on."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime

from ...app.actions import ACTIONS, KINDS
from ...practice.filter import FIELDS, Term, parse
from ...practice.model import Client
from ...practice.text import clean
from ...sync import plan_words
from ...sync.tabs import TABS, Tab
from ...sync.words import link_words, status_words
from ...workplace import Workplace
from .. import selection
from .client import assign_team, claim, one_client, release, remove
from .client_sync import action, bulk
from .fixes import fixes
from .lines import Choice, menu, say, text, with_back
from .lists import Listing, one_of
from .records import export_clients


class ClientRows:
    """Clients as lines. An id is a client's number."""

    def __init__(self, workplace: Workplace, terms: Sequence[Term], words: str = "") -> None:
        self._workplace = workplace
        self._terms = terms
        held = {sign_in.id for sign_in in workplace.held()}
        self.ids: array[int] = workplace.store.clients.find(
            [*terms, *parse(words)], datetime.now(UTC), held=held, me={workplace.actor}
        )

    def texts(self, ids: Sequence[int]) -> list[str]:
        """Name, code, team, and each integration's status."""
        now = datetime.now(UTC)
        found = {client.n: client for client in self._workplace.store.clients.by_number(ids, now)}
        return [client_line(found[n], now) if n in found else "no longer on the list" for n in ids]

    def filtered(self, words: str) -> "ClientRows":
        """The clients that also match these words of the filter language. Raises FilterError."""
        return ClientRows(self._workplace, self._terms, words)


def client_line(client: Client, now: datetime) -> str:
    """A client in one line."""
    parts = [client.name]
    if client.practice_code:
        parts.append(f"code {client.practice_code}")
    if client.team:
        parts.append(f"team {client.team}")
    if client.claim:
        parts.append(f"claimed by {client.claim.name}")
    parts += (f"{link.software} {link_words(link, now)}" for link in client.integrations)
    return ", ".join(parts if client.integrations else [*parts, status_words(None)])


def clients(workplace: Workplace) -> None:
    """The statuses with their counts. Raises Back and Quit."""

    def choices() -> list[Choice]:
        counts = workplace.store.clients.counts(datetime.now(UTC))
        return [
            *(_tab(workplace, tab, sum(counts[status] for status in tab.statuses)) for tab in TABS),
            Choice(
                "Fixes",
                lambda: fixes(workplace),
                "What expired or broke, by accounting app, person and reason, and how to fix it.",
            ),
            action("clients.views", lambda: views(workplace)),
        ]

    menu(lambda: ["Clients"], choices)


def _tab(workplace: Workplace, tab: Tab, count: int) -> Choice:
    named = ACTIONS[f"clients.show_{tab.key}"]
    return Choice(
        f"{named.title}, {plan_words.clients(count)}",
        lambda: _list(workplace, named.title, tab.terms),
        named.sentence,
    )


def _list(workplace: Workplace, title: str, terms: Sequence[Term]) -> None:
    listing = Listing(title, ClientRows(workplace, terms), one=True, many=True)
    while True:
        found = workplace.store.clients.by_number(listing.choose(), datetime.now(UTC))
        ids = [client.id for client in found]
        if len(ids) == 1:
            with_back(lambda: one_client(workplace, ids[0]))  # noqa: B023  (done before the next turn)
        elif ids:
            with_back(lambda: _several(workplace, ids))  # noqa: B023


def _several(workplace: Workplace, ids: Sequence[str]) -> None:
    """What can be done with several clients. Raises Back and Quit."""
    store = workplace.store

    def now() -> list[Client]:
        return list(store.clients.by_id(ids, datetime.now(UTC)).values())

    def choices() -> list[Choice]:
        return [
            *(
                action(f"clients.{name}", lambda kind=kind: bulk(workplace, kind, ids, lambda: software_of(workplace, now())))
                for name, kind in KINDS.items()
            ),
            action("clients.export", lambda: export_clients(workplace, now())),
            action("clients.assign_team", lambda: assign_team(workplace, now())),
            action("clients.claim", lambda: claim(workplace, ids)),
            action("clients.release", lambda: release(workplace, ids)),
            action("clients.remove", lambda: remove(workplace, now())),
        ]  # fmt: skip

    menu(lambda: [f"{plan_words.clients(len(ids))} selected"], choices)


def software_of(workplace: Workplace, clients: Sequence[Client]) -> str:
    """The accounting app of these clients; asks if there are several. Raises UsageError if there is none, Back and Quit."""
    found = sorted({link.software for client in clients for link in client.integrations})
    if len(found) > 1:
        return one_of("Accounting app", found, str)
    return selection.software_names(workplace, None, [client.id for client in clients])[0]


def views(workplace: Workplace) -> None:
    """Opens, saves and forgets named filters. Raises Back and Quit."""
    preferences = workplace.preferences

    def save() -> None:
        words = text(f"Filter (words, or {', '.join(f'{field}:' for field in FIELDS)})")
        parse(words)
        name = clean(text("Name of the view")).strip() if words else ""
        if not name:
            say("Nothing was saved.")
            return
        preferences.save_view(name, words)
        say(f"Saved as {name}.")

    def delete() -> None:
        name = one_of("Delete which view?", list(preferences.views), str)
        preferences.delete_view(name)
        say(f"{name} was deleted.")

    def choices() -> list[Choice]:
        saved = preferences.views
        return [
            *(
                Choice(
                    f"{name}: {words}", lambda name=name, words=words: _list(workplace, name, parse(words))
                )
                for name, words in saved.items()
            ),
            Choice("Save a filter", save, "Save a filter under a name."),
            Choice(
                "Delete a view",
                delete,
                "The clients stay on the list.",
                None if saved else "There are no saved views.",
            ),
        ]

    menu(lambda: [ACTIONS["clients.views"].title], choices)
