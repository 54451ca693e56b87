"""The smallest Textual app: what a first frame costs at the least."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("Minimal app")


if __name__ == "__main__":
    Minimal().run()
