"""The filter line: the text, its completion, and how many clients match."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len, set_cell_size
from rich.highlighter import Highlighter
from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, Static

from ...app.key_names import with_keys
from ...practice.filter import FilterError, parse
from ...widgets.fields.field import Field
from .complete import Completion, complete

if TYPE_CHECKING:
    from ..main import Main

HELD_MOST = 30
"""How many earlier filters can be recalled with ↑."""
SHORT = "x"
"""The text that clears the filter, if there is no room for words."""
CLEARS = "clears"
"""Marks the words that clear the filter when clicked."""
BESIDE = 75
"""The maximum share of the line, in per cent, for the words beside the field."""


class Mistakes(Highlighter):
    """Underlines a mistake in place."""

    def highlight(self, text: Text) -> None:
        """Highlights the text, as Textual's Input expects."""
        try:
            parse(text.plain)
        except FilterError as error:
            text.stylize("underline", error.start, error.end)


class FilterInput(Field):
    """The filter's field, with the keys that only it has."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """Textual lays out the whole screen when the text's length changes, although the field's size stays the same."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("up", "former(-1)", "Earlier filters", show=False),
        Binding("down", "former(1)", "Later filters", show=False),
    ]

    class Complete(Message):
        """Tab: insert the first suggestion."""

    class Former(Message):
        """↑ or ↓: recall another earlier filter."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_complete(self) -> None:
        """Inserts the first suggestion."""
        self.post_message(self.Complete())

    def action_former(self, by: int) -> None:
        """Goes through the earlier filters."""
        self.post_message(self.Former(by))


class FilterBar(Widget, can_focus=False):
    """The filter's line and, while typing, one below it that suggests values or says what is wrong.

    The second line covers the table, because moving the table would redraw every row, which is expensive over a slow line.
    """

    DEFAULT_CSS = """
    FilterBar { height: 1; layout: vertical; color: $text-muted; text-align: right; }
    FilterBar > Horizontal { height: 1; display: none; }
    FilterBar.shown > Horizontal { display: block; }
    FilterBar FilterInput { width: 1fr; }
    FilterBar #found { width: auto; max-width: 75%; height: 1; padding: 0 1; text-align: right; text-wrap: nowrap; text-overflow: ellipsis; }
    FilterBar #offer { overlay: screen; width: 100%; height: auto; max-height: 4; padding: 0 1; display: none; background: $panel; color: $foreground; text-align: left; }
    FilterBar.typing #offer { display: block; }
    """

    class Changed(Message):
        """The text has changed, and is valid."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Cleared(Message):
        """The words that say how to clear what narrows the list were clicked."""

    def __init__(self, former: Sequence[str], glance: Callable[[], None]) -> None:
        """`glance`: called when a letter has changed the filter, before the letter is drawn."""
        super().__init__()
        self._glance = glance
        self.former = list(former)
        self._at = len(self.former)
        self._applied = ""
        self._values: Callable[[], Mapping[str, Sequence[str]]] = dict
        self._known: Mapping[str, Sequence[str]] | None = None
        self._forms: Sequence[str] = ("",)
        self._way_to_clear = ""
        self._found = Content("")
        self._field: FilterInput | None = None
        self._beside = Static(id="found", markup=False)
        self._offers = Static(id="offer", markup=False)
        self._tall = False

    def render(self) -> Content:
        """The counts, while no filter is shown."""
        return self._found + " "

    @property
    def input(self) -> FilterInput:
        """The field, created on first use with its surroundings; the first frame does without them."""
        if self._field is None:
            self._field = FilterInput(
                placeholder="words, or status: by: software: team: code: since: reason:  (- negates)",
                highlighter=Mistakes(),
                select_on_focus=False,
            )
            line = Horizontal()
            self.mount(line, self._offers)
            # Not by the line itself, because the field could not receive keys until the line is created.
            line.mount(self._field, self._beside)
        return self._field

    @property
    def has_keys(self) -> bool:
        """Whether the filter is being typed."""
        return self._field is not None and self._field.has_focus

    @property
    def text(self) -> str:
        """The active filter: the last valid text."""
        return self._applied

    def begin(self, values: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        """Starts typing. `values` is called once, when something is to be completed."""
        self._values, self._known = values, None
        self._at = len(self.former)
        self.add_class("typing")
        self._show(True)
        self.input.focus()
        self._offer()

    def set(self, text: str) -> None:
        """Sets a text, as if it had been typed."""
        self.input.value = text
        self.input.cursor_position = len(text)
        self._show(bool(text) or self.has_class("typing"))
        # A newly created field doesn't report it.
        self._take(text)

    def end(self) -> None:
        """Returns the keys; an empty filter is hidden. The text is kept for ↑."""
        self.remove_class("typing")
        self.input.value = self._applied
        self._show(bool(self._applied))

    def _show(self, shown: bool) -> None:
        self.set_class(shown, "shown")
        self._found = self._fitting()
        if shown:
            # Room for `12 of ` in front of it, or the first letter would lay out the whole screen.
            room = self._found.cell_length + len(self._found.plain.split(" ")[0]) + 6
            self._beside.styles.min_width = (
                min(room, self._room_beside + 2) if self.has_class("typing") else 0
            )
            self._beside.update(self._found)
        else:
            self.refresh()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """An invalid text stays to be corrected: shows what is wrong, with the cursor behind it."""
        try:
            parse(event.value)
        except FilterError as error:
            event.stop()
            self.input.cursor_position = error.end
            self._tell(Content.assemble((str(error), "$text-error")))

    def remember(self) -> bool:
        """Adds the active filter to the earlier ones; False if it is not new."""
        text = self._applied.strip()
        if not text or (self.former and self.former[-1] == text):
            return False
        self.former = [*(former for former in self.former if former != text), text][-HELD_MOST:]
        return True

    @property
    def typed(self) -> tuple[Widget, ...]:
        """Handles a typed letter."""
        return (self.input, self._offers, self._beside)

    @property
    def found(self) -> Widget:
        """The text for how many are shown and selected."""
        return self._beside if self.has_class("shown") else self

    def show_found(self, forms: Sequence[str], clears: str = "") -> None:
        """Shows how many are shown and selected, followed by what `clears` that when clicked; redraws only if that changed.

        `forms`: the same in fewer and fewer words. Shows the first that fits.
        """
        self._forms, self._way_to_clear = forms, clears
        found = self._fitting()
        if found != self._found:
            self._found = found
            if not self.has_class("shown"):
                self.refresh()
                return
            # While letters are typed, the room for words only grows: shrinking would lay out the screen for
            # each letter.
            more = min(found.cell_length, self._room_beside) - self._beside.content_size.width
            self._beside.update(found, layout=more > 0 or (more < 0 and not self.has_class("typing")))

    def _fitting(self) -> Content:
        """The most words that fit. The text that clears the filter is always visible. It gets shorter before the words do."""
        room = self._room_beside if self.has_class("shown") else self.size.width - 1
        clicked = Style.from_meta({CLEARS: True})
        ways = (self._way_to_clear, SHORT) if self._way_to_clear else ()
        ends = [Content.assemble(" · ", (way, clicked)) for way in ways] or [Content("")]
        for words in map(Content, self._forms):
            for end in ends:
                # Before the first layout we don't know the room.
                if words.cell_length + end.cell_length <= room or not self.size:
                    return words + end
        room -= ends[-1].cell_length + 1
        return Content(set_cell_size(self._forms[-1], max(0, room)) + "…") + ends[-1]

    @property
    def _room_beside(self) -> int:
        """How much room the words beside the field may take, so that the typed text stays visible."""
        return self.size.width * BESIDE // 100 - 2

    def on_resize(self) -> None:
        """There may be room for more words, or for fewer."""
        self.show_found(self._forms, self._way_to_clear)

    def on_click(self, event: events.Click) -> None:
        """Clicking the words that clear does so."""
        if event.style.meta.get(CLEARS):
            self.post_message(self.Cleared())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._offer()
        if self._take(event.value):
            self._glance()

    def _take(self, text: str) -> bool:
        """Whether the filter has changed."""
        try:
            parse(text)
        except FilterError:
            return False
        if text == self._applied:
            return False
        self._applied = text
        self.post_message(self.Changed(text))
        return True

    def _completions(self) -> list[Completion]:
        if self._known is None:
            self._known = self._values()
        return complete(self.input.value, self.input.cursor_position, self._known)

    def _offer(self) -> None:
        if not self.has_class("typing"):
            return
        try:
            parse(self.input.value)
        except FilterError as error:
            offered = self._completions()
            if not offered:
                self._tell(Content.assemble((str(error), "$text-error")))
                return
        else:
            offered = self._completions()
        self._tell(self._offered([offer.shown for offer in offered]))

    def _tell(self, words: Content) -> None:
        tall = words.cell_length > self.size.width - 2
        # Only a change of height needs a new layout.
        self._offers.update(words, layout=tall or self._tall)
        self._tall = tall

    def _offered(self, shown: Sequence[str]) -> Content:
        if not shown:
            return Content.assemble(
                ("enter", "bold"),
                " to the list  ",
                (with_keys("{everywhere.back}", cast("Main", self.app).keys), "bold"),  # pyright: ignore[reportUnknownMemberType]
                " clears  ",
                ("↑", "bold"),
                " earlier filters",
            )
        parts: list[tuple[str, str]] = [("tab ", "bold"), (shown[0], "reverse")]
        room = self.size.width - cell_len(shown[0]) - 8
        for text in shown[1:]:
            room -= cell_len(text) + 2
            if room < 0:
                parts.append((" …", ""))
                break
            parts.append((f"  {text}", ""))
        return Content.assemble(*parts)

    @on(FilterInput.Complete)
    def _complete(self, event: FilterInput.Complete) -> None:
        event.stop()
        if offered := self._completions():
            self.input.value = offered[0].text
            self.input.cursor_position = offered[0].cursor

    @on(FilterInput.Former)
    def _former(self, event: FilterInput.Former) -> None:
        event.stop()
        at = max(0, min(self._at + event.by, len(self.former)))
        if at != self._at:
            self._at = at
            self.set(self.former[at] if at < len(self.former) else "")
