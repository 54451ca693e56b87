"""Which sign-ins this person's keyring holds. The practice's database records it, but the keyring decides."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ...host import this_user
from ...practice.people import SignIn
from ...practice.status import Status
from ...store.store import Store
from .sign_in_findings import Pair


def unclaimed(store: Store, holder: str) -> list[SignIn]:
    """Sign-ins recorded neither for `holder` nor for another user of the host; the keyring may hold them.

    They were recorded under an old host name, or the keyring's file was moved.
    """
    return [
        sign_in
        for sign_in, holders in store.sign_ins.holders()
        if holder not in holders and not any(map(this_user.is_another, holders))
    ]


def not_held(store: Store, software: str | None, holder: str) -> list[Pair]:
    """The integrations that no check covers, because nobody is known to hold their sign-in.

    If `holder` holds none at all, these are all except the disconnected ones. Integrations already known to be expired or broken need
    more than a check, unless it is because someone signed out.
    """
    now = datetime.now(UTC)
    held = {sign_in.id for sign_in in store.sign_ins.held(holder, software)}
    somewhere = held | {
        sign_in.id for sign_in, holders in store.sign_ins.holders() if any(map(this_user.is_holder, holders))
    }
    another = {
        sign_in.id for sign_in, holders in store.sign_ins.holders() if any(map(this_user.is_another, holders))
    }
    known = somewhere | another
    unchecked = {Status.CONNECTED, Status.EXPIRING}
    return [
        (client, link)
        for client, link in store.clients.integrations(software, now)
        if link.standing.status is not Status.DISCONNECTED
        and (not held or link.signed_out or (link.standing.status in unchecked and link.sign_in not in known))
    ]


def not_checked(
    store: Store, software: str | None, held: Sequence[SignIn], lost: Sequence[Pair]
) -> list[Pair]:
    """The integrations that are neither checked with the sign-ins `held` nor among the `lost` (`not_held`)."""
    sign_ins = {sign_in.id for sign_in in held}
    lost_links = {(link.software, link.organisation_id) for _, link in lost}
    return [
        (client, link)
        for client, link in store.clients.integrations(software, datetime.now(UTC))
        if link.standing.status is not Status.DISCONNECTED
        and link.sign_in not in sign_ins
        and (link.software, link.organisation_id) not in lost_links
    ]
