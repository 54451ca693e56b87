"""Ending an integration in the accounting app itself, as far as that can be done from here."""

from collections.abc import Sequence

from ...accounting.seam.software import Calls, Software
from ...practice.entries import Kind, NewEntry
from ...practice.trouble import OrganisationTrouble, PassingTrouble, SignInNeeded

NOT_OURS = "not_ours"
"""A colleague's sign-in: only they can end it there."""


async def end_there(software: Software, calls: Calls, organisation_id: str) -> tuple[str, str | None]:
    """Ends what one's own sign-in can end there. Returns what came of it, as the ledger has it, and what is to be said of it."""
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
    """The entry of the sign-in that was for this organisation alone, and ended with it."""
    if software.disconnecting != "sign_in" or ended_there not in ("ended", "gone"):
        return ()
    return (NewEntry(Kind.SIGNED_OUT, actor, software=software.name, body={"sign_in": sign_in}),)
