"""Any order of actions, by two people in two processes, with kills: no client is lost or doubled, and the history is complete."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import tomlkit
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clientsync_tui.sandbox.config import software_tables
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from clientsync_tui.store.store import Store
from tests.support.forked import begin, talk
from tests.support.inside import database_of
from tests.support.person import run
from tests.support.practice import cheap_keyring

pytestmark = pytest.mark.long

ORGANISATIONS = 6
TABLES = ("clients", "integrations", "sign_ins", "teams")


class Somebody:
    """A user of the program, in a process that can be killed and restarted."""

    def __init__(self, config: Path, email: str) -> None:
        self._config, self._email = config, email
        self._keyring = config.parent / "keyring"
        self._keyring.mkdir()
        self.restart()

    def restart(self) -> None:
        self._line, there = talk()
        environment = {**cheap_keyring(self._keyring), "XDG_DATA_HOME": str(self._keyring)}
        with patch.dict(os.environ, environment):
            self._process = begin(run, self._config, self._email, there)
        there.close()

    def begin(self, **action: Any) -> None:
        self._line.send(action)

    def answer(self) -> str:
        return str(self._line.recv())

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._line.close()


class AnyOrder(RuleBasedStateMachine):
    """Actions on one practice of six organisations that both people reach, at least in part."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.box = running(Options(organisations=ORGANISATIONS, limits=False))
        self.clients: set[str] = set()
        self.people: list[Somebody] = []

    @initialize()
    def two_people_sign_in(self) -> None:
        self.emails = [person.email for person in self.box.world.people[:2]]
        for number, email in enumerate(self.emails):
            folder = Path(self.folder.name) / str(number)
            folder.mkdir()
            config = {
                "practice": {"name": "Two & Co", "database": "../practice.db"},
                "http": {"timeout_s": 5, "attempts": 2},
                # A redirect port each. If both sign in at once, one could otherwise get the other's answer.
                "software": software_tables(self.box.url),
            }
            (folder / "config.toml").write_text(tomlkit.dumps(config))
            self.people.append(Somebody(folder / "config.toml", email))
            self.people[-1].begin(do="sign_in")
            self.people[-1].answer()
        self.store = Store(Path(self.folder.name) / "practice.db")

    def teardown(self) -> None:
        for person in self.people:
            person.kill()
        self.store.close()
        self.box.stop()
        self.folder.cleanup()

    WHO = st.integers(0, 1)
    WHAT = st.sampled_from(["add", "reconnect", "reassign", "refresh", "disconnect", "check", "sign_in"])

    def _told(self, what: str, some: bool) -> dict[str, Any]:
        if what == "disconnect" or (some and what in ("refresh", "reassign", "reconnect")):
            return {"do": what, "clients": sorted(self.clients)[:2]}
        return {"do": what}

    @rule(who=WHO, what=WHAT, some=st.booleans())
    def one_acts(self, who: int, what: str, some: bool) -> None:
        self.people[who].begin(**self._told(what, some))
        self.people[who].answer()

    @rule(first=WHAT, second=WHAT)
    def both_act_at_once(self, first: str, second: str) -> None:
        for person, what in zip(self.people, (first, second), strict=True):
            person.begin(**self._told(what, False))
        for person in self.people:
            person.answer()

    @rule(who=WHO, what=WHAT, after_ms=st.integers(0, 60))
    def one_is_killed_and_resumes(self, who: int, what: str, after_ms: int) -> None:
        person = self.people[who]
        person.begin(**self._told(what, False))
        time.sleep(after_ms / 1000)
        person.kill()
        person.restart()
        person.begin(do="resume")
        person.answer()

    @rule(who=WHO)
    def a_sign_in_expires(self, who: int) -> None:
        self.box.fault("expire", person=self.emails[who])

    @rule(
        who=WHO,
        index=st.integers(0, ORGANISATIONS - 1),
        kind=st.sampled_from(["remove-access", "disconnect", "close"]),
    )
    def something_breaks(self, who: int, index: int, kind: str) -> None:
        integrated = sorted(self.store.clients.integrated("xero"))
        if integrated:
            self.box.fault(kind, person=self.emails[who], organisation=integrated[index % len(integrated)])

    @rule()
    def all_is_mended(self) -> None:
        self.box.fault("clear")

    @invariant()
    def no_client_is_lost_or_doubled(self) -> None:
        if not self.people:
            return
        db = database_of(self.store).connection
        ids = {row[0] for row in db.execute("SELECT id FROM clients")}
        assert self.clients <= ids
        self.clients = ids
        linked = [row[0] for row in db.execute("SELECT client FROM integrations")]
        assert len(linked) == len(set(linked)) == len(ids), "each client has its one organisation"

    @invariant()
    def the_history_tells_all(self) -> None:
        if not self.people:
            return
        copy = Path(self.folder.name) / "copy.db"
        copy.unlink(missing_ok=True)
        database_of(self.store).connection.execute("VACUUM INTO ?", (str(copy),))
        rebuilt = Store(copy)
        try:
            before = dump(rebuilt)
            rebuilt.ledger.rebuild()
            assert dump(rebuilt) == before
        finally:
            rebuilt.close()
            for file in copy.parent.glob("copy.db*"):
                file.unlink()

    @invariant()
    def nothing_is_left_being_done(self) -> None:
        if self.people:
            assert not [job for job in self.store.jobs.all() if job.cut_off]


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The derived tables, with standings by content, because a rebuild may number them differently."""
    db = database_of(store).connection
    keys = dict(db.execute("SELECT id, key FROM standings").fetchall())
    dumped: dict[str, list[tuple[Any, ...]]] = {}
    for table in TABLES:
        rows = [dict(row) for row in db.execute(f"SELECT * FROM {table}").fetchall()]
        for row in rows:
            if "standing" in row:
                row["standing"] = keys[row["standing"]]
        dumped[table] = sorted((tuple(row.items()) for row in rows), key=repr)
    return dumped


def test_any_order_of_actions_by_two_people_with_kills() -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=6, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
