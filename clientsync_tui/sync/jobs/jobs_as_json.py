"""Jobs, plans and results as the command line prints them in JSON. Scripts rely on the keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...practice.plan import NO_CLIENT, Plan, Will
from ...practice.status import Why
from ...store.jobs import Item, ItemState, Job

OUTCOMES = (ItemState.DONE, ItemState.FAILED, ItemState.SKIPPED)
_OUTCOME_OF_WILL = {Will.DO: ItemState.DONE, Will.SKIP: ItemState.SKIPPED, Will.CANNOT: ItemState.FAILED}


def job(found: Job) -> dict[str, Any]:
    """A job with the counts of its items. A job whose process is gone is waiting."""
    return {
        "id": found.id,
        "kind": found.kind,
        "software": found.software,
        "state": "paused" if found.cut_off else found.state,
        "waiting": found.left,
        "done": found.count(ItemState.DONE),
        "failed": found.count(ItemState.FAILED),
        "skipped": found.count(ItemState.SKIPPED),
        "by": found.by,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
    }


def plan(found: Plan) -> dict[str, Any]:
    """What `--dry-run` prints."""
    return {
        **{str(will): found.count(will) for will in Will},
        "items": [_item(i.client, i.name, i.organisation_id, i.will, i.reason) for i in found.items],
    }


def outcome(ran: Job | None, items: Sequence[Item]) -> dict[str, Any]:
    """What a bulk command prints: the finished items."""
    ended = [
        _item(i.client, i.name, i.organisation_id, i.state, i.reason) for i in items if i.state in OUTCOMES
    ]
    return _result(ran.id if ran else None, ended)


def without_job(found: Plan) -> dict[str, Any]:
    """What a bulk command prints if there was nothing to do, or everything was done at once, so that there is no
    job.
    """
    items = [
        _item(i.client, i.name, i.organisation_id, _OUTCOME_OF_WILL[i.will], i.reason) for i in found.items
    ]
    return _result(None, items)


def _result(job_id: str | None, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    counts = {str(state): sum(item["outcome"] == state for item in items) for state in OUTCOMES}
    return {"job": job_id, **counts, "items": items}


def listed(reason: str | None) -> str | None:
    """A reason from the closed list that scripts rely on."""
    return Why.NO_ACCESS if reason == Why.APP_REJECTED else reason


def _item(client_id: str, name: str, organisation_id: str, what: str, reason: str | None) -> dict[str, Any]:
    return {
        "client": None if client_id == NO_CLIENT else client_id,
        "name": name,
        "organisation_id": organisation_id,
        "outcome": what,
        "reason": listed(reason),
    }
