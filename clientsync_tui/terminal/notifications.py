"""Reaches users who are looking elsewhere: with the terminal's own notifications if it has them, else with its bell."""

import os
from collections.abc import Mapping

from ..practice.text import clean

BELL = "\a"
MOST = 200
"""Maximum length of a notification; desktops show no more."""
WITH_OSC_9 = frozenset({"iTerm.app", "WezTerm", "ghostty"})
WITH_OSC_777 = ("foot", "rxvt-unicode")


def sequence(title: str, message: str, setting: str, environment: Mapping[str, str] = os.environ) -> str:
    """What to write to the terminal; empty if the user wants nothing.

    OSC 9 is iTerm2's (also WezTerm, Ghostty, kitty), OSC 777 urxvt's (also foot and VTE's). Inside tmux and screen they are not sent:
    these show a bell in their status line and drop the rest. `setting`: auto, bell or off.
    """
    if setting == "off":
        return ""
    kind = "" if setting == "bell" else _kind(environment)
    # A semicolon would end a part of the sequence.
    title, message = (clean(text).replace(";", ",")[:MOST] for text in (title, message))
    match kind:
        case "9":
            return f"\x1b]9;{title}: {message}\x1b\\"
        case "777":
            return f"\x1b]777;notify;{title};{message}\x1b\\"
        case _:
            return BELL


def _kind(environment: Mapping[str, str]) -> str:
    term = environment.get("TERM", "")
    if environment.get("TMUX") or environment.get("STY") or term.startswith(("screen", "tmux")):
        return ""
    # iTerm2 sends LC_TERMINAL along over SSH.
    programs = {environment.get("TERM_PROGRAM", ""), environment.get("LC_TERMINAL", "")}
    if programs & (WITH_OSC_9 | {"iTerm2"}) or term in ("xterm-kitty", "xterm-ghostty", "wezterm"):
        return "9"
    if environment.get("VTE_VERSION") or term.startswith(WITH_OSC_777):
        return "777"
    return ""
