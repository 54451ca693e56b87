"""Keeps other output on standard error from overwriting the screen."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, suppress


@contextmanager
def screen_alone() -> Generator[None]:
    """Within this, standard error of libraries and the programs they start (a keyring's `gpg`) is discarded, because it
    might contain a secret.

    Textual draws on standard error, so it gets the terminal through another descriptor. If standard error is a file or closed, it stays
    so, and Textual draws on standard output.
    """
    before = sys.__stderr__
    terminal = 2 if os.isatty(2) else 1
    if before is None or not os.isatty(terminal):
        yield
        return
    before.flush()
    own, stderr = os.dup(terminal), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    screen = open(own, "w", encoding=before.encoding, errors="replace", closefd=False)  # noqa: SIM115  (closed below)
    if terminal == 2:
        os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.__stderr__ = screen  # pyright: ignore[reportConstantRedefinition]
    try:
        with redirect_stderr(screen):
            yield
    finally:
        sys.__stderr__ = before  # pyright: ignore[reportConstantRedefinition]
        # If the terminal is gone, whatever was still to be written is lost.
        with suppress(OSError):
            screen.close()
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(own)


def wait_for_enter(prompt: str) -> None:
    """Waits for Enter after leaving the screen for a moment. `input` itself would prompt on standard error, where nobody
    sees it.
    """
    print(prompt, end="", flush=True)
    input()
