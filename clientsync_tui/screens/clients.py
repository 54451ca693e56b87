"""The client list: triage, filter, and everything that can be done with clients."""

from textual import on
from textual.app import ComposeResult

from ..actions import CLIENTS, SELECT, named
from ..widgets.select_table.table import SelectTable
from .clients_list import ClientList


class ClientsScreen(ClientList):
    """The client list with its actions."""

    place = CLIENTS
    extra = named(SELECT, "filter", "sort", "columns")

    def compose(self) -> ComposeResult:
        """The list."""
        yield from self.compose_list()

    def do_connections(self) -> None:
        """Opens the connections of the client under the cursor."""
        if (client := self.client_here()) is not None:
            self.main.open("connections", client=client.id)

    @on(SelectTable.Opened, "#clients")
    def _opened(self) -> None:
        self.do_connections()

    def do_history(self) -> None:
        """Opens the history of the client under the cursor, else of the practice."""
        client = self.client_here()
        self.main.open("history", **({"client": client.id} if client is not None else {}))
