"""How this host relates to the practice's home: your role there, whether it can be reached, and what is missing
here.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ...config.tables import Config
from ...host import this_user
from ...practice.trouble import Unreachable
from ...store.home import You, level_of_file
from ...store.store import Store
from ...store.work.workers import Worker


class Standing(NamedTuple):
    """What `practice status` shows. `behind`: entries on the server that are not here yet; None while it can't be
    reached.

    `says`: why it can't be reached, or which version this host needs.
    """

    home: str
    reachable: bool
    entries: int
    head: str
    behind: int | None
    you: You | None
    workers: Sequence[Worker]
    says: str | None = None
    claims: int = 0

    def as_json(self) -> dict[str, Any]:
        """The status as `practice status --json` prints it."""
        you = self.you
        return {
            "home": self.home,
            "reachable": self.reachable,
            "entries": self.entries,
            "head": self.head,
            "behind": self.behind,
            "role": you.role if you else None,
            "person": (you.name or you.role) if you else None,
            "is": you.level if you else None,
            "workers": [
                {"host": w.host, "person": w.person, "job": w.job, "since": w.since} for w in self.workers
            ],
            "claims": self.claims,
        }


def standing(config: Config, store: Store) -> Standing:
    """The status now."""
    seq, digest = store.inspection.head()
    workers = store.jobs.workers.alive()
    claims = len(store.claims.active(datetime.now(UTC)))
    if config.server is None:
        return Standing("sqlite", True, seq, digest.hex(), 0, _by_file_mode(store), workers, claims=claims)
    from ...store.postgres.home import PostgresHome, newer_version

    home = store.home
    assert isinstance(home, PostgresHome)
    try:
        you = home.you()
        last, last_hash = home.head()
    except Unreachable as trouble:
        return Standing("postgresql", False, seq, digest.hex(), None, None, workers, trouble.why, claims)
    says = newer_version(home.needs_version) if home.needs_version is not None else None
    return Standing("postgresql", True, last, last_hash.hex(), last - seq, you, workers, says, claims)


def _by_file_mode(store: Store) -> You:
    return You(this_user.login() or f"user {this_user.uid()}", level_of_file(store.path))
