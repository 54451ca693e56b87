"""What the client list's actions need from its screen. They depend on this protocol instead of the screen's class."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from ...app.actions import Action
from ...practice.model import Client
from ...store.store import Store
from ...sync.fix_words import FixLine
from ...widgets.select_table.table import SelectTable
from ..main import Asker

T = TypeVar("T")


class ClientsView(Asker, Protocol):
    """The client list, as its actions see it."""

    @property
    def store(self) -> Store:
        """The practice's store."""
        ...

    @property
    def actor(self) -> str:
        """The user, as recorded in the ledger with every change."""
        ...

    # What is shown and chosen

    @property
    def table(self) -> SelectTable:
        """The table of clients."""
        ...

    @property
    def line(self) -> FixLine | None:
        """The chosen fix."""
        ...

    @property
    def filter_text(self) -> str:
        """The tab and the filter as a single filter text."""
        ...

    @property
    def hidden_chosen(self) -> int:
        """How many selected clients the filter hides."""
        ...

    def order(self) -> Sequence[int]:
        """Numbers of the clients that the filter shows, as sorted."""
        ...

    def chosen(self) -> list[int]:
        """Numbers of the selected clients, or of the one under the cursor."""
        ...

    def client_here(self) -> Client | None:
        """The client under the cursor."""
        ...

    # What an action may do

    def why_not(self, action: Action) -> str | None:
        """Why an action can't be used now."""
        ...

    def action_act(self, name: str) -> Awaitable[None]:
        """Performs an action, or says why it can't."""
        ...

    def call_later(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Runs `callback` after the messages so far."""
        ...

    def keyed(self, sentence: str) -> str:
        """A sentence with the user's own keys filled in."""
        ...

    def notify(self, message: str, *, timeout: float | None = None, markup: bool = True) -> None:
        """Shows a short notice."""
        ...

    def work(self, read: Callable[[], T], then: Callable[[T], object]) -> None:
        """Runs `read` in a thread, then `then` with its result; shows any Trouble."""
        ...

    def ask_after(self, read: Callable[[], T], ask: Callable[[T], object]) -> None:
        """Like `work`, but `ask` asks a question or opens a screen. Keys pressed meanwhile wait for it."""
        ...

    def change(self, work: Callable[[], str]) -> None:
        """Changes the practice in a thread and shows the message that `work` returns."""
        ...

    def show_filter(self, text: str) -> None:
        """Shows the clients that a whole filter text matches."""
        ...

    def offer_jobs(self) -> None:
        """Offers to resume the jobs that an earlier run left unfinished."""
        ...
