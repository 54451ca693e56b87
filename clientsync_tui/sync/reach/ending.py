"""Ends an integration in the accounting app itself, as far as that is possible from here."""

from collections.abc import Sequence

from ...accounting.seam.software import Calls, Software
from ...practice.entries import Kind, NewEntry
from ...practice.trouble import OrganisationTrouble, PassingTrouble, SignInNeeded

NOT_OURS = "not_ours"
"""A colleague's sign-in: only that person can end it in the app."""


async def end_there(software: Software, calls: Calls, organisation_id: str) -> tuple[str, str | None]:
    """Ends in the app what the user's own sign-in can end. Returns the outcome for the ledger, and a sentence for
    the user.
    """
    if software.disconnecting == "nowhere":
        return "nowhere", None
    says = f"Ended here, but not in {software.title}:"
    try:
        return ("ended" if await software.disconnect(calls, organisation_id) else "gone"), None
    except PassingTrouble as trouble:
        return "unreachable", f"{says} {trouble}"
    except (OrganisationTrouble, SignInNeeded) as trouble:
        return "kept", f"{says} {trouble}"


def ended_with_it(software: Software, ended_there: str, sign_in: str, actor: str) -> Sequence[NewEntry]:
    """The entry for the sign-in that was only for this organisation, and ended with it."""
    if software.disconnecting != "sign_in" or ended_there not in ("ended", "gone"):
        return ()
    return (NewEntry(Kind.SIGNED_OUT, actor, software=software.name, body={"sign_in": sign_in}),)
