"""A sign-in from the terminal: the link is shown, and the redirect comes by the loopback or is pasted."""

import asyncio
import os
import select
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from ..practice.people import SignIn
from ..practice.trouble import SignInNeeded, UsageError
from ..signin.browser import open_link
from ..sync.session import Session
from ..workplace import Workplace
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
        paste = "Or paste" if attempt.listening else "Paste"
        say(
            f"{paste} here, as one line, the address that the browser ends at.{' Enter alone ends it.' if stoppable else ''}"
        )
        opening = open_link(attempt.link, workplace.config.sign_in.browser, say) if browser else None

        def take(line: str) -> None:
            try:
                if line:
                    attempt.paste(line)
                elif stoppable:
                    attempt.end(Stopped("Stopped; what was done stays done."))
            except UsageError as trouble:
                say(str(trouble))

        try:
            with _lines_of_stdin(take):
                return session.keep(await attempt.wait(timeout_s))
        finally:
            if opening is not None:
                opening.cancel()


@contextmanager
def _lines_of_stdin(take: Callable[[str], None]) -> Generator[None]:
    """Gives each line of stdin to `take`, in the event loop, until left; the end of stdin ends nothing else.

    It reads the descriptor in a thread, because a file, a pipe and a terminal can all be waited for only so; and never
    `sys.stdin`, whose lock a reader that is still waiting would hold at the end of the program.
    """
    loop = asyncio.get_running_loop()
    end, wake = os.pipe()

    def read() -> None:
        held = b""
        while _readable(end):
            try:
                data = os.read(0, 65_536)
            except OSError:
                return
            held += data
            *whole, held = held.split(b"\n")
            if not data:
                whole, held = [held], b""
            for line in whole:
                if line or data:
                    loop.call_soon_threadsafe(take, line.decode("utf-8", "replace").strip())
            if not data:
                return

    thread = threading.Thread(target=read, name="stdin", daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(wake)
        if sys.platform != "win32":
            thread.join()
            os.close(end)


def _readable(end: int) -> bool:
    """Waits until stdin can be read; False when `end` was closed. Windows cannot wait for a terminal: there it reads at once."""
    if sys.platform == "win32":
        return True
    try:
        ready, _, _ = select.select([0, end], [], [])
    except OSError:
        return False
    return end not in ready
