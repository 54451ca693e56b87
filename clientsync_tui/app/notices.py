"""Short messages. The newest is shown above the key bar, and all messages of this run can be read again."""

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .key_names import with_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App
    from textual.screen import Screen
    from textual.signal import Signal
    from textual.timer import Timer

REMEMBERED = 200
"""How many messages can be read again."""
SHORTEST_S, LETTERS_A_SECOND = 5, 15


class Notice(NamedTuple):
    """A message. `severity`: information, warning or error."""

    at: datetime
    title: str
    message: str
    severity: str

    @property
    def text(self) -> str:
        """The message, with its subject in front."""
        return f"{self.title} · {self.message}" if self.title else self.message


class Notices:
    """Shows the newest message until its time is over. An error stays until the user opens the log or leaves its screen."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app
        self._newest: Notice | None = None
        self._unread: Notice | None = None
        self._unread_on: Screen[Any] | None = None
        self._timer: Timer | None = None
        self._own_keys: Mapping[str, str] = {}
        self.log: deque[Notice] = deque(maxlen=REMEMBERED)
        """The messages so far, newest last."""

    def start(self, own_keys: "Mapping[str, str]") -> None:
        """Starts following the user from screen to screen. `own_keys`: the user's own keys, by id."""
        self._own_keys = own_keys
        changes = cast("Signal[Screen[Any]]", self._app.screen_change_signal)  # pyright: ignore[reportUnknownMemberType]
        changes.subscribe(self._app, self._screen_changed)

    def add(
        self,
        message: str,
        *,
        title: str = "",
        severity: str = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Shows a message for `timeout` seconds, or as long as it takes to read. It is never treated as `markup`."""
        notice = Notice(datetime.now(UTC), title, message, severity)
        self.log.append(notice)
        if self._timer is not None:
            self._timer.stop()
        self._newest = notice
        if severity == "error":
            self._unread, self._unread_on = notice, self._app.screen
        seconds = timeout or max(SHORTEST_S, len(notice.text) / LETTERS_A_SECOND)
        self._timer = None
        self._app.call_later(self.show)
        # Its time starts once it is visible, which on a busy machine may be later.
        self._app.call_after_refresh(self._start_time, notice, seconds)

    def withdraw(self, message: str) -> None:
        """Stops showing this message, because it is no longer true."""
        if self._newest is not None and self._newest.message == message:
            self._newest = None
            self.show()

    def read(self) -> None:
        """Opens the log, newest first, and marks its errors as read."""
        from ..screens.dialogues.ask import Lines
        from ..sync.locale_words import here

        self._newest = self._unread = None
        self.show()
        lines = [f"{here(notice.at):%H:%M}  {notice.text}" for notice in reversed(self.log)]
        self._app.push_screen(Lines("Messages", lines or ["There are no messages yet."]))

    def show(self) -> None:
        """Shows the message on the top screen, and on no other."""
        from ..screens.base import ActionScreen
        from ..screens.dialogues.dialogue import Dialogue
        from ..widgets.notice_line import NoticeLine

        notice = self._newest or self._unread
        with_key_bar = [
            screen for screen in self._app.screen_stack if isinstance(screen, (ActionScreen, Dialogue))
        ]
        for screen in with_key_bar:
            line = next(iter(screen.query(NoticeLine)), None)
            if notice is None or screen is not with_key_bar[-1]:
                if line is not None:
                    line.display = False
                continue
            if line is None:
                line = NoticeLine()
                screen.mount(line)
            hint = with_keys("{everywhere.messages} Messages", self._own_keys)
            line.show(notice.text, notice.severity, hint, self._app.size)

    def _start_time(self, notice: Notice, seconds: float) -> None:
        if notice is self._newest:
            self._timer = self._app.set_timer(seconds, self._time_is_over)

    def _time_is_over(self) -> None:
        self._newest = self._timer = None
        self.show()

    def _screen_changed(self, _: "Screen[Any]") -> None:
        if self._unread_on not in self._app.screen_stack:
            if self._newest is self._unread:
                self._newest = None
            self._unread = None
        self._app.call_later(self.show)
