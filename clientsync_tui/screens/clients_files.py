"""Client data out to a CSV file, and practice codes in from one."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..practice.text import clean
from ..practice.trouble import Trouble
from .ask import Ask, Told
from .clients_rows import today
from .confirm import Confirm
from .locale_words import counted, number

if TYPE_CHECKING:
    from ..sync.codes import Codes
    from .clients import ClientsScreen

CHANGES_SHOWN = 200
"""How many new codes a confirm lists."""


def ask_export(screen: "ClientsScreen") -> None:
    """Asks for a file's name and writes the clients that the filter shows."""
    order = screen.order()
    default = Path.cwd() / f"clients {today().astimezone():%Y-%m-%d}.csv"
    question = Ask(f"Export {counted(len(order), 'client')} to the CSV file", str(default))

    own = screen.main.workplace.own_files

    def write(path: Path, replace: bool) -> None:
        from ..sync.export import export

        def work() -> str:
            count = export(path, screen.store.clients.each(order, today()), own, replace=replace)
            return f"{counted(count, 'client')} written to {path}."

        screen.work(work, lambda said: screen.notify(said, markup=False, timeout=10))

    def named(told: str | None) -> None:
        if not told or not told.strip():
            return
        from ..named_file import replaces

        path = _path(told)

        def agreed(there: bool) -> None:
            if not there:
                write(path, False)
                return
            replace = Confirm(f"Replace {path}?", yes="Replace", dangerous=True)
            screen.main.push_screen(replace, lambda yes: write(path, True) if yes else None)

        screen.work(lambda: replaces(path, own), agreed)

    screen.main.push_screen(question, named)


def ask_upload(screen: "ClientsScreen") -> None:
    """Asks for a file's name, shows what its codes will change, or every line that is wrong."""
    question = Ask(
        "Upload practice codes from the CSV file",
        hint="It needs a column Practice code, and one of ID, Client. The file that export writes is one, too.",
    )

    def named(told: str | None) -> None:
        if told and told.strip():
            path = _path(told)
            _upload(screen, path)

    screen.main.push_screen(question, named)


def _path(told: str) -> Path:
    return Path(clean(told).strip()).expanduser()


def _upload(screen: "ClientsScreen", path: Path, *, as_written: bool = False) -> None:
    from ..sync import codes
    from ..sync.codes_file import read

    def plan() -> "Codes | Trouble":
        try:
            return codes.plan(read(path), screen.store, as_written=as_written)
        except Trouble as trouble:
            return trouble

    screen.work(plan, lambda found: _answer(screen, path, found))


def _answer(screen: "ClientsScreen", path: Path, found: "Codes | Trouble") -> None:
    from ..sync.codes_file import WrongLines

    if isinstance(found, Trouble):
        first, *others = str(found).splitlines()
        if isinstance(found, WrongLines) and found.damaged:
            question = Confirm(f"{path.name}: {first}", others, yes="Use as written", dangerous=True)
            screen.main.push_screen(
                question, lambda yes: _upload(screen, path, as_written=True) if yes else None
            )
        elif others:
            screen.main.push_screen(Told(f"{path.name}: {first}", others))
        else:
            screen.say(found)
        return
    if not found.changes:
        screen.say(f"Nothing to change: {_rest(found)}", "information")
        return
    lines = [
        f"{new.client.name}: {new.client.code or 'none'} → {new.code}"
        for new in found.changes[:CHANGES_SHOWN]
    ]
    if (more := len(found.changes) - CHANGES_SHOWN) > 0:
        lines.append(f"and {number(more)} more")

    def work() -> str:
        from ..sync.codes import upload

        upload(screen.store, found, screen.actor)
        return f"{counted(len(found.changes), 'practice code')} set. u takes them back."

    question = Confirm(
        f"Set {counted(len(found.changes), 'practice code')}?", [_rest(found), "", *lines], yes="Set"
    )
    screen.main.push_screen(question, lambda yes: screen.change(work) if yes else None)


def _rest(found: "Codes") -> str:
    """The lines that change nothing."""
    return f"{number(found.unchanged)} unchanged, {counted(found.empty, 'line has', 'lines have')} no code."
