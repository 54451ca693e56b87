"""The parts that the app is assembled from, each in an app with nothing else."""

from typing import Any

from textual.app import App, ComposeResult
from textual.events import Event, Key
from textual.widgets import Input

from clientsync_tui.app import look
from clientsync_tui.app.key_queue import Done, KeyQueue
from clientsync_tui.app.style_sheets import StyleSheets
from tests.support.pilot import run_app
from tests.support.practice import until


class Queued(App[None]):
    """`/` opens a field a moment later, as the client list does."""

    AUTO_FOCUS = None
    BINDINGS = [("slash", "open_field", "Open")]  # noqa: RUF012  (Textual declares it so)

    def __init__(self) -> None:
        super().__init__()
        self.key_queue = KeyQueue(self, super().on_event)

    def compose(self) -> ComposeResult:
        yield Input()

    def on_mount(self) -> None:
        self.key_queue.start()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded:
            await self.key_queue.put(event)
        else:
            await super().on_event(event)

    def on_done(self, message: Done) -> None:
        self.key_queue.done(message)

    def action_open_field(self) -> None:
        self.call_later(self.query_one(Input).focus)


async def test_keys_that_arrive_together_go_to_what_the_key_before_opened() -> None:
    app = Queued()
    async with run_app(app) as pilot:
        for key in ("slash", "d", "a", "y"):
            app.post_message(Key(key, "/" if key == "slash" else key))
        field = app.query_one(Input)
        await until(pilot, lambda: field.value and not app.key_queue.is_busy)
        assert field.value == "day"


async def test_style_sheets_are_read_once_and_again_only_for_another_theme() -> None:
    class Styled(App[None]):
        CSS_PATH = look.FIRST_SHEETS

    app: App[Any] = Styled()
    look.use_theme(app, look.DARK.name)
    sheets = StyleSheets(app)
    assert not sheets.are_for_another_theme()
    app.theme = look.LIGHT.name
    assert sheets.are_for_another_theme() and not sheets.are_for_another_theme()
    async with run_app(app):
        before = len(app.stylesheet.source)
        sheets.read_all()
        after = len(app.stylesheet.source)
        sheets.read_all()
        assert before < after == len(app.stylesheet.source)
