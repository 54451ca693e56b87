"""A sign-in from the terminal: shows the link, and takes the redirect from the loopback or as a pasted address."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..practice.people import SignIn
from ..practice.trouble import SignInNeeded, UsageError
from ..signin.browser import open_link
from ..signin.remarks import spoken
from ..sync.jobs.session import Session
from ..workplace import Workplace
from .output import say
from .stdin import feeding_lines_to

if TYPE_CHECKING:
    from ..signin.attempt import Attempt

TIMEOUT_S = 600.0
_MOST_LINES = 20
_CODE_WORD = "code"
_STOPPED = "Stopped. What is done stays done."


class Stopped(SignInNeeded):
    """The person does not want to sign in any more for now."""


class _WantsCode(Exception):
    """The person would rather sign in with a short code."""


async def sign_in_now(
    workplace: Workplace,
    session: Session,
    software: str,
    *,
    browser: bool = True,
    device: bool = False,
    timeout_s: float = TIMEOUT_S,
    stoppable: bool = False,
) -> SignIn:
    """Signs a person in. Raises SignInFailed (denied, timed out, wrong state: nothing is saved), KeyringTrouble, PassingTrouble.

    `device`: with a short code, entered in any browser. `stoppable`: an empty line raises Stopped.
    """
    if not device:
        try:
            return await _in_browser(workplace, session, software, browser, timeout_s, stoppable)
        except _WantsCode:
            pass
    return await _with_code(workplace, session, software, timeout_s, stoppable)


async def _in_browser(
    workplace: Workplace, session: Session, software: str, browser: bool, timeout_s: float, stoppable: bool
) -> SignIn:
    about = workplace.software(software)
    has_codes = about.grant.device is not None
    async with session.begin(software) as attempt:
        attempt.say = say
        for notice in filter(None, (about.before_sign_in, attempt.trouble)):
            say(notice)
        say(f"To sign in to {about.title}, open this link in a browser:")
        say(attempt.link)
        if attempt.short_link:
            say(
                f"Over SSH: run `{attempt.ssh_line}` on your own machine, then open {attempt.short_link} there."
            )
        if has_codes:
            say(f"Or sign in with a short code in any browser: type {_CODE_WORD} and press Enter.")
        say(f"The sign-in will be saved in: {workplace.vault.name}.")
        paste = "Or paste" if attempt.listening else "Paste"
        say(
            f"{paste} the address your browser ends up on, as one line.{' Press Enter alone to stop.' if stoppable else ''}"
        )
        say(f"Waiting for the sign-in, {spoken(timeout_s)} at most.")
        opening = open_link(attempt.link, workplace.config.sign_in.browser, say) if browser else None

        before: list[str] = []

        def take(line: str) -> bool:
            if not line:
                if stoppable:
                    attempt.end(Stopped(_STOPPED))
                return stoppable
            if has_codes and line.strip().lower() == _CODE_WORD:
                attempt.end(_WantsCode())
                return True
            try:
                _paste(attempt, before, line)
            except UsageError as trouble:
                before.append(line)
                say(str(trouble))
                return False
            return True

        try:
            with feeding_lines_to(take):
                return session.keep(await attempt.wait(timeout_s))
        finally:
            if opening is not None:
                opening.cancel()


async def _with_code(
    workplace: Workplace, session: Session, software: str, timeout_s: float, stoppable: bool
) -> SignIn:
    about = workplace.software(software)
    async with session.begin_with_code(software) as attempt:
        attempt.say = say
        if about.before_sign_in:
            say(about.before_sign_in)
        say(f"To sign in to {about.title}, open this address in any browser, on any machine:")
        say(attempt.address)
        say("Enter this code there, and allow access:")
        say(attempt.code)
        if attempt.link != attempt.address:
            say("Or open this address, which has the code in it:")
            say(attempt.link)
        say(f"The sign-in will be saved in: {workplace.vault.name}.")
        say(
            f"Waiting; the code works for {spoken(attempt.lives_s)}.{' Press Enter alone to stop.' if stoppable else ''}"
        )

        def take(line: str) -> bool:
            if stoppable and not line:
                attempt.end(Stopped(_STOPPED))
                return True
            return False

        with feeding_lines_to(take):
            return session.keep(await attempt.wait(timeout_s))


def _paste(attempt: "Attempt", before: Sequence[str], line: str) -> None:
    """Takes a pasted line, alone or with the lines `before` it: a terminal may break an address into lines. Raises UsageError."""
    try:
        attempt.paste(line)
    except UsageError as trouble:
        if not before:
            raise
        try:
            attempt.paste("\n".join((*before[-_MOST_LINES:], line)))
        except UsageError:
            raise trouble from None
