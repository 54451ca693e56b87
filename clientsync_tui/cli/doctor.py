"""`doctor`: whether everything that the program stands on is sound."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from . import options
from .place import place

if TYPE_CHECKING:
    from ..sync.doctor import Finding


@click.command(
    epilog=options.examples(
        "clientsync doctor",
        "clientsync doctor --json",
    )
)
@options.json("A JSON array: name, ok, says.")
def doctor(as_json: bool) -> None:
    """Find what is wrong, and say how it is mended.

    It looks at configuration, database, keyring, accounting software, clock and terminal. Exit status 0 when all are well, else 1.
    """
    import asyncio
    from contextlib import suppress
    from dataclasses import asdict

    from ..practice.trouble import KeyringTrouble, UsageError
    from ..sync.doctor import Finding, examine
    from . import talk

    try:
        with place() as workplace:
            # What is wrong with the keyring is told below, beside everything else.
            with suppress(KeyringTrouble):
                workplace.vault.unlock()
            findings = [*asyncio.run(examine(workplace)), *_keys(workplace.config.keys)]
    except UsageError as trouble:
        findings = [Finding("configuration", False, str(trouble))]
    if as_json:
        talk.document([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'NOT '} {finding.name}: {finding.says}")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


def _keys(told: Mapping[str, str]) -> "list[Finding]":
    """What is wrong with `[keys]`; nothing where none is changed."""
    from ..sync.doctor import Finding

    if not told:
        return []
    from ..keymap import read

    keymap = read(told)
    says = " ".join(keymap.mistakes) or f"{len(keymap.keys)} changed"
    return [Finding("keys", not keymap.mistakes, says)]
