"""The smallest Textual app: the minimum cost of a first frame."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("Minimal app")


if __name__ == "__main__":
    Minimal().run()
