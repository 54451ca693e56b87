"""The terminal for the screen alone: what else writes to standard error while the app is open must not draw over it."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, suppress


@contextmanager
def screen_alone() -> Generator[None]:
    """Within it, standard error of libraries and of programs they start (a keyring's `gpg`) goes nowhere: it might hold a secret, so it
    is not kept. Textual draws on standard error: it gets the terminal by another descriptor. Where standard error is a file or closed,
    it stays so, and Textual draws on standard output."""
    before = sys.__stderr__
    terminal = 2 if os.isatty(2) else 1
    if before is None or not os.isatty(terminal):
        yield
        return
    before.flush()
    kept, stderr = os.dup(terminal), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    screen = open(kept, "w", encoding=before.encoding, errors="replace", closefd=False)  # noqa: SIM115  (closed below)
    if terminal == 2:
        os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.__stderr__ = screen  # pyright: ignore[reportConstantRedefinition]
    try:
        with redirect_stderr(screen):
            yield
    finally:
        sys.__stderr__ = before  # pyright: ignore[reportConstantRedefinition]
        # Where the terminal is gone, so is what was still to be written.
        with suppress(OSError):
            screen.close()
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(kept)


def wait_for_enter(prompt: str) -> None:
    """Waits for Enter where the screen was left for a moment. By itself `input` asks on standard error, where nobody would see it."""
    print(prompt, end="", flush=True)
    input()
