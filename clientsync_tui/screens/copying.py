"""`y` copies what is under the cursor. `Y` shows the commands that do the same as the screen's actions, and copies one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from ..practice.entries import Entry
from ..practice.model import Client, Integration
from ..sync.summary_card import summary_card
from ..sync.words import link_words, next_step
from .dialogues.ask import Lines
from .dialogues.choose import Choice, Choose
from .main import Main

LONGEST_SHOWN = 60
"""How many characters of a text a message shows."""
LINES_SHOWN, MARGIN = 2, 12
"""How many lines a message with a complete command may take, and how many cells each loses at most to word wrapping."""
SENT = "Sent to your terminal's clipboard: "


class Copyable(NamedTuple):
    """Something to copy. `key`: chooses it in the menu."""

    title: str
    text: str
    key: str


def offer_copies(main: Main, items: Sequence[Copyable]) -> None:
    """Asks what to copy; Enter takes the first. If there is only one, copies it at once."""
    _offer(
        main,
        "Copy",
        [
            Choice(str(n), item.title, " / ".join(item.text.splitlines()), item.key)
            for n, item in enumerate(items)
        ],
        [item.text for item in items],
    )


def offer_commands(main: Main, commands: Sequence[tuple[str, str]], note: str = "") -> None:
    """Shows (action, command) pairs, and copies the chosen command. `note`: what is missing, and why."""
    choices = [Choice(str(n), title, line) for n, (title, line) in enumerate(commands)]
    lines = [line for _, line in commands]
    _offer(main, "Copy the command that does the same", choices, lines, copy_command, note)


def copy_command(main: Main, command: str) -> None:
    """Like `copy`, but shows the complete command, however long it is."""
    main.copy_to_clipboard(command)
    sentence = SENT + command
    if len(sentence) <= LINES_SHOWN * (main.size.width - MARGIN):
        main.notify(sentence, markup=False)
    else:
        main.push_screen(
            Lines("The command that does the same was sent to your terminal's clipboard", [command])
        )


def copy(main: Main, text: str) -> None:
    """Sends a text to the clipboard of the user's own terminal, and says what was sent."""
    main.copy_to_clipboard(text)
    main.notify(SENT + _short(text), markup=False)


def _offer(
    main: Main,
    title: str,
    choices: Sequence[Choice],
    texts: Sequence[str],
    send: Callable[[Main, str], None] = copy,
    note: str = "",
) -> None:
    if len(texts) == 1 and not note:
        send(main, texts[0])
        return

    def chosen(id: str | None) -> None:
        if id is not None:
            send(main, texts[int(id)])

    main.push_screen(Choose(title, choices, note), chosen)


def _short(text: str) -> str:
    line = " / ".join(text.splitlines())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"


def of_client(client: Client, title: Callable[[str], str], now: datetime) -> list[Copyable]:
    """What can be copied from a client. `title`: gives an accounting app's display name."""
    found = [Copyable("Name", client.name, "n")]
    if client.practice_code:
        found.append(Copyable("Practice code", client.practice_code, "c"))
    found.append(Copyable("Client id", client.id, "i"))
    for link in client.integrations[:1]:
        found += of_integration(client, link, now)
    found.append(Copyable("Summary", summary_card(client, title, now), "s"))
    return found


def of_integration(client: Client, link: Integration, now: datetime) -> list[Copyable]:
    """What can be copied from an integration."""
    found = [Copyable("Organisation id", link.organisation_id, "o")]
    if step := next_step(link, client):
        found.append(Copyable("Status and next step", f"{link_words(link, now)}. {step}", "e"))
    return found


def of_entry(entry: Entry, line: str, client_name: str | None) -> list[Copyable]:
    """What can be copied from a history entry. `line`: the entry in words."""
    found = [Copyable("Entry", line, "e"), Copyable("Entry number", str(entry.seq), "i")]
    if client_name:
        found.append(Copyable("Client", client_name, "n"))
    return found
