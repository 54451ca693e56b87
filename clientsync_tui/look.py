"""How the program looks: its themes, its style sheets, and what the terminal can show."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePath

from textual.theme import Theme

DARK = Theme(
    name="clientsync-dark",
    primary="#7aa2d6",
    secondary="#8fb8a8",
    accent="#d6b06a",
    foreground="#d7d8da",
    background="#17181b",
    surface="#1e1f22",
    panel="#2b2d31",
    success="#7fbf8e",
    warning="#e0b45c",
    error="#e5807a",
    dark=True,
)
LIGHT = Theme(
    name="clientsync-light",
    primary="#2b5c9e",
    secondary="#2f6f5b",
    accent="#8a5a00",
    foreground="#1d2126",
    background="#fbfaf7",
    surface="#f2f0eb",
    panel="#e4e1d9",
    success="#1f6e37",
    warning="#8a5a00",
    error="#a8261d",
    dark=False,
)


def styles() -> Path:
    """The folder of the style sheets: beside the package in a checkout, within it when installed."""
    here = Path(__file__).parent
    return here / "styles" if (here / "styles").is_dir() else here.parent / "styles"


def style_sheets() -> list[str | PurePath]:
    """Every style sheet of the screens."""
    return [*sorted(styles().glob("*.tcss"))]


def over_ssh(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal is at the other end of an SSH line."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def wants_mouse(setting: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether mouse reports are asked for: by default not over SSH, where every movement would travel up the line."""
    return setting == "on" or (setting == "auto" and not over_ssh(environment))


def theme_name(setting: str, environment: Mapping[str, str] = os.environ) -> str:
    """The theme's name for `[screen] theme`: auto goes by COLORFGBG, which says whether the terminal is light, and by its colours."""
    if setting in ("dark", "light"):
        return f"clientsync-{setting}"
    if setting == "ansi" or few_colours(environment) or "NO_COLOR" in environment:
        return "ansi-dark"
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return "clientsync-light" if background in ("7", "15") else "clientsync-dark"


def few_colours(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal has 16 colours or fewer, so that its own palette is used."""
    term = environment.get("TERM", "")
    return (
        "256color" not in term
        and "direct" not in term
        and environment.get("COLORTERM", "") not in ("truecolor", "24bit")
    )


def ascii_only(setting: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether marks are drawn in ASCII alone: by setting, on the Linux console, or where the locale is not UTF-8."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower()
    return (
        setting
        or environment.get("TERM") == "linux"
        or (bool(locale) and not utf8 and locale not in ("C", "POSIX"))
    )
