"""A practice on a sandbox, and what must be true of it after any fault."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from clientsync_tui.sandbox.server import Running
from clientsync_tui.store.chain import verify
from clientsync_tui.store.files.audit import differing
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.store.store import Store
from tests.support.command import PATIENCE_S, Command, Said, Started, environment
from tests.support.inside import database_of
from tests.support.practice import ELSEWHERE, Practice, cheap_keyring, set_up

STATUSES = {0, 1, 2, 3}


@contextmanager
def somebody(folder: Path) -> Iterator[None]:
    """The folders of someone who never used the program, with a keyring that costs nothing to open."""
    keyring = folder / "keyring"
    keyring.mkdir()
    with patch.dict(os.environ, environment(folder) | cheap_keyring(keyring)):
        for name in (*ELSEWHERE, "CLIENTSYNC_PASSPHRASE_FILE"):
            os.environ.pop(name, None)
        yield


@dataclass
class Ground:
    """A practice in `folder` with two people signed in. The first one reaches every organisation."""

    box: Running
    folder: Path

    @classmethod
    def made(cls, box: Running, folder: Path, *, add: bool = True) -> "Ground":
        """A new one; `add`: with a client of every organisation that the second person reaches, added by them."""
        folder.mkdir(exist_ok=True)
        practice = set_up(box, folder)
        if add:
            practice.add(practice.people[1])
        practice.sign_in(practice.people[0])
        return cls(box, folder)

    def copy(self, folder: Path) -> "Ground":
        """A copy of the practice's present state in another folder. It uses the same keyring, and so the same sign-ins."""
        shutil.copytree(self.folder, folder)
        return Ground(self.box, folder)

    @property
    def practice(self) -> Practice:
        return Practice(self.box, self.folder)

    @property
    def cli(self) -> Command:
        return Command(self.folder / "config.toml")

    @property
    def database(self) -> Path:
        return self.folder / "practice.db"

    def calls(self) -> int:
        """How many calls the sandbox has answered."""
        return self.box.sandbox.calls.total

    def killed_after(self, calls: int, started: Started) -> bool:
        """Kills a command after that many more calls were answered; False if it had already ended."""
        until, end = self.calls() + calls, time.monotonic() + PATIENCE_S
        while started.process.poll() is None and self.calls() < until:
            assert time.monotonic() < end
            time.sleep(0.001)
        started.process.kill()
        return started.end().code == -9


@dataclass(frozen=True)
class State:
    """The content of a practice: `hashes` of its entries in order, its clients, and its integrations' organisations."""

    hashes: tuple[bytes, ...]
    clients: frozenset[str]
    organisations: frozenset[tuple[str, str]]


def state(database: Path, *, derived: bool = True) -> State:
    """The practice's content now. Fails if the file, the chain, or (`derived`) the client list is damaged."""
    with closing(Store(database)) as store, database_of(store).reading() as db:
        assert db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        assert verify(db) is None
        assert not derived or differing(database_of(store)) == []
        hashes = tuple(row[0] for row in db.execute("SELECT hash FROM ledger ORDER BY seq"))
        clients = [row[0] for row in db.execute("SELECT id FROM clients")]
        links = [(row[0], row[1]) for row in db.execute("SELECT software, organisation_id FROM integrations")]
        connected = (
            "SELECT DISTINCT software, organisation_id FROM ledger WHERE kind = 'integration_connected'"
        )
        assert len(links) == len(db.execute(connected).fetchall()), "nothing is added twice"
        # A business in several accounting apps is one client.
        assert len(clients) == len(links) or len({software for software, _ in links}) > 1
        return State(hashes, frozenset(clients), frozenset(links))


def nothing_lost(before: State, after: State) -> None:
    """Checks that every saved entry, client and integration is still there and unchanged."""
    assert after.hashes[: len(before.hashes)] == before.hashes
    assert after.clients >= before.clients and after.organisations >= before.organisations


def nothing_waits(database: Path) -> None:
    """Checks that no job has anything left to do."""
    with closing(Store(database)) as store:
        assert [job.id for job in store.jobs.all() if job.count(ItemState.WAITING, ItemState.DOING)] == []


def explained(result: Said) -> None:
    """Checks that a command ended with one of its own exit statuses and reported no unexpected error."""
    assert result.code in STATUSES, result
    assert "Traceback" not in result.err and "Unexpected error" not in result.err, result.err
