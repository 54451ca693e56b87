"""A short message above the key bar. The rows above make room for it, so it never covers any."""

from textwrap import wrap

from textual.content import Content
from textual.widgets import Static

MOST_LINES = 3
COLOURS = {"information": "$text", "warning": "$text-warning", "error": "$text-error"}


class NoticeLine(Static):
    """Shows one message, wrapped to as many lines as it needs, but at most `MOST_LINES`."""

    DEFAULT_CSS = """
    NoticeLine { dock: bottom; height: auto; margin: 0 0 1 0; padding: 0 1; }
    """

    def show(self, text: str, severity: str, hint: str, size: tuple[int, int]) -> None:
        """Shows `text` on a screen of this size, followed by `hint` if the message stays or has to be shortened."""
        width, height = size
        most = MOST_LINES if height >= 16 else 1
        stays = severity == "error"
        room = max(width - 2, 20)
        with_hint = f"{text}  {hint}" if stays else text
        lines = wrap(with_hint, room, break_on_hyphens=False)
        if len(lines) > most:
            cut = wrap(text, room - len(hint) - 2, max_lines=most, placeholder="…", break_on_hyphens=False)
            text, stays = "\n".join(cut), True
        bold = " bold" if severity != "information" else ""
        parts = [(text, COLOURS[severity] + bold)]
        if stays:
            parts.append((f"  {hint}", "$text-muted"))
        self.update(Content.assemble(*parts))
        self.display = True
