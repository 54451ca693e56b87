"""Hosts that share a practice on PostgreSQL, each with its own configuration, data folder and keyring."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit

from clientsync_tui.config.reading import load
from clientsync_tui.workplace import Workplace
from tests.support.command import Command, Said
from tests.support.postgres import Database, Server
from tests.support.practice import cheap_keyring


@dataclass(frozen=True)
class Host:
    """One host. `folder`: its configuration, data and keyring."""

    folder: Path
    role: str

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @contextmanager
    def here(self) -> Iterator[None]:
        """Makes this process act as that host for a while."""
        values = {
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            **cheap_keyring(self.folder / "keyring"),
        }
        before = {name: os.environ.get(name) for name in values}
        os.environ.update(values)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name)
                else:
                    os.environ[name] = value

    def run(self, *words: str) -> Said:
        """Runs a command on that host."""
        with self.here():
            return Command(self.config).inside(*words)

    def ok(self, *words: str) -> Any:
        """Runs a command that must succeed. Returns what `--json` printed."""
        said = self.run(*words)
        assert said.code == 0, said
        return said.json if "--json" in words else said

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        """A run of the program there."""
        with self.here():
            workplace = Workplace.open(self.config)
            try:
                yield workplace
            finally:
                workplace.close()


def host(folder: Path, name: str) -> Host:
    """A host that is not set up yet."""
    made = Host(folder / name, name)
    (made.folder / "keyring").mkdir(parents=True)
    made.config.write_text(tomlkit.dumps({"practice": {"name": "Tester & Co", "database": "practice.db"}}))
    return made


_originals: "dict[tuple[Server, tuple[str, ...]], tuple[Database, TemporaryDirectory[str]]]" = {}


def shared(folder: Path, database: Database, *names: str) -> list[Host]:
    """Hosts that share a new practice. The first one's person created it and is its admin; the others are members."""
    key = database.server, names
    if key not in _originals:
        original, kept = Database(database.server), TemporaryDirectory()
        _made(Path(kept.name), original, names)
        _originals[key] = original, kept
    original, kept = _originals[key]
    database.copy(original)
    return [_copied(Path(kept.name), folder, name, original, database) for name in names]


def _made(folder: Path, database: Database, names: tuple[str, ...]) -> None:
    first, *others = (host(folder, name) for name in names)
    first.ok("practice", "create", database.url())
    first.ok("practice", "join", database.url())
    for other in others:
        theirs = database.url(other.role)
        first.ok("practice", "grant", database.role(other.role), "member", "--name", other.role.title())
        other.ok("practice", "join", theirs)


def _copied(kept: Path, folder: Path, name: str, original: Database, database: Database) -> Host:
    shutil.copytree(kept / name, folder / name)
    copy = Host(folder / name, name)
    with copy.here():
        before = load(copy.config).database
        address = copy.config.read_text()
        copy.config.write_text(address.replace(f"/{original.name}", f"/{database.name}"))
        after = load(copy.config).database
    for file in before.parent.glob(f"{before.name}*"):
        file.rename(file.with_name(file.name.replace(before.name, after.name)))
    return copy
