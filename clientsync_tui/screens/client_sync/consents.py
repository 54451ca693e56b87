"""Takes the user from one consent to the next, if each organisation needs its own: whom to choose, what came, and how many
are left.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.content import Content

from ...app.actions import CONSENTS, Action, named
from ...practice.people import SignIn
from ...store.jobs import ItemState
from ...sync.locale_words import counted
from ...sync.reach.consents import Arrived, Consents, Expected, what_came, what_to_choose
from ...widgets.button import Button
from ..base import TopBar
from ..main import Asker
from .sign_in import SignInScreen

SHOWN_LAST = 3
LOW = 30
"""A lower screen shows only the last consent, so that the links stay visible."""


class ConsentsScreen(SignInScreen):
    """Dismissed with the last requested consent, or None. Users can stop and continue another day, because the consents so
    far are saved.
    """

    extra: ClassVar[Sequence[Action]] = named(CONSENTS, "skip_consent")

    def __init__(self, software: str, run: Consents, came: Callable[[], None] | None = None) -> None:
        """`came`: called after each consent that can be used."""
        super().__init__(software)
        self._run = run
        self._came = came
        self._arrivals: list[str] = []

    def reasons(self) -> Sequence[str]:
        """Which organisation to choose, and what came last."""
        shown = 1 if self.size.height < LOW else SHOWN_LAST
        return (what_to_choose(self.software, self._run), *self._arrivals[-shown:])

    def on_resize(self) -> None:
        """A taller screen shows more of what came."""
        if self.link:
            self.show_reasons()

    def arrived(self, sign_in: SignIn) -> None:
        """Moves on to the next one."""
        arrived = self._run.arrived(sign_in)
        self._arrivals.append(what_came(self.software, arrived, sign_in))
        if arrived in (Arrived.NEXT, Arrived.ANOTHER) and self._came is not None:
            self._came()
        if arrived is Arrived.AGAIN:
            # If the browser picks an organisation by itself, the next attempt would get the same one again.
            self.pause(self._arrivals[-1])
        elif self._run.goes_on:
            self._show_run()
            self.begin()
        else:
            self.leave()

    def leave(self) -> None:
        """Stops here. The rest can be continued later."""
        self.dismiss(self._run.done[-1] if self._run.done else None)

    def more_buttons(self) -> Iterable[Button]:
        """Continues with the consents so far; shown once there is one."""
        button = Button("Continue", id="finish")
        button.display = False
        yield button

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Continue leaves with the consents so far, Cancel without."""
        if event.button.id == "finish":
            event.prevent_default()
            self.leave()
        elif event.button.id == "cancel":
            event.prevent_default()
            self.dismiss(None)

    def unavailable(self, action: Action) -> str | None:
        """Skipping is possible only if there is another one to ask for."""
        if action.name == "skip_consent":
            return None if self._run.left > 1 else "There is no other consent to ask for."
        return super().unavailable(action)

    def do_skip_consent(self) -> None:
        """Asks for the next one first. The same link works for any."""
        self._run.skip()
        self.show_reasons()

    def on_mount(self) -> None:
        """Starts at once."""
        self.query_one("#why").remove_class("warning")
        self._show_run()

    def _show_run(self) -> None:
        one, several = self.software.organisation_words
        done, left = len(self._run.done), self._run.left
        right = f"{done:,} done, {left:,} left" if left else counted(done, one, several)
        self.query_one(TopBar).show(f"Consents · {self.software.title}", right)
        finish = self.query_one("#finish", Button)
        finish.label = Content(f"Continue with {done:,} {one if done == 1 else several}")
        finish.display = done > 0
        finish.refresh(layout=True)


def consents_of(screen: Asker, job: str, software: str) -> ConsentsScreen:
    """The consents that a job needs in one app. After each one, the job does what has become possible."""
    main = screen.main
    store = main.workplace.store
    items = store.jobs.items(job, ItemState.WAITING, software=software)
    held = (sign_in.id for sign_in in store.sign_ins.held(main.workplace.holder, software, working=True))

    return ConsentsScreen(software, Consents(map(Expected.of, items), held), lambda: main.engine.run_job(job))


def consents_for_new(screen: Asker, software: str) -> ConsentsScreen:
    """Consents for adding clients: every organisation is welcome."""
    workplace = screen.main.workplace
    held = (sign_in.id for sign_in in workplace.store.sign_ins.held(workplace.holder, software, working=True))
    return ConsentsScreen(software, Consents((), held, welcome=True))
