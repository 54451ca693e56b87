"""Signing in to an accounting app: the whole link, how to use it over SSH, a field for the pasted address, and the result."""

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from ...app.actions import SIGN_IN, Action
from ...practice.people import SignIn
from ...practice.trouble import Trouble
from ...signin.browser import open_link, opens_by_itself
from ...terminal.screen_alone import wait_for_enter
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.fields.field import MOST, Field
from ..base import ActionScreen, KeyBar, TopBar
from .sign_in_words import PLACES, plain, shown, waiting_for

if TYPE_CHECKING:
    import asyncio

    from ...accounting.seam.software import Software
    from ...signin.attempt import Attempt
    from ...signin.device_attempt import DeviceAttempt
    from ...sync.jobs.session import Session

PATIENCE_S = 600
"""How long an attempt waits for the user."""


class PastedAddress(Field):
    """The field for the pasted address. An address broken over several lines is accepted."""

    def on_paste(self, event: events.Paste) -> None:
        """Leaves it to the screen, because an input on its own would keep only the first line."""
        event.prevent_default()


class SignInScreen(ActionScreen):
    """Dismissed with the `SignIn` that was made, or None."""

    # While it waits nothing has the focus, so that Enter can't cancel.
    AUTO_FOCUS = ""
    place: ClassVar[str] = SIGN_IN
    without: ClassVar[frozenset[str]] = frozenset({"copy"})  # `y` copies the link here
    BINDINGS: ClassVar[list[BindingType]] = [
        own_key("table.up", "scroll_links(-1)", "Scroll the links up", show=False),
        own_key("table.down", "scroll_links(1)", "Scroll the links down", show=False),
        Binding("left", "app.focus_previous", "Previous button", show=False),
        Binding("right", "app.focus_next", "Next button", show=False),
    ]

    class Begun(Message):
        """The link is ready."""

        def __init__(self, attempt: "Attempt | DeviceAttempt") -> None:
            super().__init__()
            self.attempt = attempt

    class Remark(Message):
        """Something the user should know that doesn't end the attempt."""

        def __init__(self, says: str) -> None:
            super().__init__()
            self.says = says

    def __init__(self, software: str, why: str | None = None) -> None:
        """`why`: why signing in is necessary, as a sentence."""
        super().__init__()
        self._about = software
        self._why = why
        self._attempt: Attempt | DeviceAttempt | None = None
        self._with_code = False
        self._browser: asyncio.Task[None] | None = None
        self._ends_at = 0.0
        self._under_way = False

    def compose(self) -> ComposeResult:
        """The links above scroll; the fields and buttons below stay."""
        yield TopBar(f"Sign in to {self.software.title}")
        with VerticalScroll(id="links", can_focus=False):
            yield Static("", id="why", classes="warning", markup=False)
            yield Static("", id="lead", markup=False)
            yield Static("", id="link", markup=False)
            yield Static("", id="shorter", markup=False)
            yield Static("", id="short_link", markup=False)
            yield Static("", id="over_ssh", markup=False)
            yield Static("", id="ssh_line", markup=False)
            yield Static("", id="keyring", markup=False)
        with Vertical(id="below"):
            yield Static("", id="mistake", classes="error", markup=False)
            yield Static("", id="status", markup=False)
            yield PastedAddress(placeholder="Paste the address your browser ends up on", id="pasted")
            yield Answers(
                Button("Copy the link", id="copy_link"),
                Button("Try again", id="try_again", variant="primary"),
                Button("Use a short code", id="use_code"),
                *self.more_buttons(),
                Button("Show link as plain text", id="print_link"),
                leave=Button("Cancel", id="cancel"),
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Starts at once."""
        self.show_reasons()
        self.set_interval(1, self._tick)
        self.begin()

    @property
    def software(self) -> "Software":
        """The accounting app to sign in to."""
        return self.main.workplace.software(self._about)

    @property
    def link(self) -> str:
        """The link to sign in with; empty until it is ready."""
        return self._attempt.link if self._attempt else ""

    # What a run of several sign-ins overrides

    def reasons(self) -> Sequence[str]:
        """Why signing in is necessary, in sentences."""
        return (self._why,) if self._why else ()

    def more_buttons(self) -> Iterable[Button]:
        """Further buttons."""
        return ()

    def arrived(self, sign_in: SignIn) -> None:
        """Someone signed in."""
        self.dismiss(sign_in)

    def leave(self) -> None:
        """The user leaves without signing in."""
        self.dismiss(None)

    # The attempt

    def begin(self) -> None:
        """Starts an attempt."""
        self._under_way = True
        self._attempt = None
        self._show_stage(failed=False)
        self._say("Checking the keyring…")
        self.run_worker(self._sign_in, exclusive=True, exit_on_error=False)

    async def _sign_in(self) -> None:
        def say(message: str) -> None:
            self.post_message(self.Remark(message))

        async def attempt(session: "Session") -> SignIn:
            begin = session.begin_with_code if self._with_code else session.begin
            async with begin(self._about) as attempt:
                attempt.say = say
                self.post_message(self.Begun(attempt))
                return session.keep(await attempt.wait(PATIENCE_S))

        try:
            signed_in = await self.ask(attempt)
        except Trouble as trouble:
            self.pause(str(trouble), "error")
        else:
            self._under_way = False
            # Not within this worker, because the next step may start another worker, which ends this one.
            self.call_later(self.arrived, signed_in)

    def on_sign_in_screen_remark(self, event: Remark) -> None:
        """Shows it here, or on whichever screen the user is."""
        self.say(event.says, "warning")

    def on_sign_in_screen_begun(self, event: Begun) -> None:
        """Shows the link, then opens the browser if there is one."""
        if not self._under_way:
            # The attempt ended before this message arrived.
            return
        self._attempt = attempt = event.attempt
        patience_s = min(PATIENCE_S, attempt.lives_s) if attempt.way == "code" else PATIENCE_S
        self._ends_at = time.monotonic() + patience_s
        words = shown(attempt, self.software.title, opens_browser=opens_by_itself(self._browser_command))
        for place in PLACES:
            self._set(place, words.get(place, ""))
        # The terminal's own link (OSC 8) stays intact however the lines wrap.
        self.query_one("#link", Static).update(
            Text(words["link"], style=f"link {words['link']}", overflow="fold")
        )
        self._set("keyring", f"The sign-in will be saved in: {self.main.workplace.vault.name}.")
        self.show_reasons()
        self._show_stage(failed=False)
        self._tick()
        self.refresh_keys()
        self._open(attempt.link)

    @property
    def _browser_command(self) -> str | None:
        return self.main.workplace.config.sign_in.browser or None

    def _open(self, link: str) -> None:
        self._browser = open_link(link, self._browser_command, lambda message: self.say(message, "warning"))

    def pause(self, text: str, style: str = "") -> None:
        """No attempt runs until the user starts another."""
        self._under_way = False
        self._attempt = None
        self._show_stage(failed=True)
        self._say(text, style)
        self.refresh_keys()

    # What is shown

    def show_reasons(self) -> None:
        """Shows the reasons, what to know before the browser opens, and why the loopback can't listen."""
        trouble = self._attempt.trouble if self._attempt and self._attempt.way == "browser" else None
        notes = (*self.reasons(), self.software.before_sign_in, trouble)
        lines = [line for line in notes if line]
        self._set("why", "\n".join(lines))
        self.query_one("#why").display = bool(lines)

    def _set(self, id: str, text: str) -> None:
        self.query_one(f"#{id}", Static).update(text)

    def _say(self, text: str, style: str = "") -> None:
        status = self.query_one("#status", Static)
        status.set_classes(style)
        status.update(text)

    def _mistaken(self, text: str) -> None:
        self._set("mistake", text)
        self.query_one("#mistake").display = bool(text)

    def _show_stage(self, *, failed: bool) -> None:
        ready = self._attempt is not None
        self._mistaken("")
        for id in (*PLACES, "keyring", "copy_link", "print_link"):
            self.query_one(f"#{id}").display = ready
        self.query_one("#pasted").display = self._attempt is not None and self._attempt.way == "browser"
        use_code = self.query_one("#use_code", Button)
        use_code.display = self.software.grant.device is not None and (ready or failed)
        use_code.label = "Use the browser" if self._with_code else "Use a short code"
        self.query_one("#try_again").display = failed
        if ready or failed:
            self.query_one(Answers).focus_first()
        else:
            # Pressing Enter once too often must not cancel the question.
            self.set_focus(None)

    def _tick(self) -> None:
        if self._attempt is None:
            return
        left = max(0, round(self._ends_at - time.monotonic()))
        self._say(waiting_for(self._attempt, left))

    # What the user does

    def unavailable(self, action: Action) -> str | None:
        """Without a link, the only option is another attempt."""
        if action.name == "try_again":
            return "You are already signing in." if self._under_way else None
        if action.name == "use_code" and self.software.grant.device is None:
            return f"{self.software.title} has no sign-in with a short code."
        if action.name == "use_code":
            return None
        if action.place == SIGN_IN and self._attempt is None:
            return "There is no link yet."
        if action.name == "paste" and self._with_code:
            return "There is nothing to paste. Enter the code in a browser."
        if action.name == "open_link" and not opens_by_itself(self._browser_command):
            return "There is no browser on this machine. Open the link on the machine you sit at."
        return super().unavailable(action)

    def action_scroll_links(self, by: int) -> None:
        """Scrolls the links, which don't fit on a small screen."""
        self.query_one("#links").scroll_relative(y=by, animate=False)

    def do_copy_link(self) -> None:
        """Copies the link to the clipboard of the user's own terminal (OSC 52)."""
        self.main.copy_to_clipboard(self.link)
        plain = self.keyed("If it did not arrive, press {sign_in.print_link} to show the link as plain text.")
        self.notify(f"Copied to your terminal's clipboard. {plain}", markup=False)

    def do_print_link(self) -> None:
        """Leaves the full screen while the user needs the link as plain text."""
        assert self._attempt is not None
        try:
            with self.main.suspend():
                # Clears everything below, because a terminal without an alternate screen still shows the
                # program's last picture.
                print(f"\x1b[J\n{plain(self._attempt)}")
                wait_for_enter("Press Enter to go back. ")
        except SuspendNotSupported:
            self.say(
                self.keyed(
                    "This terminal can't show plain text. Press {sign_in.copy_link} to copy the link."
                ),
                "warning",
            )
        except EOFError:
            pass

    def do_open_link(self) -> None:
        """Opens the browser again."""
        self._open(self.link)

    def do_paste(self) -> None:
        """Moves to the field."""
        self.query_one("#pasted").focus()

    def do_try_again(self) -> None:
        """Begins a new attempt."""
        self.begin()

    def do_use_code(self) -> None:
        """Starts again the other way."""
        self._with_code = not self._with_code
        self.begin()

    def do_back(self) -> None:
        """From the field to the buttons; from there, closes the screen."""
        if self.focused is self.query_one("#pasted"):
            self.query_one("#copy_link").focus()
        else:
            self.leave()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The buttons do what their keys do."""
        if event.button.id == "cancel":
            self.leave()
        elif event.button.id:
            self.call_later(self.action_act, event.button.id)

    def on_paste(self, event: events.Paste) -> None:
        """Accepts an address that is pasted anywhere on the screen."""
        if self._attempt is not None and self._attempt.way == "browser":
            # A text too long for the field can't be an address. `_take` reports that.
            self.query_one("#pasted", Input).value = event.text.strip() if len(event.text) <= MOST else ""
            self._take(event.text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Accepts what was pasted or typed into the field."""
        self._take(event.value)

    def _take(self, text: str) -> None:
        if (attempt := self._attempt) is not None and attempt.way == "browser":
            self.run_worker(self._paste(attempt, text), group="paste", exit_on_error=False)

    async def _paste(self, attempt: "Attempt", text: str) -> None:
        async def paste(_: "Session") -> None:
            attempt.paste(text)

        try:
            await self.ask(paste)
        except Trouble as trouble:
            self._mistaken(str(trouble))
            # The pasted text stays, so that the user can correct it.
            self.query_one("#pasted", Input).focus()

    def on_unmount(self) -> None:
        """How the browser command ends no longer matters."""
        if self._browser is not None:
            self._browser.cancel()
