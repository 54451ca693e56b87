"""The practice's values as the command line prints them in JSON; the keys are part of what scripts rely on."""

from datetime import datetime
from typing import Any

from ..practice.entries import Entry, iso
from ..practice.model import Client, Integration


def time(moment: datetime | None) -> str | None:
    """A time in ISO 8601, UTC."""
    return iso(moment) if moment else None


def integration(link: Integration) -> dict[str, Any]:
    """An integration, as part of its client."""
    fault = link.last_fault
    return {
        "software": link.software,
        "organisation_id": link.organisation_id,
        "organisation_name": link.organisation_name,
        "status": link.standing.status,
        "reason": link.standing.reason,
        "integrated_by": {"name": link.integrated_by.name, "email": link.integrated_by.email},
        "connected_at": time(link.connected_at),
        "refreshed_at": time(link.refreshed_at),
        "checked_at": time(link.checked_at),
        "expires_at": time(link.expires_at),
        "last_fault": {"at": time(fault.at), "what": fault.what} if fault else None,
    }


def client(found: Client) -> dict[str, Any]:
    """A client with its integrations."""
    return {
        "id": found.id,
        "name": found.name,
        "practice_code": found.practice_code,
        "team": found.team,
        "integrations": [integration(link) for link in found.integrations],
    }


def entry(found: Entry) -> dict[str, Any]:
    """An entry of the ledger."""
    return {
        "seq": found.seq,
        "at": found.at,
        "actor": found.actor,
        "kind": found.kind,
        "client": found.client,
        "software": found.software,
        "organisation_id": found.organisation_id,
        "body": dict(found.body),
    }
