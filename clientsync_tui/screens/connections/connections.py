"""Business settings › Connections: one client's integrations, and how to manage each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll

from ...accounting.seam.not_loaded import why_not_loaded
from ...app.actions import CONNECTIONS, Action
from ...practice.entries import moment
from ...practice.model import Client, Integration, Settings
from ...practice.plan import Will
from ...practice.possessive import possessive
from ...practice.status import FOR_THE_CLIENT, Reason, Status
from ...practice.trouble import Trouble
from ...sync import as_command, integration_facts, plan_words
from ...sync.history import described
from ...sync.kinds import disconnect, refresh
from ...sync.kinds.seam.kind import Request
from ...sync.locale_words import moment_words
from ...sync.settings import change_settings
from ...sync.sign_in_words import are_of_one_person
from ...widgets.facts import Fact, Facts
from ...widgets.select_table.list_rows import ListRows
from ...widgets.select_table.rows import Cell, Column, Row
from ...widgets.select_table.table import SelectTable
from ...widgets.top_bar import STEP
from ..base import ActionScreen, KeyBar, TopBar
from ..titles import of_client, title

if TYPE_CHECKING:
    from ..copying import Copyable

TITLE = f"Business settings{STEP}Connections"
COLUMNS = (
    Column("software", "App", 10, flex=1, keep=7, sortable=False, most=24),
    Column("organisation", "Organisation", 16, flex=3, keep=8, sortable=False, most=60, shorten="middle"),
    Column("status", "Status", 22, flex=2, keep=9, sortable=False, most=44),
    Column("by", "Integrated by", 14, flex=2, keep=5, sortable=False, most=40),
)
MOST_LINES = 6
"""How many integrations the screen shows at once; a client has one or two."""
EVENTS = 20
"""How many entries of the client's history to show."""
THREE = 150
"""The terminal width from which three blocks of facts fit side by side."""
EMPTY_LINES = 4
"""The text for no integrations, on a narrow screen."""


