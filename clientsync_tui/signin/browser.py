"""Opens the sign-in link in the user's browser, if there is one they can see."""

import asyncio
import contextlib
import shlex
import subprocess
import threading
import webbrowser
from collections.abc import Callable

from .keyrings.backends import has_screen

_PLACE = "{link}"


def opens_by_itself(command: str | None) -> bool:
    """Whether `open_link` will open anything."""
    return bool(command) or has_screen()


def open_link(link: str, command: str | None, says: Callable[[str], None]) -> "asyncio.Task[None] | None":
    """Opens `link` with the user's own command, else in a graphical browser. Returns at once.

    `command`: as typed in a shell, with `{link}` where the link goes (otherwise it is appended). If that fails, `says` receives a
    sentence; nothing is raised. The task, if any, ends with the command: the caller keeps it, and may cancel it.
    """
    if not link.startswith(("https://", "http://")):
        # Anything else that a desktop opens might be a program.
        says("This is not a web link, so it was not opened.")
        return None
    if command:
        return asyncio.create_task(_run(link, command, says))
    if has_screen():
        loop = asyncio.get_running_loop()
        threading.Thread(target=_open, args=(link, loop, says), name="browser", daemon=True).start()
    return None


async def _run(link: str, command: str, says: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    wrong: asyncio.Future[str | None] = loop.create_future()

    def run() -> None:
        trouble = _command(link, command)
        # A browser may outlive the sign-in and even the loop, and asyncio's own way of waiting for a process
        # would complain then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: wrong.done() or wrong.set_result(trouble))

    threading.Thread(target=run, name="browser", daemon=True).start()
    if (trouble := await wrong) is not None:
        says(f"The browser command ([sign_in] browser) {trouble}. Open the link yourself.")


def _command(link: str, command: str) -> str | None:
    """Runs the user's command until it ends. Returns what went wrong."""
    try:
        words = shlex.split(command)
        words = [word.replace(_PLACE, link) for word in words] if _PLACE in command else [*words, link]
        done = subprocess.run(  # noqa: S603
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
    except (OSError, ValueError) as error:
        return f"could not be started: {error}"
    return f"ended with status {done.returncode}" if done.returncode else None


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
