"""A conversation line by line: what is said, and what is answered."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from getpass import getpass
from select import select

import click

from ...practice.text import clean, one_line, searched
from ...practice.trouble import Trouble
from ..stdin import read_line

PASTED_S = 0.05
"""How soon a pasted line follows the one before it. Nobody types so fast."""
KEPT = "empty: as it is"
ALWAYS = ("b: back", "q: quit", "?: this help")


class Quit(Exception):
    """The person leaves, or the input is at its end."""


class Back(Exception):
    """The person goes back to where they came from."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of a menu. `why_not`: why it cannot be done now."""

    title: str
    do: Callable[[], None]
    sentence: str = ""
    why_not: str | None = None


def say(*texts: str) -> None:
    """A line for each text."""
    for text in texts:
        click.echo(text)


def ask(prompt: str, help: Sequence[str]) -> str:
    """An answer that is none of ?, b and q. Raises Back, and Quit."""
    while True:
        answer = _read(prompt)
        match answer.lower():
            case "q":
                raise Quit
            case "b":
                raise Back
            case "?":
                say(*help, *ALWAYS)
            case _:
                return answer


def text(prompt: str) -> str:
    """A line as it is typed, in which no word means anything else; it may be empty. Raises Quit."""
    return _read(prompt)


def secret(prompt: str) -> str:
    """A line that a terminal does not show; it may be empty. Raises Quit."""
    if not sys.stdin.isatty():
        return _read(prompt)
    try:
        return getpass(f"{prompt}: ").strip()
    except EOFError:
        raise Quit from None


def changed(what: str, now: str | None) -> str | None:
    """A new value; None where it stays as it is, empty where it is taken away. Raises Quit."""
    answer = _read(f"{what}, now {now or 'none'} ({KEPT}, -: none)")
    return {"": None, "-": ""}.get(answer, answer)


def changed_note(what: str, now: str | None) -> str | None:
    """As `changed`. Lines that come with the first, pasted into a terminal, belong to the note and answer nothing else."""
    answer = changed(what, now)
    lines = [answer or ""]
    while sys.stdin.isatty() and sys.platform != "win32" and select([0], [], [], PASTED_S)[0]:
        if (line := read_line()) is None:
            break
        lines.append(clean(line))
    return answer if len(lines) == 1 else one_line("\n".join(lines))


def yes(question: str, each: Callable[[], None] | None = None) -> bool:
    """Whether the person says so; anything but y is no. `each`: what an answer l shows. Raises Quit."""
    also = ", l lists each" if each else ""
    while True:
        answer = _read(f"{question} y or n, n is usual{also}").lower()
        if answer == "q":
            raise Quit
        if answer == "l" and each:
            with_back(each)
        elif answer == "?":
            say("y: do it", "n, b or an empty line: leave everything as it is", "q: quit")
            if each:
                say("l: list each client with what will be done")
        else:
            return answer in ("y", "yes")


def with_back(do: Callable[[], None]) -> None:
    """Does it; going back, trouble, control c and a command's end lead here, and are told."""
    try:
        do()
    except Back:
        pass
    except Trouble as trouble:
        say(str(trouble))
    except click.ClickException as trouble:
        say(trouble.format_message())
    except click.exceptions.Exit:
        # A command that was borrowed has told what it found.
        pass
    except KeyboardInterrupt:
        say("", "Stopped.")


def menu(heading: Callable[[], Iterable[str]], choices: Callable[[], Sequence[Choice]]) -> None:
    """Offers `choices` again and again, each time as things then are, until the person goes back. Raises Back, and Quit."""
    while True:
        say("", *heading())
        offered = choices()
        for number, choice in enumerate(offered, 1):
            say(f"{number}. {choice.title}" + (f". Not now: {choice.why_not}" if choice.why_not else ""))
        chosen = None
        while chosen is None:
            chosen = _chosen(offered)
        if chosen.why_not:
            say(chosen.why_not)
        else:
            with_back(chosen.do)


def _chosen(offered: Sequence[Choice]) -> Choice | None:
    help = [
        "A number, or the beginning of the words, chooses.",
        *(f"{n}. {each.title}: {each.sentence}" for n, each in enumerate(offered, 1) if each.sentence),
    ]
    answer = ask("Number", help)
    if answer.isdecimal() and 1 <= int(answer) <= len(offered):
        return offered[int(answer) - 1]
    found = [each for each in offered if answer and searched(each.title).startswith(searched(answer))]
    if len(found) == 1:
        return found[0]
    say(f"Answer with a number from 1 to {len(offered)}, or ? for help.")
    return None


def _read(prompt: str) -> str:
    click.echo(f"{prompt}: ", nl=False)
    line = read_line()
    if line is None or not sys.stdin.isatty():
        # A terminal shows the end of the line that is typed; nothing else does.
        click.echo()
    if line is None:
        raise Quit
    return clean(line).strip()
