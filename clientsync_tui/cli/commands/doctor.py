"""`doctor`: checks everything that the program depends on, and repairs it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...sync.reach.diagnosis import Finding
    from ...workplace import Workplace


@click.command(
    epilog=options.examples(
        "clientsync doctor",
        "clientsync doctor --repair",
    )
)
@click.option("--repair", is_flag=True, help="Fix what can be fixed safely. On a terminal, ask first.")
@options.json("A JSON array: name, ok, says.")
def doctor(repair: bool, as_json: bool) -> None:
    """Find what is wrong, and how to fix it.

    Checks configuration, database, ledger, backups, keyring, accounting apps, clock and terminal. Exit status: 0 if all is well, else 1.

    --repair rebuilds the client list from the ledger and a damaged file from its own ledger. If the ledger is damaged too, it restores
    the newest sound backup and keeps the damaged file. It also closes files that everyone on the host can read.
    """
    from ...practice.trouble import UsageError
    from ...sync.reach.diagnosis import Finding
    from .. import output

    try:
        with open_workplace() as workplace:
            if repair:
                _repair(workplace)
            findings = _examined(workplace)
    except UsageError as trouble:
        findings = [Finding("configuration", False, str(trouble))]
    if as_json:
        output.json_document(
            [{"name": finding.name, "ok": finding.ok, "says": finding.says} for finding in findings]
        )
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'NOT '} {finding.name}: {finding.says}")
        if not repair and any(finding.repair for finding in findings):
            output.say("Run `clientsync doctor --repair` to fix what can be fixed safely.")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


def _repair(workplace: "Workplace") -> None:
    """Makes the repairs that are confirmed, and says what was done."""
    from ...practice.trouble import Trouble
    from ...sync.doctor.database import make_repairs
    from ..output import say

    try:
        on_server = workplace.config.server is not None
        for done in make_repairs(workplace.config.database, _confirmed, on_server=on_server):
            say(f"Repaired: {done}.")
    except Trouble as trouble:
        # Still check everything else.
        say(f"Not repaired: {trouble}")


def _examined(workplace: "Workplace") -> "list[Finding]":
    """Everything that was checked."""
    import asyncio
    from contextlib import suppress

    from ...practice.trouble import KeyringTrouble
    from ...sync.doctor.checks import examine
    from ...sync.reach.diagnosis import Finding

    # The checks report what is wrong with the keyring.
    with suppress(KeyringTrouble):
        workplace.vault.unlock()
    found = examine(
        workplace.config,
        workplace.vault,
        workplace.configured,
        workplace.left_out(),
        workplace.password_for,
    )
    return [
        *asyncio.run(found),
        *(Finding("plug-ins", False, sentence) for sentence in _personalities_left_out()),
        *_keys(workplace.config.keys),
    ]


def _personalities_left_out() -> Sequence[str]:
    """The personalities that could not be loaded. Imports the sandbox only if another package adds one."""
    from importlib.metadata import entry_points

    if not entry_points(group="clientsync.personalities"):
        return ()
    from ...sandbox.registry import left_out

    return left_out()


def _confirmed(question: str) -> bool:
    from ..output import interactive

    return not interactive() or click.confirm(question, err=True)


def _keys(configured: Mapping[str, str]) -> "list[Finding]":
    """What is wrong with `[keys]`; nothing if no key is changed."""
    from ...sync.reach.diagnosis import Finding

    if not configured:
        return []
    from ...app.keymap import read

    keymap = read(configured)
    says = " ".join(keymap.mistakes) or f"{len(keymap.keys)} changed"
    return [Finding("keys", not keymap.mistakes, says)]
