"""What a terminal sends between the marks around pasted text, without what would end the paste early."""

ESCAPE = "\x1b"
BEGINS, ENDS = "\x1b[200~", "\x1b[201~"


class Pasted:
    """Takes the escape characters out of pasted text, in whatever pieces the terminal sends it.

    Textual looks for keys behind an escape character, also in pasted text: it would take up to 32 characters of it as keys.
    """

    def __init__(self) -> None:
        self._before = ""
        """The last characters outside a paste: a mark may come in two pieces."""
        self._mark = ""
        """What may become the mark at the end."""
        self._is_inside = False

    def without_escapes(self, data: str) -> str:
        """`data`, as Textual is to see it."""
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
