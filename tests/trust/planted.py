"""Plants known secrets in place of real ones, and searches for them in everything that the program wrote."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from clientsync_tui.sandbox.personality import App
from clientsync_tui.sandbox.server import Running
from clientsync_tui.sandbox.world import state

MARK = "kUmQuat7" + "Planted4Zebra"
"""A mark in every secret: tokens and codes of the sandbox, client secrets, passphrases. Nothing else contains it."""

CLIENT_SECRET = f"{MARK}-client-secret"
PASSPHRASE = f"{MARK} passphrase"


def plant_tokens(patch: pytest.MonkeyPatch) -> None:
    """Puts the mark into each code and token that a sandbox in this process creates."""
    number = count()
    marked = SimpleNamespace(token_urlsafe=lambda length: f"{next(number):09}{MARK}{next(number):09}")
    patch.setattr(state, "secrets", marked)


def plant_client_secret(box: Running, software: str, patch: pytest.MonkeyPatch) -> None:
    """Gives the sandbox's registration of that accounting app a secret with the mark."""
    apps = box.sandbox.softwares[software].apps
    for name in apps:
        patch.setitem(apps, name, App(name, CLIENT_SECRET))  # pyright: ignore[reportArgumentType]


def spellings(mark: str = MARK) -> list[bytes]:
    """The forms in which a text with the mark could be stored."""
    plain = mark.encode()
    # Base64 spells the mark in one of three ways, depending on its position. The ends depend on the neighbouring bytes.
    turned = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, mark.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode(), *turned]


def found_in(data: bytes) -> bool:
    return any(spelling in data for spelling in spellings())


def hunt(*folders: Path) -> dict[str, int]:
    """Every file below the folders that contains the mark, and how many files and bytes were searched."""
    looked_at = {"files": 0, "bytes": 0}
    for folder in folders:
        for file in folder.rglob("*"):
            if found_in(str(file).encode()):
                looked_at[f"name of {file}"] = 1
            if file.is_file() and not file.is_symlink():
                data = file.read_bytes()
                looked_at["files"] += 1
                looked_at["bytes"] += len(data)
                if found_in(data):
                    looked_at[str(file)] = len(data)
    return looked_at


@dataclass
class Watched:
    """What the process list showed of processes with `word` in their arguments. `seen`: how many readings."""

    seen: int = 0
    exposed: set[str] = field(default_factory=set)


@contextmanager
def watched(word: str) -> Iterator[Watched]:
    """Repeatedly reads the process list with arguments and environments (on Linux; elsewhere it sees nothing)."""
    watching, end = Watched(), threading.Event()

    def watch() -> None:
        while not end.is_set():
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    arguments = (process / "cmdline").read_bytes()
                    if word.encode() not in arguments:
                        continue
                    shown = arguments + (process / "environ").read_bytes()
                except OSError:
                    continue
                watching.seen += 1
                if found_in(shown):
                    watching.exposed.add(arguments.decode(errors="replace"))
            end.wait(0.1)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield watching
    finally:
        end.set()
        watcher.join()
