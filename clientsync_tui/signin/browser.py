"""Opens the sign-in link in the person's browser, where there is one to see."""

import asyncio
import shlex
import threading
import webbrowser
from collections.abc import Callable

from .backends import has_screen

_PLACE = "{link}"


def opens_by_itself(command: str | None) -> bool:
    """Whether `open_link` will open anything."""
    return bool(command) or has_screen()


def open_link(link: str, command: str | None, says: Callable[[str], None]) -> "asyncio.Task[None] | None":
    """Opens `link` by the person's own command, else in a graphical browser; returns at once.

    `command`: its words as in a shell, `{link}` where the link goes (else it is added at the end). `says` is told when that
    does not work; nothing is raised. The task, if any, ends when the command does: the caller keeps it, and may cancel it.
    """
    if command:
        return asyncio.create_task(_run(link, command, says))
    if has_screen():
        loop = asyncio.get_running_loop()
        threading.Thread(target=_open, args=(link, loop, says), name="browser", daemon=True).start()
    return None


async def _run(link: str, command: str, says: Callable[[str], None]) -> None:
    try:
        words = shlex.split(command)
        words = [word.replace(_PLACE, link) for word in words] if _PLACE in command else [*words, link]
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        says(
            f"The browser command ([sign_in] browser) could not be started: {error}. Open the link yourself."
        )
        return
    if (status := await process.wait()) != 0:
        says(f"The browser command ([sign_in] browser) ended with status {status}. Open the link yourself.")


def _open(link: str, loop: asyncio.AbstractEventLoop, says: Callable[[str], None]) -> None:
    try:
        browser = webbrowser.get()
        # These two run in the terminal that the program draws on (lynx, w3m and the like).
        in_terminal = type(browser) is webbrowser.GenericBrowser or isinstance(
            browser, getattr(webbrowser, "Elinks", ())
        )
        opened = not in_terminal and browser.open(link)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened and not loop.is_closed():
        loop.call_soon_threadsafe(says, "No browser could be opened. Open the link yourself.")
