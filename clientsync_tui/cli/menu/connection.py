"""One integration of a client: its Connections page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ...accounting.seam.not_loaded import why_not_loaded
from ...accounting.seam.software import Software
from ...practice import longest
from ...practice.model import Client, Integration, Settings
from ...practice.status import Reason
from ...practice.text import clean
from ...practice.trouble import UsageError
from ...sync.integration_facts import Seen, of_integration
from ...sync.kinds import disconnect, reassign, reconnect, refresh
from ...sync.kinds.seam.kind import BulkKind, MakePlan, Request
from ...sync.pulled_words import further
from ...sync.reach.change_integration import change_integration, entails, planned
from ...sync.reach.reachability import State, states
from ...sync.settings import MOST_DAYS, change_settings
from ...sync.words import link_words
from ...workplace import Workplace
from ..network import online
from .client_sync import action, reached, with_sign_in
from .doing import perform
from .lines import Back, Choice, changed_note, menu, say, text, yes
from .lists import Texts, look, one_of, some_of


def connection(workplace: Workplace, id: str, key: tuple[str, str]) -> None:
    """What can be done with an integration. `key`: accounting app and organisation. Raises Back and Quit."""
    page = _Page(workplace, id, key)
    menu(page.heading, page.choices)


@dataclass(frozen=True)
class _Page:
    """The Connections page of the client `id`."""

    workplace: Workplace
    id: str
    key: tuple[str, str]

    @property
    def software(self) -> Software:
        return self.workplace.any_software(self.key[0])

    def now(self) -> tuple[Client, Integration]:
        """The client and its integration as they are now. Raises Back if they are gone."""
        client = self.workplace.store.clients.by_id([self.id], datetime.now(UTC)).get(self.id)
        for link in client.integrations if client else ():
            if client and (link.software, link.organisation_id) == self.key:
                return client, link
        raise Back

    def heading(self) -> list[str]:
        """The integration's facts."""
        store, software, (client, link) = self.workplace.store, self.software, self.now()
        refused = store.ledger.refused_lists(client.id, *self.key)
        counts, mine = store.pulled.counts(*self.key), link.sign_in in self._held()
        seen = Seen(client, link, software, counts, refused, mine, datetime.now(UTC), ascii_marks=True)
        return [f"{client.name} in {software.title}", *_facts(seen)]

    def choices(self) -> list[Choice]:
        """What can be done, and why something can't."""
        workplace, software, (client, link) = self.workplace, self.software, self.now()
        not_loaded = why_not_loaded(software)
        ended = "It is disconnected." if link.problem is Reason.DISCONNECTED_HERE else None
        unusable = not_loaded or ended
        address = software.link(link.organisation_id, client.details)
        unknown = (
            None
            if address
            else f"The address of this {software.organisation_words[0]} in {software.title} is not known. A refresh may find it."
        )
        pulled = workplace.store.pulled.counts(*self.key)
        empty = None if pulled else "Nothing has been pulled on this host yet. Refresh first."
        return [
            action("connections.reconnect", lambda: self._with_sign_in(reconnect.KIND), not_loaded),
            action("clients.reassign_selected", lambda: self._with_sign_in(reassign.KIND), unusable),
            action("connections.refresh", lambda: self._perform(refresh.plan), unusable),
            action("connections.settings", lambda: _settings(workplace, software, *self.now()), unusable),
            action("connections.disconnect", lambda: self._perform(disconnect.plan), unusable),
            action("connections.change_integration", lambda: _change(workplace, *self.now()), ended),
            action("connections.open_software", lambda: say(f"{link.organisation_name} in {software.title}:", address or ""), not_loaded or unknown),
            action("connections.pulled", lambda: _lists(workplace, software, link), not_loaded or empty),
        ]  # fmt: skip

    def _held(self) -> set[str]:
        return {sign_in.id for sign_in in self.workplace.held(self.key[0])}

    def _with_sign_in(self, kind: BulkKind) -> None:
        with_sign_in(self.workplace, kind, self.key[0], [self.id], exactly={self.key})

    def _perform(self, plan: MakePlan) -> None:
        request = Request(self.workplace.store, self.key[0], [self.id], self._held())
        perform(self.workplace, plan(request).about({self.key}))


