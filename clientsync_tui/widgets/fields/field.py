"""An input line. A text that is too long stays and is reported at once, where Textual would silently drop the rest."""

from typing import Any

from textual import events, on
from textual.message import Message
from textual.widgets import Input

from ...practice.text import one_line

MOST = 10_000
"""The maximum length of any field. A longer text can't be drawn in time."""


class Field(Input):
    """Accepts at most `longest` characters: a longer text can be left in it, but not submitted. Pasted lines are joined."""

    class TooLong(Message):
        """The text is too long, or (`fits`) no longer is."""

        def __init__(self, sentence: str, *, fits: bool = False) -> None:
            super().__init__()
            self.sentence = sentence
            self.fits = fits

    def __init__(self, value: str = "", *, longest: int = MOST, **how: Any) -> None:
        """`how`: as for Textual's Input, without `max_length`."""
        super().__init__(value, compact=True, **how)
        # Every blink would be sent over the line.
        self.cursor_blink = False
        self.longest = longest
        self._is_too_long = False

    @property
    def _sentence(self) -> str:
        return f"That is longer than {self.longest:,} characters. Shorten it first."

    @on(Input.Changed)
    def say_whether_it_fits(self) -> None:
        """Reports it once, when the text becomes too long."""
        is_too_long = len(self.value) > self.longest
        if is_too_long is not self._is_too_long:
            self._is_too_long = is_too_long
            self.set_class(is_too_long, "too-long")
            self.post_message(self.TooLong(self._sentence, fits=not is_too_long))

    async def action_submit(self) -> None:
        """Submits only a text that fits."""
        if self.may_be_submitted():
            await super().action_submit()

    def may_be_submitted(self) -> bool:
        """Whether the text fits. Reports again if it doesn't."""
        if len(self.value) > self.longest:
            self.post_message(self.TooLong(self._sentence))
            return False
        return True

    def on_unmount(self) -> None:
        """What it reported no longer applies."""
        if self._is_too_long:
            # Its screen may be gone.
            self.app.post_message(self.TooLong(self._sentence, fits=True))  # pyright: ignore[reportUnknownMemberType]

    def replace(self, text: str, start: int, end: int) -> None:
        """Inserts a text completely or not at all."""
        if text and len(self.value) - abs(end - start) + len(text) > MOST:
            more = f"{len(text):,} characters are more than a field takes. Nothing was added."
            self.post_message(self.TooLong(more))
        else:
            super().replace(text, start, end)

    @on(events.Paste)
    def paste_all_lines(self, event: events.Paste) -> None:
        """Joins pasted lines, where Textual's own takes only the first."""
        # Otherwise Textual would call its own handler too.
        event.prevent_default()
        event.stop()
        if text := self.pasted(event.text):
            self.replace(text, *sorted(self.selection))

    def pasted(self, text: str) -> str:
        """What a pasted text is turned into."""
        if self.password:
            # A secret is not changed, so its lines are not joined.
            return text.rstrip("\r\n")
        return one_line(text)
