"""Signing out: says first which integrations end with it."""

from typing import TYPE_CHECKING

from ...practice.people import SignIn
from ...practice.trouble import Trouble
from ...sync.plan_words import integrations
from ..base import ActionScreen
from ..dialogues.choose import Choice, Choose
from ..dialogues.confirm import Confirm

if TYPE_CHECKING:
    from ...accounting.seam.software import Software

NAMED = 50
"""How many clients are named; more are counted."""


def sign_out(screen: ActionScreen, software: "Software") -> None:
    """Asks whose sign-in, where several are held here, then whether."""
    held = screen.main.workplace.held(software.name)

    def chosen(id: str | None) -> None:
        sign_in = next((candidate for candidate in held if candidate.id == id), None)
        if sign_in is not None:
            _confirm(screen, software, sign_in)

    if len(held) == 1:
        chosen(held[0].id)
    else:
        choices = [Choice(sign_in.id, sign_in.person.email, sign_in.person.name) for sign_in in held]
        screen.main.push_screen(Choose("Sign out", choices), chosen)


def _confirm(screen: ActionScreen, software: "Software", sign_in: SignIn) -> None:
    names = screen.main.workplace.store.sign_ins.clients_of(sign_in.id)
    lines = [f"The sign-in is revoked at {software.title} and its token is deleted from the keyring."]
    if names:
        lines += [
            f"This ends {integrations(len(names))} until someone reconnects:",
            *names[:NAMED],
        ]
        if len(names) > NAMED:
            lines.append(f"… and {len(names) - NAMED:,} more.")
    else:
        lines.append("No integration depends on it.")

    def answered(yes: bool | None) -> None:
        if yes:
            screen.run_worker(_sign_out(screen, sign_in), group="sign_out", exit_on_error=False)

    question = f"Sign out {sign_in.person.email}?"
    screen.main.push_screen(
        Confirm(question, lines, yes="Sign out", no="Stay signed in", dangerous=True), answered
    )


async def _sign_out(screen: ActionScreen, sign_in: SignIn) -> None:
    try:
        await screen.ask(lambda session: session.sign_out(sign_in))
    except Trouble as trouble:
        screen.say(trouble)
    else:
        screen.notify(f"Signed out {sign_in.person.email}.", markup=False)
    screen.practice_changed()