def _facts(seen: Seen) -> list[str]:
    """The screen's facts with the status in words, because a screen reader would read its symbol aloud."""
    facts = [(title, text) for title, text, _ in of_integration(seen) if title != "Status"]
    status = f"Status: {link_words(seen.link, seen.now)}"
    return [status, *(f"{title}: {text}" if title else text for title, text in facts)]


def _settings(workplace: Workplace, software: Software, client: Client, link: Integration) -> None:
    old = link.settings
    titles = software.lists
    wanted = list(titles) if old.lists is None else [name for name in titles if name in old.lists]
    pulled = ", ".join(titles[name] for name in wanted) or "none"
    if yes(f"Lists pulled: {pulled}. Choose others?"):
        wanted = some_of("Lists to pull", list(titles), lambda name: titles[name])
    days = text(f"Refresh automatically every … days, now {old.refresh_days} (0 = never, Enter keeps it)")
    if days and not (days.isdecimal() and int(days) <= MOST_DAYS):
        raise UsageError(f"Days must be a number from 0 to {MOST_DAYS}. Nothing was changed.")
    state = "follow the organisation's" if old.follow_details else "stay as edited here"
    follow = old.follow_details != yes(f"Details {state}. Change that?")
    note = changed_note("Integration note", old.note)
    new = Settings(
        # Choosing all of them includes lists that are added later.
        None if len(wanted) == len(titles) else tuple(wanted),
        int(days) if days else old.refresh_days,
        follow,
        old.note if note is None else clean(note)[: longest.NOTE_OF_INTEGRATION],
    )
    done = change_settings(workplace.store, workplace.actor, client.id, link, new)
    say("Settings saved." if done else "Nothing was changed.")


def _change(workplace: Workplace, client: Client, link: Integration) -> None:
    former, software = workplace.any_software(link.software), _where(workplace, link.software)
    one, several = software.organisation_words
    signed_in, reach = reached(workplace, software.name)
    free = [row for row in states(workplace.store, software.name, reach) if row.state is State.NEW]
    if not free:
        raise UsageError(f"Every {one} that {signed_in.person.email} reaches already belongs to a client.")
    new = reach[one_of(f"{several.capitalize()} without a client", free, lambda row: row.name).id]
    # If each organisation needs its own sign-in, use this organisation's.
    sign_in = workplace.store.sign_ins.one(signed_in.reaching(new.id)) or signed_in
    held = {held.id for held in workplace.held()}
    change = planned(workplace.store, client, link, former, software, new, sign_in, held)
    say(*entails(change))
    if not yes(f"Move {client.name} to this {one}?"):
        say("Nothing was changed.")
        return
    if warning := online(workplace, lambda session: change_integration(session, change)):
        say(warning)
    say(f"{client.name} now uses {new.name}.")
    # The integration that this menu is about no longer exists.
    raise Back


def _where(workplace: Workplace, name: str) -> Software:
    """The accounting app with the client's books. Asks if several are set up, the present one first."""
    apps = [app for app in workplace.softwares() if workplace.is_configured(app.name)]
    apps.sort(key=lambda app: app.name != name)
    if [app.name for app in apps] in ([], [name]):
        return workplace.any_software(name)
    return one_of("App with the client's books now", apps, lambda app: app.title)


def _lists(workplace: Workplace, software: Software, link: Integration) -> None:
    pulled = workplace.store.pulled
    counts = pulled.counts(link.software, link.organisation_id)
    names = [name for name in software.lists if name in counts]
    name = one_of("Lists", names, lambda name: f"{software.lists[name]}, {counts[name]:,}")
    records, _ = pulled.records(link.software, link.organisation_id, name)
    lines = [
        ", ".join(
            part
            for part in (
                *(clean(str(record.get(field) or "")) for field in ("code", "name")),
                further(record),
            )
            if part
        )
        for record in records
    ]
    look(software.lists[name], Texts(lines))
