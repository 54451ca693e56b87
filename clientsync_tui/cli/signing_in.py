"""A sign-in from the terminal: the link is shown, and the redirect comes by the loopback or is pasted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..practice.people import SignIn
from ..practice.trouble import SignInNeeded, UsageError
from ..signin.browser import open_link
from ..sync.jobs.session import Session
from ..workplace import Workplace
from .output import say
from .stdin import feeding_lines_to

if TYPE_CHECKING:
    from ..signin.attempt import Attempt

TIMEOUT_S = 600.0
_MOST_LINES = 20


class Stopped(SignInNeeded):
    """The person wants no further sign-in now."""


async def sign_in_now(
    workplace: Workplace,
    session: Session,
    software: str,
    *,
    browser: bool = True,
    timeout_s: float = TIMEOUT_S,
    stoppable: bool = False,
) -> SignIn:
    """Signs a person in. Raises SignInFailed (denied, timed out, wrong state: nothing is kept), KeyringTrouble, PassingTrouble.

    `stoppable`: an empty line ends it, and Stopped is raised.
    """
    about = workplace.software(software)
    async with session.begin(software) as attempt:
        attempt.tell = say
        for needed in filter(None, (about.before_sign_in, attempt.trouble)):
            say(needed)
        say(f"To sign in to {about.title}, open this link in a browser:")
        say(attempt.link)
        if attempt.short_link:
            say(f"Over SSH: `{attempt.ssh_line}` on your own machine, then open {attempt.short_link} there.")
        say(f"The sign-in will be kept in: {workplace.vault.name}.")
        paste = "Or paste" if attempt.listening else "Paste"
        say(
            f"{paste} here, as one line, the address that the browser ends at.{' Enter alone ends it.' if stoppable else ''}"
        )
        opening = open_link(attempt.link, workplace.config.sign_in.browser, say) if browser else None

        before: list[str] = []

        def take(line: str) -> bool:
            if not line:
                if stoppable:
                    attempt.end(Stopped("Stopped; what was done stays done."))
                return stoppable
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


def _paste(attempt: "Attempt", before: Sequence[str], line: str) -> None:
    """Takes a pasted line, or it with the lines `before`: an address that was broken comes line by line. Raises UsageError."""
    try:
        attempt.paste(line)
    except UsageError as trouble:
        if not before:
            raise
        try:
            attempt.paste("\n".join((*before[-_MOST_LINES:], line)))
        except UsageError:
            raise trouble from None
