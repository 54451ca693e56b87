"""Signing out: first says which integrations end with it."""

from typing import TYPE_CHECKING

from ...practice.trouble import Trouble
from ...sync.plan_words import integrations
from ...sync.reach.signing_out import Leaving, ends_there, leaving
from ...sync.reach.signing_out import sign_out as end_sign_ins
from ..base import ActionScreen
from ..dialogues.choose import Choice, Choose
from ..dialogues.confirm import Confirm

if TYPE_CHECKING:
    from ...accounting.seam.software import Software

NAMED = 50
"""How many clients are named; the rest are counted."""


def sign_out(screen: ActionScreen, software: "Software") -> None:
    """Asks whose sign-in, if several people's are held here, and then whether to go ahead."""
    groups = leaving(screen.main.workplace.store, screen.main.workplace.held(software.name))

    def chosen(id: str | None) -> None:
        group = next((group for group in groups if group.person.id == id), None)
        if group is not None:
            _confirm(screen, software, group)

    if len(groups) == 1:
        chosen(groups[0].person.id)
    else:
        choices = [Choice(group.person.id, group.person.email, group.person.name) for group in groups]
        screen.main.push_screen(Choose("Sign out", choices), chosen)


def _confirm(screen: ActionScreen, software: "Software", group: Leaving) -> None:
    names = group.clients
    lines = [f"{ends_there(software, group.person)} Its token is deleted from the keyring."]
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
            screen.run_worker(_sign_out(screen, group), group="sign_out", exit_on_error=False)

    question = f"Sign out {group.person.email}?"
    screen.main.push_screen(
        Confirm(question, lines, yes="Sign out", no="Stay signed in", dangerous=True), answered
    )


async def _sign_out(screen: ActionScreen, group: Leaving) -> None:
    try:
        reasons = await screen.ask(lambda session: end_sign_ins(session, group))
    except Trouble as trouble:
        screen.say(trouble)
    else:
        done = f"{group.person.email} is signed out."
        if reasons:
            screen.say(" ".join((done, *reasons)), "warning")
        else:
            screen.notify(done, markup=False)
    screen.practice_changed()
