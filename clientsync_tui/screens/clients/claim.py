"""Claims the chosen clients ("I am working on these"), or releases them."""

from collections.abc import Callable, Mapping

from ...practice.claims import USUAL_MINUTES, Claim
from ...sync import plan_words
from ...sync.home import claim_words
from ...sync.locale_words import counted
from ..dialogues.confirm import Confirm
from .clients_view import ClientsView
from .rows import today


def claim(screen: ClientsView) -> None:
    """Claims the chosen clients. Asks first if colleagues have claimed some."""
    numbers, hidden = screen.chosen(), screen.hidden_chosen
    store, me = screen.store, screen.actor

    def read() -> tuple[list[str], list[Claim]]:
        ids = store.clients.ids_of(numbers)
        return ids, [found for found in store.claims.of(ids, today()).values() if found.person != me]

    def ask(found: tuple[list[str], list[Claim]]) -> None:
        ids, others = found

        def work() -> str:
            return " ".join(claim_words.claimed(store.claims.take(ids, me), USUAL_MINUTES, today()))

        if not others:
            screen.change(work)
            return
        question = Confirm(
            f"Claim {counted(len(ids), 'client')} and take over {counted(len(others), 'claim')}?",
            [*claim_words.warnings(others, me, today(), of=len(ids)), *plan_words.hidden(hidden)],
            yes="Take over",
        )
        screen.main.push_screen(question, lambda yes: screen.change(work) if yes else None)

    screen.ask_after(read, ask)


def release(screen: ClientsView) -> None:
    """Ends your own claims on the chosen clients."""
    numbers, store, me = screen.chosen(), screen.store, screen.actor

    def work() -> str:
        ids = store.clients.ids_of(numbers)
        released = claim_words.released(store.claims.release(ids, me))
        return " ".join([released, *claim_words.about(store, ids, me, today())])

    screen.change(work)


DOES: Mapping[str, Callable[[ClientsView], None]] = {"claim": claim, "release": release}
"""By the action's name."""
