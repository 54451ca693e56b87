"""Ledger entries as the command line prints them in JSON. Scripts rely on the keys."""

from typing import Any

from ..practice.entries import Entry


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
