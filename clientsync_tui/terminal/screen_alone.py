"""Stops other output on standard error from overwriting the screen."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, suppress


@contextmanager
def screen_alone() -> Generator[None]:
    """Within it, standard error of libraries and of programs they start (a keyring's `gpg`) is discarded: it might hold a secret.

    Textual draws on standard error, so it gets the terminal by another descriptor. If standard error is a file or closed, it stays
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
        # If the terminal is gone, what was left to write is lost.
        with suppress(OSError):
            screen.close()
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(own)


def wait_for_enter(prompt: str) -> None:
    """Waits for Enter after the screen was left for a moment. `input` itself prompts on standard error, where no one would see it."""
    print(prompt, end="", flush=True)
    input()
