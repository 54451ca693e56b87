"""A sign-in from the terminal: the link is shown, and the redirect comes by the loopback or is pasted."""

from ..practice.people import SignIn
from ..practice.trouble import SignInNeeded, UsageError
from ..signin.browser import open_link
from ..sync.session import Session
from ..workplace import Workplace
from .stdin import given_to
from .talk import say

TIMEOUT_S = 600.0


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
    """Signs somebody in. Raises SignInFailed (denied, timed out, wrong state: nothing is kept), KeyringTrouble, PassingTrouble.

    `stoppable`: an empty line ends it, and Stopped is raised.
    """
    about = workplace.software(software)
    async with session.begin(software) as attempt:
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

        def take(line: str) -> bool:
            try:
                if line:
                    attempt.paste(line)
                elif stoppable:
                    attempt.end(Stopped("Stopped; what was done stays done."))
            except UsageError as trouble:
                say(str(trouble))
                return False
            return bool(line) or stoppable

        try:
            with given_to(take):
                return session.keep(await attempt.wait(timeout_s))
        finally:
            if opening is not None:
                opening.cancel()
