"""Copies to the clipboard of the user's own terminal, even over SSH and inside tmux or screen (OSC 52)."""

import asyncio
import base64
import os
from collections.abc import Mapping
from contextlib import suppress

TMUX_PATIENCE_S = 2.0


def sequence(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """What to write to the terminal. There is no way to know whether the terminal accepts it.

    tmux takes OSC 52 itself if `set-clipboard` is on, and passes on what is wrapped in its own DCS if `allow-passthrough` is on.
    screen only passes on. Both drop what they do not want.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    if environment.get("TMUX"):
        doubled = plain.replace("\x1b", "\x1b\x1b")
        return f"{plain}\x1bPtmux;{doubled}\x1b\\"
    if environment.get("STY"):
        return f"\x1bP{plain}\x1b\\"
    return plain


async def to_tmux(text: str, environment: Mapping[str, str] = os.environ) -> None:
    """Puts `text` into tmux's own buffer and, with `-w`, into the terminal's clipboard. Does nothing outside tmux."""
    if not environment.get("TMUX"):
        return
    with suppress(OSError, TimeoutError):
        tmux = await asyncio.create_subprocess_exec(
            "tmux", "load-buffer", "-w", "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(TMUX_PATIENCE_S):
            await tmux.communicate(text.encode())
