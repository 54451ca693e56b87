"""Exports client data to a CSV file, and imports practice codes from one."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...practice.text import clean
from ...practice.trouble import Trouble, UsageError
from ...sync.home import claim_words
from ...sync.locale_words import counted, number
from ...widgets.fields.path_input import PathInput
from ..dialogues.ask import Ask, Lines
from ..dialogues.confirm import Confirm
from .clients_view import ClientsView
from .edit import undoes
from .rows import today

if TYPE_CHECKING:
    from ...sync.files.codes import Codes

CHANGES_SHOWN = 200
"""How many new codes a confirmation lists."""


def ask_export(screen: ClientsView) -> None:
    """Asks for a file's name and writes the clients that the filter shows."""
    order, own = screen.order(), screen.main.workplace.own_files
    default = Path(f"clients {today().astimezone():%Y-%m-%d}.csv")
    with suppress(FileNotFoundError):
        # The working folder may be gone.
        default = default.absolute()

    async def attempt(written: str) -> bool:
        from ...host.named_file import replaces
        from ...sync.files.export import Written, export

        path = _path(written)
        replace = await asyncio.to_thread(replaces, path, own)
        if replace and not await _agreed(screen, Confirm(f"Replace {path}?", yes="Replace", dangerous=True)):
            return False

        def write() -> Written:
            return export(path, screen.store.clients.each(order, today()), own, replace=replace)

        done = await asyncio.to_thread(write)
        screen.notify(done.says(path), markup=False, timeout=10)
        return True

    question = f"Export {counted(len(order), 'client')} to a CSV file"
    hint = "Tab completes the name."
    screen.main.push_screen(
        Ask(question, str(default), attempt=attempt, yes="Export", hint=hint, selected=True, field=PathInput)
    )


def ask_upload(screen: ClientsView) -> None:
    """Asks for a file's name, then shows what its codes will change, or every wrong line."""

    async def attempt(written: str) -> bool:
        found = await _read(screen, _path(written))
        return found is not None and await _upload(screen, found)

    hint = "The file needs the column Practice code, and ID or Client. A file written by export has them. Tab completes its name."
    screen.main.push_screen(
        Ask(
            "Upload practice codes from a CSV file", attempt=attempt, yes="Upload", hint=hint, field=PathInput
        )
    )


def _path(written: str) -> Path:
    from ...host.named_file import named

    if not (path := clean(written).strip()):
        raise UsageError("Enter the file's name.")
    return named(path)


async def _agreed(screen: ClientsView, question: Confirm) -> bool:
    return bool(await screen.main.push_screen_wait(question))


async def _read(screen: ClientsView, path: Path) -> "Codes | None":
    """What the file changes; None if the user has been shown that lines are wrong."""
    from ...sync.files import codes
    from ...sync.files.codes_file import WrongLines, read

    def plan(as_written: bool = False) -> "Codes":
        return codes.plan(read(path), screen.store, as_written=as_written)

    try:
        return await asyncio.to_thread(plan)
    except Trouble as trouble:
        first, *others = str(trouble).splitlines()
        if isinstance(trouble, WrongLines) and trouble.damaged:
            if await _agreed(screen, Confirm(f"{path.name}: {first}", others, yes="Use as written")):
                return await asyncio.to_thread(plan, True)
        elif others:
            await screen.main.push_screen_wait(Lines(f"{path.name}: {first}", others))
        else:
            raise
    return None


async def _upload(screen: ClientsView, found: "Codes") -> bool:
    """Sets the codes once the user has confirmed them; False if not."""
    from ...sync.files.codes import upload

    if not found.changes:
        screen.say(f"Nothing to change: {found.rest}", "information")
        return True
    lines = [
        f"{new.client.name}: {new.client.code or 'none'} → {new.code}"
        for new in found.changes[:CHANGES_SHOWN]
    ]
    if (more := len(found.changes) - CHANGES_SHOWN) > 0:
        lines.append(f"and {number(more)} more")
    codes = counted(len(found.changes), "practice code")
    ids = [new.client.id for new in found.changes]
    claimed = await asyncio.to_thread(claim_words.about, screen.store, ids, screen.actor, today())
    if not await _agreed(screen, Confirm(f"Set {codes}?", [found.rest, *claimed, "", *lines], yes="Set")):
        return False
    await asyncio.to_thread(upload, screen.store, found, screen.actor)
    screen.change(lambda: f"{codes} set. {undoes(screen)}")
    return True
