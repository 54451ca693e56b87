"""What all dialogues share: their own last line, and sentences with the user's own keys."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar, cast

from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.events import Resize, ScreenResume
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from ...app.key_names import keys_of, with_keys
from ...practice.trouble import Trouble
from ...widgets.answers import FIRST
from ...widgets.first_style import keep_first_style
from ...widgets.key_bar import Entry, KeyBar, key_now
from ...widgets.present_size import drop_former_size
from ..main import Main

T = TypeVar("T")
Saved = TypeVar("Saved")
HELP = "app.help"
NOT_DONE = "Cancelled. Nothing was changed."
"""Shown when Enter cancels, which happens only if the other button does something that can't be undone."""


class Dialogue(ModalScreen[T]):
    """A dialogue. Its last line shows the keys in its `BINDINGS`; those of the screen below don't work now."""

    # A field to type in, else the button that comes first by the rule for all dialogues.
    AUTO_FOCUS = f"Input, Answers .{FIRST}"

    is_saving = False
    """Whether the entry is being saved. Keys pressed meanwhile wait, because they are not for this dialogue if that works."""

    @property
    def main(self) -> Main:
        """The app, as screens see it."""
        return cast(Main, self.app)  # pyright: ignore[reportUnknownMemberType]

    def keyed(self, sentence: str) -> str:
        """`Cancel ({dialogue.no})`, with the user's own key."""
        return with_keys(sentence, self.main.keys)

    def on_mount(self) -> None:
        """Draws the last line."""
        self.mount(KeyBar())
        self.call_after_refresh(self.refresh_keys)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Ends it; while something is being saved it stays, because that may still work."""
        if self.is_saving:
            self.notify("Still saving. Wait until it is done.", markup=False, severity="warning")
            return AwaitComplete.nothing()
        return super().dismiss(result)

    def save(self, work: Callable[[], Awaitable[Saved]], done: Callable[[Saved], object]) -> None:
        """Does `work`, once at a time, then `done`. If it fails, what was entered stays and the dialogue says why."""
        if not self.is_saving:
            self.is_saving = True
            self.mistaken("")
            self.run_worker(self._saving(work, done), exit_on_error=False)

    async def _saving(self, work: Callable[[], Awaitable[Saved]], done: Callable[[Saved], object]) -> None:
        try:
            saved = await work()
        except Trouble as trouble:
            self._failed(str(trouble))
        except Exception as error:
            from ...logbook import says

            self._failed(says(error))
        else:
            self.is_saving = False
            done(saved)
        finally:
            self.is_saving = False
            self.main.caught_up()

    def _failed(self, why: str) -> None:
        self.mistaken(why)
        self.main.key_queue.leave_out()

    def mistaken(self, text: str) -> None:
        """Says what is wrong with what was entered, or no longer."""
        for mistake in self.query("#mistake").results(Static):
            mistake.update(text)
            mistake.display = bool(text)
            # On a small screen it may be below what is shown.
            self.call_after_refresh(mistake.scroll_visible, animate=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Shows an unexpected error."""
        error = cast("Worker[object]", event.worker).error  # pyright: ignore[reportUnknownMemberType]
        if event.state is WorkerState.ERROR and error is not None:
            from ...logbook import says

            self.notify(says(error), markup=False, severity="error", timeout=10)

    @on(Resize)
    def drop_former_size(self, event: Resize) -> None:
        """Ignores stale resize events."""
        drop_former_size(self, event)

    @on(ScreenResume)
    def keep_first_style(self, event: ScreenResume) -> None:
        """Restyles the dialogue only when it comes back."""
        keep_first_style(self, event)

    def on_descendant_focus(self) -> None:
        """Fewer keys work while the user types in a field."""
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """Updates the last line."""
        for bar in self.query(KeyBar):
            bar.show(list(self._footer_keys()))

    def _footer_keys(self) -> Iterator[Entry]:
        if key := key_now(keys_of("everywhere.help", self.main.keys), self.focused):
            yield Entry(key, "Help", HELP, always=True)
        out, bindings = way_out(type(self)), list(own_bindings(type(self)))
        shown = [binding for binding in bindings if binding.show]
        if not any(binding.action == out.action for binding in shown):
            shown.insert(0, out)
        for binding in shown:
            keys = self.main.keys.get(binding.id or "", binding.key)
            if key := key_now(keys, self.focused):
                yield Entry(key, binding.description, binding.action, always=binding.action == out.action)


def way_out(kind: type) -> Binding:
    """The key that leaves a dialogue. Its last line always shows that key, or another that does the same."""
    return next(binding for binding in own_bindings(kind) if binding.key.split(",")[0] == "escape")


def own_bindings(kind: type) -> Iterator[Binding]:
    """The keys that a screen's class and its base classes in this package declare."""
    for base in kind.__mro__:
        if base.__module__.startswith("clientsync_tui."):
            yield from cast("list[Binding]", base.__dict__.get("BINDINGS", ()))
