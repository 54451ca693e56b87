"""The last frame of the client list: taken over at the start, and saved for the next one. See `terminal/last_frame.py`."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..practice.status import expiring_from
from ..practice.trouble import Trouble
from ..terminal import last_frame, textual_internals
from ..widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.app import App

    from ..screens.clients.clients import ClientsScreen
    from ..store.store import Store
    from ..terminal.changed_cells import ChangedCells
    from ..workplace import Workplace

PATIENCE_S = 3.0
"""How long the old frame stays up at most, even if the list has not been read by then."""


class Start(NamedTuple):
    """What is known about the terminal when the app starts. `light`: whether its background is light; None: it did not say.

    `typed`: what was typed meanwhile. `frame`: the last frame, if this start may show and save one.
    """

    light: bool | None = None
    typed: bytes = b""
    frame: last_frame.Shown | None = None


class KeptFrame:
    """Leaves the terminal as it is until the list is ready. At the end, saves what it shows."""

    def __init__(
        self, app: "App[Any]", workplace: "Workplace", cells: "ChangedCells", shown: last_frame.Shown | None
    ) -> None:
        """`shown`: the last frame, if this start may have shown one."""
        self._app = app
        self._workplace = workplace
        self._cells = cells
        self._shown = shown
        self._frame: last_frame.LastFrame | None = None
        if shown is not None and shown.is_up:
            cells.hold()
            app.driver_class = textual_internals.without_entering(app.driver_class)

    def start(self) -> None:
        """Takes over after a while in any case."""
        if self._cells.is_held:
            self._app.set_timer(PATIENCE_S, self.take_over)

    def take_over(self) -> None:
        """Replaces the old frame with the app."""
        if self._cells.is_held and self._shown is not None:
            self._shown.taken_over()
            textual_internals.write(self._app, last_frame.REVEAL + self._cells.release())

    def remember(self) -> None:
        """Remembers what the terminal shows, if the next start will begin with that."""
        from ..screens.clients.clients import ClientsScreen

        self._frame = None
        screen, text = self._app.screen, self._cells.whole(self._app.size)
        if (
            self._shown is None
            or not self._workplace.config.screen.last_frame
            or text is None
            or not isinstance(screen, ClientsScreen)
            or not _is_as_at_start(screen, restores=self._workplace.config.screen.restore)
        ):
            return
        store, config = self._workplace.store, self._workplace.config.path
        with suppress(Trouble), store.unchanged_since(screen.read_at) as unchanged:
            if unchanged:
                files = {
                    str(path): last_frame.state_of(path)
                    for path in (store.path, store.path.with_name(f"{store.path.name}-wal"))
                }
                size = (self._app.size.width, self._app.size.height)
                self._frame = last_frame.LastFrame(
                    last_frame.about(config), size, files, _true_until(store), text
                )

    def save(self) -> None:
        """Saves the remembered frame for the next start, once the app has ended."""
        if self._frame is None:
            return
        workplace = self._workplace
        also: tuple[Path, ...] = (workplace.config.path, workplace.preferences.path)
        files = {**self._frame.files, **{str(path): last_frame.state_of(path) for path in also}}
        last_frame.save(last_frame.path_for(workplace.config.path), self._frame._replace(files=files))


def _is_as_at_start(screen: "ClientsScreen", *, restores: bool) -> bool:
    """Whether the next start will show the list as it is now. `restores`: it starts with the last tab, filter and client."""
    table = screen.table
    if (
        table.selection.total
        or not table.has_focus
        or screen.cause
        or screen.only is not None
        or table.scroll_offset.y
        or screen.query_one(TopBar).says_who_is_here
    ):
        return False
    at_top = not table.row_count or table.cursor_id == screen.order()[0]
    return restores or (at_top and not screen.tabs.chosen and not screen.filter_bar.text)


def _true_until(store: "Store") -> float:
    """When the list will next change by itself: at midnight, when a sign-in comes a day closer to its end, or when a claim
    expires.
    """
    now = datetime.now(UTC)
    tomorrow = now.astimezone().date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time_of_day.min).astimezone()
    ends = [
        (sign_in.ends_at, expiring_from(sign_in.ends_at, sign_in.used_at))
        for sign_in in store.sign_ins.known()
        if sign_in.ends_at is not None
    ]
    closer = [now + (moment - now) % timedelta(days=1) for pair in ends for moment in pair]
    claim_ends = store.claims.next_end(now)
    return min(midnight, *closer, *([claim_ends] if claim_ends else []), midnight).timestamp()
