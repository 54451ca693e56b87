"""What commands that speak to an accounting software share: the event loop, and the sign-in that is used."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

from ..practice.people import SignIn
from ..practice.trouble import KeyringTrouble, SignInNeeded, SignInRefused
from ..sync.jobs.session import Session
from ..sync.reach import held_sign_ins, sign_in_findings
from ..sync.reach.reachability import Reach
from ..workplace import Workplace
from .context import is_throwaway
from .output import interactive, say
from .signing_in import sign_in_now

T = TypeVar("T")


def online(workplace: Workplace, work: Callable[[Session], Awaitable[T]]) -> T:
    """Does `work` with a session; the keyring's passphrase, if it needs one, is asked before."""
    workplace.vault.unlock()

    async def within() -> T:
        async with workplace.session() as session:
            with suppress(KeyringTrouble):  # whatever needs the keyring says it
                await session.recognise()
            return await work(session)

    return asyncio.run(within())


def held(workplace: Workplace, software: str | None = None) -> list[SignIn]:
    """The sign-ins that this person's keyring holds; it is asked where the practice's notes do not say."""
    if held_sign_ins.unclaimed(workplace.store, workplace.holder):
        online(workplace, lambda session: session.recognise())
    return workplace.held(software)


async def signed_in(
    workplace: Workplace, session: Session, software: str, email: str | None
) -> tuple[SignIn, Reach]:
    """A sign-in that works (the one of `email`, else the one used last) and what it reaches.

    On a terminal one is begun when none works. Raises SignInNeeded where nobody is there to do it, UsageError where the software
    is not set up, and whatever the call meets.
    """
    workplace.configured(software)
    try:
        sign_in, reach = await _held(workplace, session, software, email)
    except SignInNeeded as trouble:
        # A throwaway practice signs in by itself.
        if not (interactive() or is_throwaway()):
            hint = f" Run `clientsync sign-in {software}`."
            raise SignInNeeded(f"{trouble}{'' if hint.strip() in str(trouble) else hint}") from None
        say(str(trouble))
        sign_in = await sign_in_now(workplace, session, software)
        if email is not None and sign_in.person.email.casefold() != email.casefold():
            raise SignInNeeded(f"{sign_in.person.email} signed in, but --as names {email}.") from None
        reach = await session.reach(sign_in)
    for sentence in reach.left_out:
        say(sentence)
    return sign_in, reach


async def _held(
    workplace: Workplace, session: Session, software: str, email: str | None
) -> tuple[SignIn, Reach]:
    title = workplace.software(software).title
    sign_in = workplace.chosen(software, email)
    if sign_in is None:
        who = (
            f"No sign-in of {email} to {title} is held here."
            if email
            else f"Nobody is signed in to {title} here."
        )
        raise SignInNeeded(who)
    if email is not None:
        # The one chosen now is the one used last from now on.
        session.store.sign_ins.prefer(sign_in.id, workplace.holder)
    try:
        return sign_in, await session.reach(sign_in)
    except SignInRefused as trouble:
        pairs = session.store.clients.integrations(software, datetime.now(UTC))
        sign_in_findings.refused(session.store, sign_in, pairs, session.actor, str(trouble))
        raise
