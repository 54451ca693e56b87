"""The command that does the same as an action on screen, for `Y`."""

import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ..practice.model import Client
from ..practice.plan import Plan, Will
from ..store.store import Store
from .kinds.seam import registry
from .kinds.seam.kind import Needs, Unit
from .locale_words import number

MOST_CLIENTS = 1_000
"""How many clients a command may name. More would not fit on a command line everywhere."""


def too_many(count: int) -> str:
    """Why a command can't name this many clients, and what to do."""
    most = number(MOST_CLIENTS)
    return f"A command names up to {most} clients, not {number(count)}. Select fewer, or run it with --all or --software."


def command(*words: str) -> str:
    """Quotes a command line for the shell."""
    return shlex.join(["clientsync", *words])


def client_word(client: Client) -> str:
    """How a command names a client: by practice code, else by id."""
    return client.practice_code or client.id


def client_options(clients: Iterable[Client]) -> list[str]:
    """A `--client C` for each client."""
    return [word for client in clients for word in ("--client", client_word(client))]


def of_plan(plan: Plan, store: Store, *, everybody: bool = False, team: str | None = None) -> str | None:
    """The command that makes this plan. None if there is none or it would be too long.

    `everybody`: the plan covers every client (of its app, if it has one). `team`: for clients that will be created.
    """
    kind = registry.kind(plan.kind)
    software = [plan.software] if plan.software else []
    named = (
        [word for name in software for word in ("--software", name)]
        if kind.needs is not Needs.ANY
        else software
    )
    will_do = plan.only([Will.DO])
    if kind.unit is Unit.ORGANISATION:
        organisations = [word for item in will_do for word in ("--organisation", item.organisation_id)]
        return _if_short(kind.name, software, organisations, ["--team", team] if team else [])
    if kind.whole_list and everybody:
        return command(kind.name, *named)
    if everybody:
        # `--software S` already means every client of that app.
        return command(kind.name, *named, *(["--all"] if kind.needs is Needs.ANY or not software else []))
    ids = list(dict.fromkeys(item.client for item in will_do))
    if len(ids) > MOST_CLIENTS:
        return None
    clients = store.clients.by_id(ids, datetime.now(UTC))
    return _if_short(kind.name, named, client_options(clients[id] for id in ids if id in clients))


def why_none(plan: Plan) -> str:
    """Why no command makes this plan."""
    count = plan.count(Will.DO)
    return too_many(count) if count > MOST_CLIENTS else "There is nothing to do, so no command does it."


def _if_short(name: str, *parts: Sequence[str]) -> str | None:
    words = [word for part in parts for word in part]
    names_one = any(word in ("--client", "--organisation") for word in words)
    if not names_one or len(words) > 2 * MOST_CLIENTS:
        return None
    return command(name, *words)
