"""Plans for each kind of work, in one line."""

from collections.abc import Collection

from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.plan import Plan
from clientsync_tui.store.store import Store
from clientsync_tui.sync.kinds import add as _add
from clientsync_tui.sync.kinds.seam import registry
from clientsync_tui.sync.kinds.seam.kind import Reach, Request
from clientsync_tui.sync.kinds.seam.planning import together

__all__ = ["Reach", "add", "check", "disconnect", "reassign", "reconnect", "refresh", "together"]


def add(store: Store, software: str, sign_in: SignIn, reach: Reach, chosen: Collection[str]) -> Plan:
    return _add.plan(Request(store, software, chosen, sign_in=sign_in, reach=reach))


def reconnect(
    store: Store,
    software: str | None,
    sign_in: SignIn | None,
    reach: Reach | None,
    only: Collection[str] | None = None,
) -> Plan:
    return _plan("reconnect", Request(store, software, only, sign_in=sign_in, reach=reach))


def reassign(
    store: Store,
    software: str | None,
    sign_in: SignIn | None,
    reach: Reach | None,
    only: Collection[str] | None = None,
    integrated_by: str | None = None,
) -> Plan:
    return _plan(
        "reassign", Request(store, software, only, sign_in=sign_in, reach=reach, integrated_by=integrated_by)
    )


def refresh(
    store: Store, software: str | None, held: Collection[str], only: Collection[str] | None = None
) -> Plan:
    return _plan("refresh", Request(store, software, only, held))


def disconnect(
    store: Store, software: str | None, held: Collection[str], only: Collection[str] | None = None
) -> Plan:
    return _plan("disconnect", Request(store, software, only, held))


def check(
    store: Store, software: str | None, held: Collection[str], only: Collection[str] | None = None
) -> Plan:
    return _plan("check", Request(store, software, only, held))


def _plan(kind: str, request: Request) -> Plan:
    return registry.kind(kind).plan(request)
