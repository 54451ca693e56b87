"""The quick check: uses each sign-in and reads its list of organisations, without calling any organisation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ...practice.entries import NewEntry
from ...practice.model import Integration
from ...practice.people import SignIn
from ...practice.plan import Plan, PlanItem, Will
from ...practice.status import Fault, Reason, Why
from ...practice.trouble import (
    Misconfigured,
    PassingTrouble,
    SignInNeeded,
    SignInRefused,
    Trouble,
    UsageError,
)
from .. import words
from ..jobs.session import Session
from . import sign_in_findings


@dataclass(frozen=True, slots=True)
class Quick:
    """What a quick check found.

    `plan`: each integration (`will_do`: it works). `refused`: sign-ins that no longer work. `troubles`: per accounting app, why
    nothing could be checked there.
    """

    plan: Plan
    refused: Sequence[SignIn]
    troubles: Mapping[str, Trouble]


async def quick_check(
    session: Session,
    software: str | None,
    held: Sequence[SignIn],
    only: Collection[str] | None = None,
) -> Quick:
    """Uses each sign-in once, and records what that shows about the clients in `only` (None: all). Raises
    KeyringTrouble.
    """
    pairs = session.store.clients.integrations(software, datetime.now(UTC))
    if only is not None:
        pairs = [pair for pair in pairs if pair[0].id in only]
    items: list[PlanItem] = []
    refused: list[SignIn] = []
    troubles: dict[str, Trouble] = {}
    for sign_in in held:
        own = [
            pair
            for pair in pairs
            if pair[1].sign_in == sign_in.id and pair[1].problem is not Reason.DISCONNECTED_HERE
        ]
        try:
            # If an app rejects the credentials, it does so for every sign-in.
            if sign_in.software not in troubles:
                items += await _one(session, sign_in, own)
        except SignInNeeded as trouble:
            refused.append(sign_in)
            # A sign-in that this keyring no longer holds may still work elsewhere.
            if isinstance(trouble, SignInRefused):
                actor = sign_in.person.email
                sign_in_findings.refused(session.store, sign_in, own, actor, str(trouble))
            items += [_item(pair, Reason.SIGN_IN_REFUSED) for pair in own]
        except UsageError as trouble:
            troubles[sign_in.software] = trouble
        if (reason := troubles.get(sign_in.software)) is not None:
            why = Why.APP_REJECTED if isinstance(reason, Misconfigured) else Why.NO_ACCESS
            items += [_item(pair, why, str(reason)) for pair in own]
    return Quick(Plan("check", software, None, tuple(items)), refused, troubles)


async def _one(session: Session, sign_in: SignIn, own: Sequence[sign_in_findings.Pair]) -> list[PlanItem]:
    store, actor = session.store, sign_in.person.email
    try:
        called = sign_in.organisation_id is None
        if not called:
            # What it reaches is known without a call. Whether it works is the question.
            await session.tokens(sign_in.software).access(sign_in.id)
        reach = await session.reach(sign_in)
    except PassingTrouble as trouble:
        with store.transaction():
            for _, link in own:
                store.contacts.fault(link.software, link.organisation_id, trouble.fault)
        return [_item(pair, trouble.fault) for pair in own]
    software = session.software(sign_in.software)
    missing = software.not_listed
    over = (
        {*sign_in_findings.OVER_WHEN_SIGNED_IN, missing} if called else sign_in_findings.OVER_WHEN_SIGNED_IN
    )
    items: list[PlanItem] = []
    entries: list[NewEntry] = []
    unread: list[Integration] = []
    gone_links: list[Integration] = []
    for client, link in own:
        listed = link.organisation_id in reach
        if not listed and not reach.complete and reach.problem_of(link.organisation_id) is None:
            # It may be one of the rows that could not be read.
            unread.append(link)
            items.append(_item((client, link), Fault.NONSENSE))
            continue
        gone = reach.problem_of(link.organisation_id) or missing
        reason = link.problem if listed else gone
        if listed and link.problem in over:
            entries.append(sign_in_findings.working(actor, client, link))
            reason = None
        elif not listed:
            gone_links.append(link)
            if link.problem is not gone:
                entries.append(sign_in_findings.not_listed(actor, software, client, link, gone))
        items.append(_item((client, link), reason))
    if entries or unread or gone_links:
        # At once, because each change waits for the disk.
        with store.transaction():
            for link in unread:
                store.contacts.fault(link.software, link.organisation_id, Fault.NONSENSE)
            for link in gone_links:
                store.contacts.conclusive(link.software, link.organisation_id)
            store.ledger.append(*entries)
    return items


def _item(pair: sign_in_findings.Pair, reason: str | None, says: str | None = None) -> PlanItem:
    client, link = pair
    will = Will.DO if reason is None else Will.CANNOT
    sentence = says or words.REASONS[reason] if reason else None
    return PlanItem(will, client.id, client.name, link.software, link.organisation_id, reason, sentence)
