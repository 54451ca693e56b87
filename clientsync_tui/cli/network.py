"""What commands that call an accounting app share: the event loop, and the choice of sign-in."""

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
from .progress import changing_line
from .signing_in import sign_in_now

T = TypeVar("T")


def online(workplace: Workplace, work: Callable[[Session], Awaitable[T]]) -> T:
    """Does `work` with a session. Asks for the keyring's passphrase first, if it needs one."""
    workplace.vault.unlock()

    async def within() -> T:
        async with workplace.session() as session:
            with suppress(KeyringTrouble):  # reported by whatever needs the keyring
                await session.recognise()
            return await work(session)

    return asyncio.run(within())


def held(workplace: Workplace, software: str | None = None) -> list[SignIn]:
    """The sign-ins that this person's keyring holds. Reads the keyring only if the practice does not know."""
    if held_sign_ins.unclaimed(workplace.store, workplace.holder):
        online(workplace, lambda session: session.recognise())
    return workplace.held(software)


async def signed_in(
    workplace: Workplace,
    session: Session,
    software: str,
    email: str | None,
    *,
    other_than: str | None = None,
    dry_run: bool = False,
) -> tuple[SignIn, Reach]:
    """A sign-in that works (the one of `email`, else the one used last, but not that of `other_than`) and what it reaches.

    `dry_run`: nothing is written to the practice unless someone signs in. On a terminal, starts a sign-in if none works. Raises SignInNeeded without a terminal, UsageError if the app is not set up, and
    what the call raises.
    """
    workplace.configured(software)
    try:
        sign_in, reach = await _held(workplace, session, software, email, other_than, dry_run=dry_run)
    except SignInNeeded as trouble:
        # The demo practice signs in by itself.
        if not (interactive() or is_throwaway()):
            hint = f" Run `clientsync sign-in {software}`."
            raise type(trouble)(f"{trouble}{'' if hint.strip() in str(trouble) else hint}") from None
        say(str(trouble))
        return await signed_in_again(workplace, session, software, email, other_than=other_than)
    return _reaching(sign_in, reach)


async def signed_in_again(
    workplace: Workplace, session: Session, software: str, email: str | None, *, other_than: str | None = None
) -> tuple[SignIn, Reach]:
    """A new sign-in and what it reaches. Raises SignInNeeded if it is not that of `email`, or is that of `other_than`, and
    what signing in raises.
    """
    sign_in = await sign_in_now(workplace, session, software)
    theirs = sign_in.person.email.casefold()
    if email is not None and theirs != email.casefold():
        raise SignInNeeded(f"{sign_in.person.email} signed in, but --as names {email}.")
    if email is None and other_than is not None and theirs == other_than.casefold():
        raise SignInNeeded(f"{sign_in.person.email} signed in, but someone else has to.")
    return _reaching(sign_in, await session.reach(sign_in))


def _reaching(sign_in: SignIn, reach: Reach) -> tuple[SignIn, Reach]:
    """Both, after saying which organisations could not be read."""
    for sentence in reach.left_out:
        say(sentence)
    return sign_in, reach


def nobody(title: str, email: str | None, other_than: str | None) -> str:
    """The message that this keyring holds no such sign-in to an app."""
    if email is not None:
        return f"No sign-in of {email} to {title} is held here."
    return f"Nobody{f' but {other_than}' if other_than else ''} is signed in to {title} here."


async def _held(
    workplace: Workplace,
    session: Session,
    software: str,
    email: str | None,
    other_than: str | None,
    *,
    dry_run: bool,
) -> tuple[SignIn, Reach]:
    title = workplace.software(software).title
    sign_in = workplace.chosen(software, email, other_than=other_than)
    if sign_in is None:
        raise SignInNeeded(nobody(title, email, other_than))
    if email is not None and not dry_run:
        # Records it as the sign-in used last.
        session.store.sign_ins.prefer(sign_in.id, workplace.holder)
    try:
        with changing_line() as show:
            show(f"Waiting for {title} to say what {sign_in.person.email} reaches…")
            return sign_in, await session.reach(sign_in)
    except SignInRefused as trouble:
        if dry_run:
            raise
        pairs = session.store.clients.integrations(software, datetime.now(UTC))
        actor = sign_in.person.email
        sign_in_findings.refused(session.store, sign_in, pairs, actor, str(trouble))
        raise
