"""A field for a note. It takes all pasted lines; Textual's own takes the first."""

from textual import events, on
from textual.widgets import Input

from ...practice.text import one_line


class NoteInput(Input):
    """One line, into which pasted lines are joined."""

    @on(events.Paste)
    def paste_all_lines(self, event: events.Paste) -> None:
        """Joins pasted lines."""
        # Otherwise Textual calls its own handler, too.
        event.prevent_default()
        event.stop()
        room = (self.max_length or 0) - len(self.value) + len(self.selected_text)
        pasted = one_line(event.text)
        self.replace(pasted[:room] if self.max_length else pasted, *sorted(self.selection))
