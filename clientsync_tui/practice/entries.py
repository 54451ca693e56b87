"""The ledger's entries: every change to the practice is one, and their kinds are past participles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What happened. The comment behind each names what the body holds."""

    CLIENT_ADDED = "client_added"  # name, details, team, practice_code
    CLIENT_REMOVED = "client_removed"  # name
    CLIENT_RESTORED = "client_restored"  # name
    CLIENT_RENAMED = "client_renamed"  # name, before
    CODE_SET = "code_set"  # code, before
    TEAM_CREATED = "team_created"  # team
    TEAM_ASSIGNED = "team_assigned"  # team, before
    TEAM_DELETED = "team_deleted"  # team, becomes (the team that took its place, or None)
    NOTE_SET = "note_set"  # note, before
    DETAILS_SET = "details_set"  # details, before (only those that changed)
    SIGNED_IN = "signed_in"  # sign_in, person, ends_at, organisation (id, name), where it is for one
    SIGN_IN_USED = "sign_in_used"  # sign_in, ends_at
    SIGNED_OUT = "signed_out"  # sign_in
    INTEGRATION_CONNECTED = "integration_connected"  # organisation_name, sign_in, details, settings
    RECONNECTED = "reconnected"  # sign_in, from, was
    REASSIGNED = "reassigned"  # sign_in, from, was
    REFRESHED = "refreshed"  # organisation_name, details (only those that changed), before, lists (counts)
    DISCONNECTED = "disconnected"  # there: ended | gone | kept | unreachable | not_ours | nowhere
    FOUND_EXPIRED = "found_expired"  # reason, sign_in, was
    FOUND_BROKEN = "found_broken"  # reason, says, was
    FOUND_WORKING = "found_working"  # was
    SETTINGS_CHANGED = "settings_changed"  # settings, before
    ORGANISATION_CHANGED = "organisation_changed"  # organisation_id, organisation_name, sign_in, before
    CLAIM_TAKEN_OVER = "claim_taken_over"  # from (role, name), since


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to append. `client` is the client's id; `organisation_id` goes with `software`."""

    kind: Kind
    actor: str
    client: str | None = None
    software: str | None = None
    organisation_id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Entry(NewEntry):
    """An entry in the ledger: `seq` counts from 1, `at` is UTC."""

    seq: int = 0
    at: str = ""


def iso(moment: datetime) -> str:
    """A time as the ledger and every JSON output write it: UTC, milliseconds, `Z`; so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str | None) -> datetime | None:
    """The time that `iso` wrote; None stays None."""
    return datetime.fromisoformat(text) if text else None
