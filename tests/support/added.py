"""The result of adding clients to a new practice. Tests that start with the same clients copy it instead of adding them
again.
"""

import os
import sqlite3
import time
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from clientsync_tui.sandbox.sandbox import Sandbox
from clientsync_tui.sandbox.world.state import State
from clientsync_tui.store.jobs import Job
from clientsync_tui.workplace import Workplace
from tests.support import empty

FRESH_S = 300
"""How long a copy may be used: after that, its tokens are too old for tests that count calls."""


@dataclass
class Added:
    """Everything that was written, there and here. `holder`: the name under which the sign-in is recorded."""

    job: Job
    state: State
    database: bytes
    keyring: dict[str, str]
    holder: str
    at: float


_added: dict[object, Added] = {}


def key(sandbox: Sandbox, database: Path, *about: object) -> object | None:
    """What the result depends on; None if something has happened before, so that clients must really be added."""
    scripted = sandbox.faults.in_force or sandbox.scripts.in_force
    untouched = not (sandbox.calls.total or scripted or sandbox.clock.ahead_s)
    if not untouched or not empty.is_untouched(database) or any(_keyring().iterdir()):
        return None
    return repr((sandbox.options, *about))


def copy(key: object, sandbox: Sandbox, config: Path) -> Job | None:
    """Puts a copy in place; None if there is none yet or it is too old."""
    found = _added.get(key)
    if found is None or time.monotonic() - found.at > FRESH_S:
        return None
    sandbox.state = deepcopy(found.state)
    sandbox.state.key = dict(sandbox.key.as_dict(private=True))
    for name, secret in found.keyring.items():
        (_keyring() / name).write_text(secret)
    workplace = Workplace.open(config)
    workplace.config.database.touch(0o600)
    workplace.config.database.write_bytes(found.database)
    # The holder's name contains the keyring's path, which differs in each test.
    workplace.store.sign_ins.rename(found.holder, workplace.holder)
    workplace.close()
    return found.job


def remember(key: object, job: Job, sandbox: Sandbox, config: Path) -> None:
    """Saves what was just added."""
    keyring = {file.name: file.read_text() for file in _keyring().iterdir()}
    workplace = Workplace.open(config)
    holder = workplace.holder
    with closing(sqlite3.connect(workplace.config.database)) as connection:
        whole = connection.serialize()
    workplace.close()
    _added[key] = Added(job, deepcopy(sandbox.state), whole, keyring, holder, time.monotonic())


def _keyring() -> Path:
    return Path(os.environ["TEST_KEYRING"])
