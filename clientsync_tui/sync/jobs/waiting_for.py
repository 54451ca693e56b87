"""What an unfinished job is waiting for, in words."""

from collections.abc import Iterable, Mapping

from ...accounting.seam.software import Software
from ...practice.trouble import KeyringTrouble, SignInNeeded, Trouble
from .lanes import Lane


def waiting_for(
    lanes: Iterable[Lane], waiting: Mapping[str, int], softwares: Mapping[str, Software]
) -> Trouble | None:
    """Why items in these lanes are waiting; None if the job was merely stopped. `waiting`: how many, by app.

    A missing sign-in comes before everything else, because it is something the user can provide.
    """
    found = [trouble for lane in lanes if (trouble := _of(lane, waiting, softwares)) is not None]
    if len(found) <= 1:
        return found[0] if found else None
    says = " ".join(str(trouble) for trouble in found)
    for kind in (SignInNeeded, KeyringTrouble):
        if any(isinstance(trouble, kind) for trouble in found):
            return kind(says)
    return Trouble(says)


def _of(lane: Lane, waiting: Mapping[str, int], softwares: Mapping[str, Software]) -> Trouble | None:
    if not lane.held_back or not (count := waiting.get(lane.software, 0)):
        return None
    software = softwares[lane.software]
    if software.organisations_per_sign_in == "one":
        return SignInNeeded(consents(software, count))
    return next(iter(lane.held_back.values()))


def consents(software: Software, count: int) -> str:
    """How many organisations still need a sign-in."""
    one, several = software.organisation_words
    if count == 1:
        return f"1 {one} in {software.title} still needs its own consent. Sign in for it."
    return (
        f"{count:,} {several} in {software.title} still need a consent each. Sign in once for each of them."
    )
