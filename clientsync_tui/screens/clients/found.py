"""The words above the client list: how many clients are shown, selected and to fix; and those in an empty list."""

from collections.abc import Sequence

from ...store.fixes import Fix
from ...sync.fix_words import to_fix
from ...sync.locale_words import counted, number
from ...sync.tabs import Tab

NO_CLIENTS = """There are no clients yet.

Press {everywhere.client_sync} for Client Sync, sign in to an accounting app there, and add clients from its organisations."""
NO_MATCH = (
    "No client matches. Press {everywhere.back} to clear the filter, then {clients.show_all} for all clients."
)
EMPTY_TAB = "No client has this status. Press {clients.show_all} for all clients."


def found_words(
    shown: int, total: int, selected: int, hidden: int, only: str, tab: Tab, fixes: Sequence[Fix]
) -> list[str]:
    """`7 of 1,204 clients · 3 selected (1 not shown) · 9 expired integrations to fix`, then shorter forms for a narrow screen.

    `only`: what the clients have in common, if another screen narrowed the list to them.
    """
    of_total = f" of {number(total)}" if shown != total else ""
    many = f"{number(shown)} of {counted(total, 'client')}" if of_total else counted(total, "client")
    few = f"{number(shown)}{of_total}"
    marked = f"{number(selected)} selected" if selected else ""
    marks = f"{marked} ({number(hidden)} not shown)" if hidden else marked
    forms = [(many, only, marks), (few, only, marks)]
    if fixes:
        count = number(sum(fix.integrations for fix in fixes))
        forms = [(*forms[0], to_fix(tab, fixes)), (*forms[0], f"{count} to fix"), *forms]
    return list(dict.fromkeys(" · ".join(filter(None, form)) for form in forms))


def empty_words(total: int, *, narrowed: bool) -> str:
    """What an empty list says, with the names of actions for their keys. `narrowed`: by more than the tab."""
    if not total:
        return NO_CLIENTS
    return NO_MATCH if narrowed else EMPTY_TAB
