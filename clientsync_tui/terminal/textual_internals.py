"""Every private member of Textual and textual-serve that the program uses. No other module may touch them (a test checks).

Checked with Textual 8.2.8 and textual-serve 1.1.3. Each function says why it needs a member, and looks for it before it uses it.
If a member is missing, the function leaves Textual as it is and the program works as any Textual app does: it draws more than it has
to, shows Textual's own error page, and so on.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from .pasted import Pasted

if TYPE_CHECKING:
    from textual.events import Key

    from .changed_cells import ChangedCells, Piece


def _takes(function: object, *parameters: str) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and set(parameters) <= set(code.co_varnames[: code.co_argcount])


# Drawing


def send_only_changes(app: Any, cells: "ChangedCells") -> bool:
    """Makes the app send only the cells that differ from what the terminal shows.

    Why: Textual sends each region that was drawn again, whole. Over SSH that is most of what a key costs.
    Uses `App._display` and the update classes of `textual._compositor`. Without them, Textual sends its regions.
    """
    try:
        from rich.console import COLOR_SYSTEMS
        from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate

        display = app._display
    except (ImportError, AttributeError):
        return False
    if not (
        _takes(LayoutUpdate.__init__, "strips", "region")
        and _takes(ChopsUpdate.__init__, "chops", "spans", "chop_ends")
        and _takes(display, "screen", "renderable")
    ):
        return False
    truecolor = COLOR_SYSTEMS["truecolor"]

    class Changes(CompositorUpdate):
        """Takes the place of Textual's update, and finds the changes only if it is really written."""

        def __init__(self, pieces: Iterator["Piece"]) -> None:
            self._pieces = pieces

        def render_segments(self, console: Any) -> str:
            colours = COLOR_SYSTEMS.get(console.color_system or "", truecolor)
            return cells.draw(self._pieces, app.size, colours)

    def display_changes(screen: Any, renderable: Any) -> None:
        if isinstance(renderable, LayoutUpdate):
            renderable = Changes(_whole_lines(renderable))
        elif isinstance(renderable, ChopsUpdate):
            renderable = Changes(_parts_of_lines(renderable))
        display(screen, renderable)

    app._display = display_changes
    return True


def _whole_lines(update: Any) -> Iterator["Piece"]:
    from textual.strip import Strip

    for y, strips in enumerate(update.strips, update.region.y):
        yield y, update.region.x, Strip.join(strips)


def _parts_of_lines(update: Any) -> Iterator["Piece"]:
    for y, start, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < end and stop > start:
                yield y, x, strip if stop <= end else strip.crop(0, end - x)


def draw_now(screen: Any, *changed: Any) -> bool:
    """Draws these widgets in one frame, now.

    Why: otherwise each notifies the screen separately, and the screen waits for the next sixtieth of a second, often twice.
    Uses `Screen._dirty_widgets` and `Screen._on_timer_update`. Without them, the widgets are drawn when Textual does it.
    """
    dirty, update = getattr(screen, "_dirty_widgets", None), getattr(screen, "_on_timer_update", None)
    if not isinstance(dirty, set) or update is None:
        return False
    dirty.update(changed)  # pyright: ignore[reportUnknownMemberType]
    update()
    return True


def drawn_below_dialogues(screen: Any) -> Any:
    """Returns the screen, changed so that it draws its changes even while dialogues are open over it.

    Why: Textual tells only the top dialogue, so a dialogue between the two keeps showing an old picture of this screen. And
    it then draws nothing else that changed on the top dialogue or here in the same frame.
    Uses `Screen._compositor_refresh`, `_compositor` and its `_dirty_regions`, `_dirty_widgets`, `_repaint_required` and
    `App._background_screens`. Without them, Textual draws it its own way.
    """
    names = ("_compositor", "_compositor_refresh", "_dirty_widgets", "_repaint_required")
    if not all(hasattr(screen, name) for name in names):
        return screen
    refresh = screen._compositor_refresh

    def refresh_above() -> None:
        below = getattr(screen.app, "_background_screens", ())
        regions: set[Any] = getattr(screen._compositor, "_dirty_regions", set())
        if screen not in below or not regions:
            refresh()
            return
        top = screen.app.screen
        for above in (*below[below.index(screen) + 1 :], top):
            whole = above._repaint_required
            above.refresh(*regions)
            # Textual takes a required repaint for the whole screen and drops the widgets that changed.
            above._repaint_required = whole
        top._dirty_widgets.add(top)
        regions.clear()
        screen._dirty_widgets.clear()

    if refresh.__name__ != refresh_above.__name__:
        screen._compositor_refresh = refresh_above
    return screen


# The terminal


def write(app: Any, sequence: str) -> bool:
    """Writes to the terminal something that is not part of the screen: a notification, or the clipboard.

    Why: Textual has no public way to send other sequences. Uses `App._driver` and its `write`. Without them, nothing is sent.
    """
    send = getattr(getattr(app, "_driver", None), "write", None)
    if send is not None and sequence:
        send(sequence)
    return send is not None


def without_entering(driver: type[Any]) -> type[Any]:
    """A driver that does not enter the alternate screen at its first start, because the program is there already.

    Why: many terminals clear it when it is entered again, and the last frame would flicker. Uses the driver's `write`.
    """

    class Staying(driver):
        is_there = True

        def write(self, data: str) -> None:
            if data == "\x1b[?1049h" and self.is_there:
                self.is_there = False
            else:
                super().write(data)  # pyright: ignore[reportUnknownMemberType]

    return Staying