class ConnectionsScreen(ActionScreen):
    """One client. Reads only the store: calls to accounting apps are jobs, or have their own screen."""

    place: ClassVar[str] = CONNECTIONS

    def __init__(self, client: str) -> None:
        """`client`: its id."""
        super().__init__()
        self._client_id = client
        self._client: Client | None = None

    def compose(self) -> ComposeResult:
        """The integrations, and below them the facts about the selected one and about the client."""
        yield TopBar(TITLE)
        yield SelectTable(COLUMNS, selecting=False, id="integrations")
        with VerticalScroll(id="facts"), Container(id="columns"):
            yield Facts(id="integration")
            yield Facts(id="client")
            yield Facts(id="events")
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads the client."""
        table = self.query_one(SelectTable)
        table.ascii_marks = self.main.ascii_marks
        table.empty_text = self.keyed(
            "Not connected. Press {everywhere.client_sync} to open Client Sync: Add clients links an organisation to this client."
        )
        table.focus()
        self._read()

    def practice_changed(self) -> None:
        """It was refreshed, reconnected, changed by a colleague ..."""
        if self.is_there:
            self._read()

    # Showing

    def _read(self) -> None:
        now = datetime.now(UTC)
        store = self.main.workplace.store
        self._client = client = store.clients.by_id([self._client_id], now).get(self._client_id)
        if client is None:
            self.query_one("#client", Facts).show("This client is no longer on the list.", ())
            return
        self.query_one(TopBar).show(f"{of_client(client)}{STEP}{TITLE}", client.team or "")
        table = self.query_one(SelectTable)
        table.show(ListRows(COLUMNS, [self._row(link, now) for link in client.integrations]))
        table.styles.height = 1 + (min(len(client.integrations), MOST_LINES) or EMPTY_LINES)
        self._show_facts()
        self.refresh_keys()

    def _row(self, link: Integration, now: datetime) -> Row:
        status, style = integration_facts.status_of(link, now, self.main.ascii_marks)
        is_you = self._is_held(link) and are_of_one_person(self.main.workplace.held())
        by = "you" if is_you else link.integrated_by.name or link.integrated_by.email
        title = self.main.workplace.any_software(link.software).title
        return Row(key_of(link), (title, link.organisation_name, Cell(status, style), by))

    @on(SelectTable.CursorMoved)
    def _show_facts(self) -> None:
        client, link = self._client, self.link
        if client is None:
            return
        self.query_one("#client", Facts).show("Client", list(integration_facts.of_client(client)))
        self.query_one("#events", Facts).show("Last events", self._events(client))
        shown = self.query_one("#integration", Facts)
        shown.display = link is not None
        if link is not None:
            workplace = self.main.workplace
            counts = workplace.store.pulled.counts(link.software, link.organisation_id)
            refused = workplace.store.ledger.refused_lists(client.id, link.software, link.organisation_id)
            seen = integration_facts.Seen(
                client,
                link,
                workplace.any_software(link.software),
                counts,
                refused,
                self._is_held(link),
                datetime.now(UTC),
                self.main.ascii_marks,
            )
            shown.show(seen.software.title, list(integration_facts.of_integration(seen)))
        self.refresh_keys()

    def _events(self, client: Client) -> list[Fact]:
        history, now = self.main.workplace.store.history(), datetime.now(UTC)
        newest = history.find(client.id, (), now)[:EVENTS]
        entries, _ = history.fetch(newest)
        return [
            (moment_words(at, now), f"{described(entry)} ({entry.actor})", "")
            for entry in sorted(entries, key=lambda entry: -entry.seq)
            if (at := moment(entry.at))
        ]

    def on_resize(self, event: events.Resize) -> None:
        """Side by side if there is room: two, or three."""
        self.set_class(120 <= event.size.width < THREE, "wide")
        self.set_class(event.size.width >= THREE, "wider")

    @property
    def link(self) -> Integration | None:
        """The integration under the cursor."""
        id = self.query_one(SelectTable).cursor_id
        links = self._client.integrations if self._client else ()
        return next((link for link in links if key_of(link) == id), None)

    def _is_held(self, link: Integration) -> bool:
        return link.sign_in in self._held

    @property
    def _held(self) -> frozenset[str]:
        return frozenset(sign_in.id for sign_in in self.main.workplace.held())

    # Managing

    def unavailable(self, action: Action) -> str | None:
        """Why an action can't be used now."""
        if action.place != CONNECTIONS:
            return super().unavailable(action)
        link = self.link if self.is_mounted else None
        if link is None:
            return "This client has no integration."
        software = self.main.workplace.any_software(link.software)
        not_loaded = why_not_loaded(software)
        match action.name:
            case "reconnect" | "refresh" | "disconnect" | "settings" | "open_software" | "pulled" if (
                not_loaded
            ):
                return not_loaded
            case "reconnect" if link.standing.status is Status.CONNECTED:
                return "It is connected and working."
            case "reconnect" if link.problem in FOR_THE_CLIENT:
                return "The client has to act first: no sign-in can fix it."
            case "refresh" if link.problem is Reason.DISCONNECTED_HERE:
                return "It was disconnected here. Reconnect it first."
            case "refresh" if not self._is_held(link):
                return f"Only {possessive(link.integrated_by.name)} sign-in can refresh it. Reassign it to yourself, or ask them."
            case "disconnect" if link.problem is Reason.DISCONNECTED_HERE:
                return "It is already disconnected."
            case "open_software" if (
                self._client is None or software.link(link.organisation_id, self._client.details) is None
            ):
                return integration_facts.no_address(link, software.title)
            case "pulled" if not self.main.workplace.store.pulled.counts(link.software, link.organisation_id):
                return "Nothing was pulled on this host yet. Refresh it first."
            case _:
                return super().unavailable(action)

    @on(SelectTable.Opened)
    def _manage(self) -> None:
        """Enter: a menu of everything that can be done."""
        from ...app.actions import actions
        from ..dialogues.choose import Choice, Choose

        choices = [
            Choice(a.name, a.title, a.sentence, self.key_of(a), self.why_not(a)) for a in actions(CONNECTIONS)
        ]

        def chosen(name: str | None) -> None:
            if name is not None:
                self.call_later(self.action_act, name)

        self.main.push_screen(Choose("Manage", choices), chosen)

    @property
    def about_client(self) -> str | None:
        return self._client_id

    def copyable(self) -> "Sequence[Copyable]":
        """The client, and the integration under the cursor."""
        from ..copying import of_client

        if (client := self._client) is None:
            return ()
        # The integration under the cursor counts, not the client's first one.
        links = tuple(sorted(client.integrations, key=lambda link: link is not self.link))
        workplace = self.main.workplace
        return of_client(
            client._replace(integrations=links), lambda name: title(workplace, name), datetime.now(UTC)
        )

    def commands(self) -> Sequence[tuple[str, str]]:
        """What can be done with the integration under the cursor."""
        from ...app.actions import actions

        if (client := self._client) is None:
            return ()
        found = [("This client", as_command.command("client", as_command.client_word(client)))]
        if (link := self.link) is not None:
            found += [
                (action.title, as_command.command(action.command, *self._words(client, link, action)))
                for action in actions(CONNECTIONS)
                if self.why_not(action) is None and action.name != "change_integration"
            ]
        return found

    def _words(self, client: Client, link: Integration, action: Action) -> list[str]:
        software = [link.software] if len(client.integrations) > 1 else []
        if software and action.name != "reconnect":
            software = ["--software", *software]
        return [*software, *as_command.client_options([client])]

    def do_history(self) -> None:
        """This client's history."""
        self.main.open("history", client=self._client_id)

    def do_reconnect(self) -> None:
        """Reconnects with one of the user's own sign-ins."""
        if (link := self.link) is not None:
            self.main.open(
                "reconnect", software=link.software, only=[self._client_id], exactly=[integration(link)]
            )

    def do_refresh(self) -> None:
        """Pulls its data again, in the background."""
        if (link := self.link) is None:
            return
        store = self.main.workplace.store
        plan = refresh.plan(Request(store, link.software, [self._client_id], self._held)).about(
            [integration(link)]
        )
        if not plan.count(Will.DO):
            self.say(
                plan_words.says(plan.items[0]) if plan.items else "There is nothing to refresh.", "warning"
            )
            return
        try:
            job = store.jobs.create(plan, self.main.workplace.actor)
        except Trouble as trouble:
            self.say(trouble)
            return
        self.main.engine.run_job(job)
        self.say(f"Refreshing {link.organisation_name}.", "information")

    def do_disconnect(self) -> None:
        """Asks once, and says what stays."""
        from ..client_sync.plan import confirm_and_run

        if (link := self.link) is not None:
            request = Request(self.main.workplace.store, link.software, [self._client_id], self._held)
            confirm_and_run(self, disconnect.plan(request).about([integration(link)]))

    def do_settings(self) -> None:
        """Opens its settings."""
        from .settings import SettingsScreen

        link, client = self.link, self._client
        if link is None or client is None:
            return

        workplace = self.main.workplace

        def save(settings: Settings) -> bool:
            return change_settings(workplace.store, workplace.actor, client.id, link, settings)

        def answered(changed: bool | None) -> None:
            self.query_one(SelectTable).focus()
            if changed:
                self.say("Settings saved.", "information")
                self._read()

        software = workplace.any_software(link.software)
        self.main.push_screen(SettingsScreen(software, link, save), answered)

    def do_change_integration(self) -> None:
        """Opens its own screen, after asking which accounting app has the books now."""
        from .change_integration import choose_software

        if (link := self.link) is not None and self._client is not None:
            choose_software(self, self._client, link)

    def do_open_software(self) -> None:
        """In a browser if there is one the user can see; the address is copied and shown in any case."""
        from .open_app import OpenSoftware

        if (link := self.link) is None or self._client is None:
            return
        software = self.main.workplace.any_software(link.software)
        if address := software.link(link.organisation_id, self._client.details):
            self.main.push_screen(OpenSoftware(software.title, link.organisation_name, address))

    def do_pulled(self) -> None:
        """Shows what was pulled."""
        from .pulled import PulledScreen

        if (link := self.link) is not None:
            self.main.push_screen(PulledScreen(self.main.workplace.any_software(link.software), link))


def key_of(link: Integration) -> str:
    """An integration's id among a client's integrations."""
    return f"{link.software}:{link.organisation_id}"


def integration(link: Integration) -> tuple[str, str]:
    """How a plan identifies an integration."""
    return link.software, link.organisation_id
