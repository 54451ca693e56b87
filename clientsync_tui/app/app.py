"""The Textual app, assembled from its parts: key queue, style sheets, changed cells, the connection to the terminal, news."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Event, Key
from textual.filter import LineFilter

from ..screens.dialogues.asked_passphrase import asked_passphrase
from ..terminal import capabilities, gc_tuning, textual_internals
from ..terminal.changed_cells import ChangedCells
from ..terminal.line import Line
from ..workplace import Workplace
from . import everywhere, look, unexpected
from .aim import Aim
from .jobs import Jobs
from .kept_frame import KeptFrame, Start
from .key_queue import Done, KeyQueue
from .news import News
from .notices import Notices
from .screens_by_name import open_kind, open_screen, palette
from .style_sheets import StyleSheets

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

    from ..screens.base import ActionScreen
    from ..sync.jobs.engine import Engine
    from ..sync.kinds.seam.kind import BulkKind
    from ..widgets.fields.field import Field


class ClientSyncApp(App[None]):
    """Client Sync, full screen."""

    TITLE = "Client Sync"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {palette}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "help_quit", show=False, system=True)]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = ""
    CSS_PATH = look.FIRST_SHEETS
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012  (Textual declares it so)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (64, "-wide")]  # noqa: RUF012  (Textual declares it so)

    def __init__(self, workplace: Workplace, start: Start = Start()) -> None:  # noqa: B008  (never changed)
        super().__init__()
        self.workplace, workplace.waits_for_server = workplace, False
        workplace.ask_passphrase = partial(asked_passphrase, self)
        self.ascii_marks = capabilities.ascii_only(workplace.config.screen.ascii)
        self.keys: Mapping[str, str] = {}
        self.key_queue, self._aim = KeyQueue(self, super().on_event), Aim(self)
        self.notices = Notices(self)
        self._news = News(self, workplace, lambda: self._jobs.are_running or self.key_queue.count)
        self._jobs = Jobs(self, workplace, self._news, lambda sequence: self.write(sequence))
        self._cells = ChangedCells()
        self.kept_frame = KeptFrame(self, workplace, self._cells, start.frame)
        self._line = Line(self, self._cells, start.typed)
        textual_internals.send_only_changes(self, self._cells)
        unexpected.end_with_one_sentence(self)
        look.use_theme(self, look.theme_name(workplace.config.screen.theme, start.light))
        self._sheets = StyleSheets(self)

    def get_default_screen(self) -> "Screen[Any]":
        """The client list, below all other screens."""
        from ..screens.clients.clients import ClientsScreen

        return textual_internals.drawn_below_dialogues(ClientsScreen())

    def on_mount(self) -> None:
        """Starts the parts. On a first start, shows the welcome steps."""
        asyncio.get_running_loop().set_exception_handler(unexpected.log_unawaited)
        self._line.start()
        self.kept_frame.start()
        self.call_later(self.mind_size)
        if not self.workplace.config.practice.name and not self.workplace.store.clients.total():
            self.open("first_start")
        self.keys = everywhere.own_keys(self, self.workplace)
        self._news.start()
        self.notices.start(self.keys)
        if not self.is_headless:
            self.set_timer(gc_tuning.SETTLED_AFTER_S, gc_tuning.settle)
        self.key_queue.start()

    def open(self, screen: str, action: str | None = None, **wanted: Any) -> "ActionScreen":
        """Opens a screen by name and performs `action` there. Goes back to the screen if it is already open and nothing is `wanted`."""
        return open_screen(self, screen, action, wanted)

    def open_kind(self, kind: "BulkKind", **wanted: Any) -> "ActionScreen":
        """Opens the screen for choosing a sign-in for a kind of work."""
        return open_kind(self, kind, wanted)

    def get_screen(self, screen: Any, screen_class: Any = None) -> Any:
        """The screen to open, with its style sheet loaded."""
        self._sheets.ready(found := cast(Any, super()).get_screen(screen, screen_class))
        return textual_internals.drawn_below_dialogues(found)

    def refresh_css(self, animate: bool = True) -> None:
        """Reads the style sheets again, but only if the theme changed."""
        if self._sheets.are_for_another_theme():
            super().refresh_css(animate)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """NO_COLOR: Textual's own filter would turn colours into greys, or send codes for "no colour"."""
        return look.NO_COLOURS if self.no_color else super().get_line_filters()

    def on_resize(self) -> None:
        """After a resize, the terminal may show things in other places."""
        self._cells.forget()
        self.call_later(self.mind_size)

    def mind_size(self) -> None:
        """Covers the screen while the terminal is too small."""
        everywhere.cover_if_too_small(self)
        self.notices.show()

    def notify(self, message: str, **how: Any) -> None:
        """Shows a short message above the key bar."""
        self.notices.add(message, **how)

    def on_field_too_long(self, event: "Field.TooLong") -> None:
        """Says that a text is too long, until it no longer is."""
        say = self.notices.withdraw if event.fits else partial(self.notify, severity="warning")
        say(event.sentence)

    def redraw(self) -> None:
        """Draws everything again, whatever the terminal shows."""
        self._cells.forget()
        self.refresh(layout=True)

    def draw_now(self, *changed: "Widget") -> None:
        """Draws these widgets of one screen at once, in one frame."""
        if changed[0].screen.is_mounted:
            textual_internals.draw_now(changed[0].screen, *changed)

    async def on_event(self, event: Event) -> None:
        """Queues keys from the terminal, and ignores clicks that were aimed at something else."""
        if isinstance(event, Key) and not event.is_forwarded:
            await self.key_queue.put(event)
        elif not self._aim.is_late(event):
            await super().on_event(event)

    def on_done(self, message: Done) -> None:
        """A key has been handled."""
        self.key_queue.done(message)

    def caught_up(self) -> None:
        """The list now shows what was requested."""
        self.kept_frame.take_over()
        self.key_queue.caught_up()

    def on_key(self, event: Key) -> None:
        """Help and messages work in dialogues too."""
        everywhere.act_in_dialogues(self, event, self.keys, self.notices.read)

    def action_help(self) -> None:
        """Shows the keys of the screen on top."""
        everywhere.show_help(self)

    def write(self, sequence: str) -> None:
        """Sends something to the terminal that is not part of the screen."""
        textual_internals.write(self, sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies `text` to the clipboard of the user's own terminal."""
        if not self._line.copy(text, self.write):
            super().copy_to_clipboard(text)

    @property
    def engine(self) -> "Engine":
        """Runs jobs and calls on the network's own thread."""
        return self._jobs.engine

    def run_job(self, job: str) -> None:
        """Starts a job and shows it."""
        self.engine.run_job(job)
        self.open("job", job=job, lead=True)

    def undo(self) -> None:
        """Undoes the practice's last change."""
        everywhere.undo(self, self.workplace)
        self._news.look()

    def action_help_quit(self) -> None:
        """Says how to quit, because people also press ctrl+c to copy."""
        everywhere.say_how_to_leave(self, self.keys)

    def leave(self) -> None:
        """Quits. Asks first while a job is running."""
        self.kept_frame.remember()
        everywhere.leave(self, job_is_running=self._jobs.are_running)

    def on_unmount(self) -> None:
        """Stops the jobs."""
        self._jobs.close()