def stop_writing(app: Any) -> bool:
    """Writes nothing more to a terminal that is gone.

    Why: the thread that writes has ended with the terminal, and Textual would wait for it forever once its queue is full.
    Uses `App._driver`, its `write` and its `_writer_thread`. Without them, the kernel ends the program when it writes.
    """
    driver: Any = getattr(app, "_driver", None)
    if not hasattr(driver, "write") or not hasattr(driver, "_writer_thread"):
        return False
    driver.write = _ignore
    driver._writer_thread = None
    return True


def _ignore(data: str) -> None:
    """Takes the place of the driver's `write`."""


def keys_in(typed: bytes) -> "list[Key]":
    """The keys in what was typed before the app could read it.

    Why: the answer of the terminal about its background is read first, with whatever comes before and after it.
    Uses `textual._xterm_parser.XTermParser`. Without it, these few keys are lost.
    """
    if not typed:
        return []
    with suppress(ImportError, AttributeError):
        from textual._xterm_parser import XTermParser  # pyright: ignore[reportPrivateImportUsage]
        from textual.events import Key

        return [
            event for event in XTermParser().feed(typed.decode(errors="ignore")) if isinstance(event, Key)
        ]
    return []


def keep_pastes_whole() -> bool:
    """Takes the escape characters out of pasted text before Textual looks for keys in it.

    Why: copied coloured output or a web page can hold them, and Textual takes what follows one as keys, which may save or quit.
    Uses `textual._xterm_parser.XTermParser` and its `feed`. Without them, pasted text is read as Textual does.
    """
    try:
        from textual._xterm_parser import XTermParser  # pyright: ignore[reportPrivateImportUsage]

        feed = XTermParser.feed
    except (ImportError, AttributeError):
        return False
    if not _takes(feed, "data"):
        return False
    pasted = WeakKeyDictionary[Any, Pasted]()

    def feed_without_escapes(self: Any, data: str) -> Any:
        left = pasted.setdefault(self, Pasted()).without_escapes(data)
        # To Textual, nothing is the end of the line.
        return feed(self, left) if left or not data else ()

    if feed.__name__ != feed_without_escapes.__name__:
        XTermParser.feed = feed_without_escapes
    return True


def remember_copied(app: Any, text: str) -> bool:
    """Lets fields paste what was copied, without sending it to the terminal as Textual does.

    Why: inside tmux and screen the text has to be sent in another way (`terminal.clipboard`), and only once.
    Uses `App._clipboard`. Without it, the caller copies as Textual does.
    """
    if not hasattr(app, "_clipboard"):
        return False
    app._clipboard = text
    return True


# Errors


def on_unexpected(
    app: Any, is_harmless: Callable[[Exception], bool], sentence: Callable[[Exception], str]
) -> bool:
    """Ends the app with one sentence about the first unexpected error, and not with a page of source and local values.

    Why: local values hold tokens and clients' names. Errors that are harmless are passed over.
    Uses `App._handle_exception` and `App._fatal_error`. Without them, Textual shows its page.
    """
    if not (_takes(getattr(app, "_handle_exception", None), "error") and hasattr(app, "_fatal_error")):
        return False
    from rich.text import Text

    handle, fatal = app._handle_exception, app._fatal_error
    first: list[Exception] = []

    def handle_unexpected(error: Exception) -> None:
        if not is_harmless(error):
            first.append(error)
            handle(error)

    def say() -> None:
        if app.is_headless or not first:
            fatal()
        else:
            app.panic(Text(sentence(first[0]), end=""))

    app._handle_exception = handle_unexpected
    app._fatal_error = say
    return True


# The page of textual-serve


def can_be_guarded(server: type[Any]) -> bool:
    """Whether the program can put its own check in front of textual-serve.

    There is no fallback: a server that lets everyone in is worse than none.
    """
    return hasattr(server, "_make_app")


async def unguarded_app(server: Any) -> Any:
    """Textual-serve's own web application, which lets everyone in.

    Why: the program puts its own check in front of it. Uses `Server._make_app`; `can_be_guarded` says whether it is there.
    """
    return await server._make_app()


TAKES_KEYS = """<script>
function takeKeys() {
  const closed = document.body.classList.contains("-closed");
  document.querySelector(closed ? ".closed-dialog button" : ".xterm-helper-textarea")?.focus({preventScroll: true});
}
new MutationObserver(takeKeys).observe(document.body, {attributes: true, attributeFilter: ["class"]});
addEventListener("focus", takeKeys);
takeKeys();
</script>
"""


def page_that_takes_keys(page: str) -> str:
    """Textual-serve's page, with the keys from the start.

    Why: the page takes keys only after a click. Uses the page's classes: its body has `-closed` when the app has ended.
    Without them, the script does nothing and a click is needed.
    """
    return page.replace("</body>", f"{TAKES_KEYS}</body>")


def send_mouse(app: Any, *, on: bool) -> bool:
    """Turns the mouse reports of the terminal on or off.

    Why: Textual decides once, when it starts, and the setting can be changed while the program runs.
    Uses `App._driver`, its `_mouse`, `_enable_mouse_support` and `_disable_mouse_support`. Without them, it counts from the next start.
    """
    driver: Any = getattr(app, "_driver", None)
    names = ("_mouse", "_enable_mouse_support", "_disable_mouse_support")
    if not all(hasattr(driver, name) for name in names):
        return False
    if on:
        driver._mouse = True
        driver._enable_mouse_support()
    else:
        driver._disable_mouse_support()
        driver._mouse = False
    return True
