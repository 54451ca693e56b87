"""Bulk work on the chosen clients from the client list, and the Actions menu."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from ...app.actions import CLIENTS, EVERYWHERE, KINDS, named
from ...practice.plan import Plan, Will
from ...sync import plan_words
from ...sync.fix_words import Step
from ...sync.kinds.seam.kind import BulkKind, Needs, Request
from ...sync.locale_words import counted, number
from ..client_sync.plan import confirm_and_run
from ..dialogues.choose import Choice, Choose
from ..titles import title
from .clients_view import ClientsView

MENU = (
    *named(EVERYWHERE, "client_sync"),
    *named(
        CLIENTS,
        "export",
        "upload_codes",
        *KINDS,
        "assign_team",
        "set_code",
        "rename",
        "set_note",
        "remove",
        "claim",
        "release",
    ),
)
FOR_ONE = frozenset({"set_code", "rename", "set_note"})
FOR_CHOSEN = frozenset({*KINDS, "assign_team", "remove", "claim", "release"})


def open_menu(screen: ClientsView) -> None:
    """The Actions menu: first the three actions for the whole list, then those for the chosen clients."""
    count = len(screen.chosen())
    keymap = screen.main.keys

    def choice(name: str, title: str, keys: str, sentence: str, reason: str | None) -> Choice:
        key = keys.split(",")[0]
        return Choice(name, title, sentence, key if len(key) == 1 else "", reason)

    choices: list[Choice] = []
    for action in MENU:
        words = action.title
        if action.name in FOR_CHOSEN and not _is_about_all(screen, KINDS.get(action.name)):
            words = f"{words}: {counted(count, 'client')}"
        elif action.name in FOR_ONE:
            words = f"{words}…"
        keys = keymap.get(f"{action.place}.{action.name}", action.keys)
        choices.append(choice(action.name, words, keys, action.sentence, screen.why_not(action)))
    selected, hidden = screen.table.selection.total, screen.hidden_chosen
    here = screen.client_here()
    head = here.name if here is not None else "Actions"
    if selected:
        head = f"{counted(selected, 'client')} selected" + (
            f", {number(hidden)} of them not shown" if hidden else ""
        )

    def chosen(name: str | None) -> None:
        if name is not None:
            screen.call_later(screen.action_act, name)

    screen.main.push_screen(Choose(head, choices), chosen)


def begin(screen: ClientsView, kind: BulkKind) -> None:
    """Plans a kind of work for the chosen clients; if a sign-in has to be chosen first, on its own screen."""
    open_for_chosen(screen, kind) if kind.needs is Needs.ANY else plan_for_chosen(screen, kind)


def _is_about_all(screen: ClientsView, kind: BulkKind | None) -> bool:
    return kind is not None and kind.whole_list and not screen.table.selection.total


def open_for_chosen(screen: ClientsView, kind: BulkKind) -> None:
    """Opens the screen of a kind of work for the chosen clients. Asks for the accounting app if they have several."""
    numbers = screen.chosen()
    clients, workplace = screen.store.clients, screen.main.workplace

    def read() -> tuple[Counter[str], list[str]]:
        ids, now = clients.ids_of(numbers), datetime.now(UTC)
        to_do: Counter[str] = Counter()
        for name in clients.softwares_of(numbers):
            sign_in = next((sign_in for sign_in in workplace.held(name) if sign_in.works(now)), None)
            to_do[name] = kind.plan(Request(screen.store, name, ids, sign_in=sign_in)).count(Will.DO)
        return to_do, ids

    def go(software: str | None, ids: list[str]) -> None:
        if software is not None:
            screen.main.open_kind(kind, software=software, only=ids)

    def found(result: tuple[Counter[str], list[str]]) -> None:
        to_do, ids = result
        if not to_do:
            screen.say(
                screen.keyed(
                    "None of them has an integration yet. Press {everywhere.client_sync} to open Client Sync and add one."
                ),
                "warning",
            )
        elif len(to_do) == 1:
            go(next(iter(to_do)), ids)
        else:
            choices = [
                Choice(name, title(workplace, name), plan_words.to_do(kind, count))
                for name, count in to_do.most_common()
            ]
            screen.main.push_screen(Choose("Which accounting app?", choices), lambda name: go(name, ids))

    screen.ask_after(read, found)


def open_fix(screen: ClientsView) -> None:
    """Opens the screen that does what the chosen fix says, for exactly its integrations among the shown clients."""
    line = screen.line
    if line is None:
        return
    if line.step is Step.ASK_THE_CLIENT:
        screen.say(f"{line.says} No sign-in can fix it.", "information")
        return
    cause, shown, clients = line.fix.cause, screen.order(), screen.store.clients

    def read() -> tuple[list[str], frozenset[tuple[str, str]]]:
        links = clients.with_cause(cause, shown, datetime.now(UTC))
        ids = clients.ids_of(sorted({n for n, _ in links}))
        return ids, frozenset((cause.software, organisation) for _, organisation in links)

    def go(found: tuple[list[str], frozenset[tuple[str, str]]]) -> None:
        ids, exactly = found
        wanted: dict[str, Any] = {"software": cause.software, "only": ids, "exactly": exactly}
        if line.step is Step.REASSIGN:
            screen.main.open("reassign", **wanted)
        else:
            screen.main.open("reconnect", **wanted, fresh=line.step is Step.SIGN_IN_AGAIN)

    screen.ask_after(read, go)


def plan_for_chosen(screen: ClientsView, kind: BulkKind) -> None:
    """Plans a kind of work for the chosen clients, shows the plan, and carries it out once confirmed."""
    everybody = _is_about_all(screen, kind)
    numbers = [] if everybody else screen.chosen()
    hidden = 0 if everybody else screen.hidden_chosen
    workplace = screen.main.workplace

    def plan() -> Plan:
        held = frozenset(sign_in.id for sign_in in workplace.held())
        only = None if everybody else screen.store.clients.ids_of(numbers)
        return kind.plan(Request(screen.store, None, only, held))

    def ask(made: Plan) -> None:
        confirm_and_run(screen, made, hidden=hidden, everybody=everybody)

    screen.ask_after(plan, ask)
