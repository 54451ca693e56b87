"""`doctor`: whether everything that the program stands on is sound."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...sync.reach.diagnosis import Finding


@click.command(
    epilog=options.examples(
        "clientsync doctor",
        "clientsync doctor --repair",
    )
)
@click.option(
    "--repair", is_flag=True, help="Mend what safely can be: asked for on a terminal, else done at once."
)
@options.json("A JSON array: name, ok, says.")
def doctor(repair: bool, as_json: bool) -> None:
    """Find what is wrong, and say how it is mended.

    It looks at configuration, database, ledger, backups, keyring, accounting software, clock and terminal. Exit status 0 when all
    are well, else 1. A repair derives the client list anew from the ledger, builds a damaged file anew from its own ledger or,
    where that is damaged too, puts the newest sound backup in its place (the damaged file is kept), and closes files that everybody
    can read.
    """
    import asyncio
    from contextlib import suppress

    from ...practice.trouble import KeyringTrouble, Trouble, UsageError
    from ...sync.doctor.checks import examine
    from ...sync.doctor.database import mend
    from ...sync.reach.diagnosis import Finding
    from .. import output

    try:
        with open_workplace() as workplace:
            if repair:
                try:
                    for done in mend(workplace.config.database, _agreed):
                        output.say(f"Repaired: {done}.")
                except Trouble as trouble:
                    # What is wrong otherwise is looked at all the same.
                    output.say(f"Not repaired: {trouble}")
            # What is wrong with the keyring is told below, beside everything else.
            with suppress(KeyringTrouble):
                workplace.vault.unlock()
            findings = [
                *asyncio.run(examine(workplace)),
                *(Finding("plug-ins", False, sentence) for sentence in _personalities_left_out()),
                *_keys(workplace.config.keys),
            ]
    except UsageError as trouble:
        findings = [Finding("configuration", False, str(trouble))]
    if as_json:
        output.json_document([{"name": each.name, "ok": each.ok, "says": each.says} for each in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'NOT '} {finding.name}: {finding.says}")
        if not repair and any(finding.repair for finding in findings):
            output.say("`clientsync doctor --repair` mends what safely can be.")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


def _personalities_left_out() -> Sequence[str]:
    """What the sandbox leaves out; it is imported only if another package brings something for it."""
    from importlib.metadata import entry_points

    if not entry_points(group="clientsync.personalities"):
        return ()
    from ...sandbox.registry import left_out

    return left_out()


def _agreed(question: str) -> bool:
    from ..output import interactive

    return not interactive() or click.confirm(question, err=True)


def _keys(told: Mapping[str, str]) -> "list[Finding]":
    """What is wrong with `[keys]`; nothing where none is changed."""
    from ...sync.reach.diagnosis import Finding

    if not told:
        return []
    from ...app.keymap import read

    keymap = read(told)
    says = " ".join(keymap.mistakes) or f"{len(keymap.keys)} changed"
    return [Finding("keys", not keymap.mistakes, says)]
