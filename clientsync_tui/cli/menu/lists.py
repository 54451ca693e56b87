"""Lists, twenty lines at a time, to choose from by number."""

import re
from array import array
from collections.abc import Callable, Sequence
from typing import Protocol, Self, TypeVar

from ...practice.text import searched
from ...practice.trouble import Trouble, UsageError
from .lines import ask, say

T = TypeVar("T")
PAGE = 20
_NUMBERS = re.compile(r"\d+(\s*-\s*\d+)?(\s*,\s*\d+(\s*-\s*\d+)?)*\s*,?")


class Rows(Protocol):
    """A list that fetches only the current page. `ids` are all that match the filter, in order."""

    @property
    def ids(self) -> "Sequence[int] | array[int]": ...
    def texts(self, ids: Sequence[int]) -> list[str]:
        """The lines of these."""
        ...

    def filtered(self, words: str) -> Self:
        """Those that match the words; all if there are none. Raises UsageError if the words are not a filter."""
        ...


class Texts:
    """A list held in memory. An id is a position in it."""

    def __init__(self, lines: Sequence[str], ids: Sequence[int] | None = None) -> None:
        self._lines = lines
        self.ids: Sequence[int] = range(len(lines)) if ids is None else ids

    def texts(self, ids: Sequence[int]) -> list[str]:
        """The lines."""
        return [self._lines[id] for id in ids]

    def filtered(self, words: str) -> "Texts":
        """The lines that have every word."""
        wanted = searched(words).split()
        found = [n for n, line in enumerate(self._lines) if all(word in searched(line) for word in wanted)]
        return Texts(self._lines, found)


def one_of(title: str, items: Sequence[T], line: Callable[[T], str]) -> T:
    """The chosen item. Raises Back and Quit."""
    return items[choose(title, Texts([line(item) for item in items]), one=True)[0]]


def some_of(title: str, items: Sequence[T], line: Callable[[T], str]) -> list[T]:
    """The chosen items, in the list's order. Raises Back and Quit."""
    return [items[n] for n in choose(title, Texts([line(item) for item in items]), many=True)]


def look(title: str, rows: Rows) -> None:
    """Shows a list without choosing, until the person goes back. Raises Back and Quit."""
    if len(rows.ids) <= PAGE:
        Listing(title, rows).say_page()
        return
    choose(title, rows)


def choose(title: str, rows: Rows, *, one: bool = False, many: bool = False) -> list[int]:
    """What `Listing.choose` returns. Raises Back and Quit."""
    return Listing(title, rows, one=one, many=many).choose()


class Listing:
    """A list that remembers its page, filter and selection while the person is elsewhere.

    `one`: a number chooses at once. `many`: numbers add to the selection until "done"; filters do not change it.
    """

    def __init__(self, title: str, rows: Rows, *, one: bool = False, many: bool = False) -> None:
        self._title = title
        self._one = one
        self._many = many
        self._all = rows
        self._shown = rows
        self._words = ""
        self._page = 0
        self._selected: dict[int, None] = {}

    def choose(self) -> list[int]:
        """The chosen ids, at least one, in the list's order. Raises Back and Quit."""
        self._all, self._shown = self._all.filtered(""), self._all.filtered(self._words)
        self._page = min(self._page, self._pages - 1)
        self.say_page()
        while True:
            answer = ask(_prompt(self._one, self._many), _help(self._one, self._many))
            try:
                if self._one and answer.isdecimal():
                    return self._at(answer)
                if self._many and answer.lower() == "done" and self._selected:
                    return [id for id in self._all.ids if id in self._selected]
                if self._many and (answer.lower() in ("all", "none", "done") or _NUMBERS.fullmatch(answer)):
                    self._select(answer.lower())
                else:
                    self._turn(answer)
            except Trouble as trouble:
                say(str(trouble))

    @property
    def _pages(self) -> int:
        return max(1, -(-len(self._shown.ids) // PAGE))

    def say_page(self) -> None:
        """Prints the count and the page."""
        count, first = len(self._shown.ids), self._page * PAGE
        page = f", page {self._page + 1} of {self._pages}" if self._pages > 1 else ""
        say("", f"{self._title}: {count:,}{page}")
        ids = list(self._shown.ids[first : first + PAGE])
        for number, (id, line) in enumerate(zip(ids, self._shown.texts(ids), strict=True), first + 1):
            say(f"{number}. {'selected, ' if id in self._selected else ''}{line}")

    def _at(self, answer: str) -> list[int]:
        return [self._shown.ids[n - 1] for n in numbers(answer, len(self._shown.ids))]

    def _select(self, answer: str) -> None:
        if answer == "none":
            self._selected = {}
        elif answer == "all":
            self._selected |= dict.fromkeys(self._shown.ids)
        elif answer != "done":
            self._selected |= dict.fromkeys(self._at(answer))
        hidden = len(self._selected.keys() - set(self._shown.ids))
        say(
            f"{len(self._selected):,} selected"
            + (f", {hidden:,} hidden by the filter" if hidden else "")
            + "."
        )

    def _turn(self, answer: str) -> None:
        if answer.lower() in ("", "n", "p"):
            page = self._page + (-1 if answer.lower() == "p" else 1)
            if not 0 <= page < self._pages:
                say("There are no more pages.")
                return
            self._page = page
        else:
            words = answer.removeprefix("/").strip()
            self._shown, self._words, self._page = self._all.filtered(words), words, 0
        self.say_page()


def numbers(answer: str, most: int) -> list[int]:
    """The numbers in "1,3-5". Raises UsageError unless all are from 1 to `most`."""
    found: list[int] = []
    for part in answer.replace(" ", "").rstrip(",").split(","):
        first, _, last = part.partition("-")
        begin, end = int(first), int(last or first)
        if not 1 <= begin <= end <= most:
            raise UsageError(f"{part}: choose from 1 to {most:,}." if most else "Nothing is shown.")
        found += range(begin, end + 1)
    return found


def _prompt(one: bool, many: bool) -> str:
    if one and many:
        return "Number to open, 1-3 to select, or words to filter"
    if many:
        return "Numbers to select, then done, or words to filter"
    return "Number, or words to filter" if one else "Words to filter, or b"


def _help(one: bool, many: bool) -> list[str]:
    help: list[str] = []
    if one:
        help.append("7: open number 7")
    if many:
        lone = "7," if one else "7"
        help += [f"{lone}  1,3-5: select these as well", "all: select everything shown, on all pages"]
        help += ["none: select nothing", "done: continue with the selection"]
    words = "words: show only what matches; / shows everything again, /7 searches for the word 7"
    return [*help, words, "Enter or n: next page", "p: previous page"]
