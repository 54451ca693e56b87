"""Prints lines and reads answers, one line at a time."""

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
"""How soon a pasted line follows the previous one. Nobody types that fast."""
KEEP = "Enter keeps it"
ALWAYS = ("b: back", "q: quit", "?: this help")


class Quit(Exception):
    """The person quits, or the input has ended."""


class Back(Exception):
    """The person goes back."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of a menu. `why_not`: why it can't be done now, if so."""

    title: str
    do: Callable[[], None]
    sentence: str = ""
    why_not: str | None = None


def say(*texts: str) -> None:
    """Prints each text as a line."""
    for text in texts:
        click.echo(text)


def ask(prompt: str, help: Sequence[str]) -> str:
    """An answer other than ?, b and q. Raises Back and Quit."""
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
    """A line exactly as typed: b, q and ? are ordinary text. It may be empty. Raises Quit."""
    return _read(prompt)


def secret(prompt: str) -> str:
    """A line that the terminal does not show. It may be empty. Raises Quit."""
    if not sys.stdin.isatty():
        return _read(prompt)
    try:
        return getpass(f"{prompt}: ").strip()
    except EOFError:
        raise Quit from None


def changed(what: str, now: str | None) -> str | None:
    """A new value; None to keep the present one, empty to remove it. Raises Quit."""
    answer = _read(f"{what}, now {now or 'none'} ({KEEP}, - for none)")
    return {"": None, "-": ""}.get(answer, answer)


def changed_note(what: str, now: str | None) -> str | None:
    """As `changed`. Further lines pasted with the first belong to the note; they do not answer later prompts."""
    answer = changed(what, now)
    lines = [answer or ""]
    while sys.stdin.isatty() and sys.platform != "win32" and select([0], [], [], PASTED_S)[0]:
        if (line := read_line()) is None:
            break
        lines.append(clean(line))
    return answer if len(lines) == 1 else one_line("\n".join(lines))


def yes(question: str, show_list: Callable[[], None] | None = None) -> bool:
    """Whether the answer is y; any other answer is no. `show_list`: what l shows. Raises Quit."""
    also = ", l lists them" if show_list else ""
    while True:
        answer = _read(f"{question} y or n (Enter: n){also}").lower()
        if answer == "q":
            raise Quit
        if answer == "l" and show_list:
            with_back(show_list)
        elif answer == "?":
            say("y: do it", "n, b or Enter: change nothing", "q: quit")
            if show_list:
                say("l: list each client with what will be done")
        else:
            return answer in ("y", "yes")


def with_back(do: Callable[[], None]) -> None:
    """Does it. Shows errors and returns, as it does on Back and ctrl+c."""
    try:
        do()
    except Back:
        pass
    except Trouble as trouble:
        say(str(trouble))
    except click.ClickException as trouble:
        say(trouble.format_message())
    except click.exceptions.Exit:
        # A command run from here has already printed its result.
        pass
    except KeyboardInterrupt:
        say("", "Stopped.")


def menu(heading: Callable[[], Iterable[str]], choices: Callable[[], Sequence[Choice]]) -> None:
    """Offers `choices` until the person goes back; they are made again each time. Raises Back and Quit."""
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
        "Choose by number, or by the first letters of the words.",
        *(
            f"{n}. {choice.title}: {choice.sentence}"
            for n, choice in enumerate(offered, 1)
            if choice.sentence
        ),
    ]
    answer = ask("Number", help)
    if answer.isdecimal() and 1 <= int(answer) <= len(offered):
        return offered[int(answer) - 1]
    found = [choice for choice in offered if answer and searched(choice.title).startswith(searched(answer))]
    if len(found) == 1:
        return found[0]
    say(f"Enter a number from 1 to {len(offered)}, or ? for help.")
    return None


def _read(prompt: str) -> str:
    click.echo(f"{prompt}: ", nl=False)
    line = read_line()
    if line is None or not sys.stdin.isatty():
        # Only a terminal echoes the end of the typed line.
        click.echo()
    if line is None:
        raise Quit
    return clean(line).strip()
