"""Removes what would end a paste early from what a terminal sends as pasted text."""

ESCAPE = "\x1b"
BEGINS, ENDS = "\x1b[200~", "\x1b[201~"


class Pasted:
    """Removes escape characters from pasted text, in whatever chunks the terminal sends it.

    Textual looks for keys after an escape character even in pasted text, and would take up to 32 characters as keys.
    """

    def __init__(self) -> None:
        self._before = ""
        """The last characters outside a paste, because a mark may be split over two chunks."""
        self._mark = ""
        """What may turn out to be the end mark."""
        self._is_inside = False

    def without_escapes(self, data: str) -> str:
        """`data`, as Textual should see it."""
        if not self._is_inside and ESCAPE not in self._before + data:
            return data
        return "".join(
            self._inside(character) if self._is_inside else self._outside(character) for character in data
        )

    def _outside(self, character: str) -> str:
        self._before = (self._before + character)[-len(BEGINS) :]
        if self._before == BEGINS:
            self._before, self._is_inside = "", True
        return character

    def _inside(self, character: str) -> str:
        mark = self._mark + character
        if mark == ENDS:
            self._mark, self._is_inside = "", False
            return mark
        if ENDS.startswith(mark):
            self._mark = mark
            return ""
        self._mark = ESCAPE if character == ESCAPE else ""
        return mark.replace(ESCAPE, "")
