"""An append happens completely or not at all, even if others write or the program is killed."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.practice.trouble import Trouble
from clientsync_tui.store.projection import Clash
from clientsync_tui.store.store import Store
from tests.store.entries import added, connected, derived, of_client, of_link, signed_in, store_in
from tests.support.inside import database_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = store_in(tmp_path)
    store.ledger.append(signed_in(), added("c1"), added("c2", "Ash"))
    yield store
    store.close()


def client_of(store: Store, client: str):
    return store.clients.by_id([client], datetime.now(UTC))[client]


def test_organisation_belongs_to_one_client(store: Store) -> None:
    store.ledger.append(connected("c1", "o1"))
    for again in ("c1", "c2"):
        with pytest.raises(Clash):
            store.ledger.append(connected(again, "o1"))
    # The same id in another app is another organisation.
    store.ledger.append(signed_in("sage:ann"), connected("c2", "o1", "sage:ann"))
    # After a disconnect, it can be linked again, but only to its own client.
    store.ledger.append(of_link(Kind.DISCONNECTED, "c1", "o1"))
    with pytest.raises(Clash):
        store.ledger.append(connected("c2", "o1"))
    store.ledger.append(connected("c1", "o1"))
    assert client_of(store, "c1").integrations[0].standing.status is Status.CONNECTED


def test_practice_code_belongs_to_one_client_in_any_case(store: Store) -> None:
    store.ledger.append(of_client(Kind.CODE_SET, "c1", code="äb1"))
    for code in ("äb1", "ÄB1"):
        with pytest.raises(Clash):
            store.ledger.append(of_client(Kind.CODE_SET, "c2", code=code))
        with pytest.raises(Clash):
            store.ledger.append(added("c3", practice_code=code))
    assert store.clients.named("Äb1", datetime.now(UTC)).id == "c1"
    # Its own spelling may change, and clients may have no code.
    store.ledger.append(of_client(Kind.CODE_SET, "c1", code="ÄB1"))
    store.ledger.append(
        of_client(Kind.CODE_SET, "c2", code=""),
        added("c4", practice_code=""),
        added("c5", practice_code=None),
    )
    assert client_of(store, "c2").practice_code is None
    assert client_of(store, "c1").practice_code == "ÄB1"


def test_removed_client_holds_no_code_and_comes_back_only_while_it_is_free(store: Store) -> None:
    store.ledger.append(
        of_client(Kind.CODE_SET, "c1", code="A1"), of_client(Kind.CLIENT_REMOVED, "c1", name="")
    )
    store.ledger.append(of_client(Kind.CODE_SET, "c2", code="a1"))
    before = store.ledger.last()
    with pytest.raises(Clash):
        store.ledger.append(of_client(Kind.CLIENT_RESTORED, "c1", name=""))
    assert store.ledger.last() == before and store.clients.is_removed("c1")
    store.ledger.append(
        of_client(Kind.CODE_SET, "c2", code=None), of_client(Kind.CLIENT_RESTORED, "c1", name="")
    )
    assert client_of(store, "c1").practice_code == "A1"


def test_entries_of_one_append_are_saved_together_or_not(store: Store) -> None:
    before = derived(database_of(store)), store.ledger.last()
    with pytest.raises(Clash):
        store.ledger.append(added("c3", team="New team"), connected("c3", "o9"), connected("c3", "o9"))
    assert (derived(database_of(store)), store.ledger.last()) == before


def test_part_of_a_transaction_that_clashes_is_undone_alone(store: Store) -> None:
    before = store.ledger.last()
    with store.transaction():
        store.ledger.append(added("c3"))
        with pytest.raises(Clash):
            store.ledger.append(added("c4"), added("c3"))
        store.ledger.append(added("c5"))
    assert store.ledger.last() == before + 2
    assert set(store.clients.by_id(["c3", "c4", "c5"], datetime.now(UTC))) == {"c3", "c5"}
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.ledger.append(added("c6"))
        raise ZeroDivisionError
    assert store.ledger.last() == before + 2


def test_entry_for_another_clients_organisation_is_refused(store: Store) -> None:
    store.ledger.append(connected("c1", "o1"))
    with pytest.raises(Clash):
        store.ledger.append(of_link(Kind.FOUND_BROKEN, "c2", "o1", reason=Reason.UNPAID))
    with pytest.raises(Clash):
        store.ledger.append(of_link(Kind.RECONNECTED, "c1", "o1", sign_in="xero:nobody"))


def test_full_database_saves_nothing_of_the_step_and_works_again_with_room(store: Store) -> None:
    db = database_of(store).connection
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    before = derived(database_of(store)), store.ledger.last()
    db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Trouble, match=r"can't be written.*full"):
        for n in range(1000):
            before = derived(database_of(store)), store.ledger.last()
            store.ledger.append(added(f"x{n}", "Long name " * 50), connected(f"x{n}", f"o{n}"))
    assert (derived(database_of(store)), store.ledger.last()) == before
    db.execute(f"PRAGMA max_page_count = {pages * 100}")
    store.ledger.append(added("y"))
    assert store.ledger.last() == before[1] + 1


def test_disk_that_takes_no_more_keeps_nothing_of_the_step(store: Store, tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands in for a full disk: every write beyond it fails in the middle of a transaction."""
    code = """
        import resource, sys
        from pathlib import Path
        from clientsync_tui.practice.trouble import Trouble
        from clientsync_tui.store.store import Store
        from tests.store.entries import added, connected
        store = Store(Path(sys.argv[1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        for n in range(100_000):
            try:
                store.ledger.append(added(f"x{n}", f"Name {n}"), connected(f"x{n}", f"o{n}"))
            except Trouble as trouble:
                print(n, trouble)
                raise SystemExit(0)
        raise SystemExit("it never filled")
    """
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(store.path)],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    done = int(process.stdout.split()[0])
    assert "can't be written" in process.stdout
    assert store.clients.total() == 2 + done
    before = derived(database_of(store))
    store.ledger.rebuild()
    assert derived(database_of(store)) == before


APPENDS = """
    import sys
    from pathlib import Path
    from clientsync_tui.store.store import Store
    from tests.store.entries import added, connected
    store, who = Store(Path(sys.argv[1])), sys.argv[2]
    for n in range(int(sys.argv[3])):
        store.ledger.append(added(f"{who}{n}", f"Client {who} {n}"), connected(f"{who}{n}", f"{who}o{n}"))
        print(n, flush=True)
"""


def appending(store: Store, who: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(APPENDS), str(store.path), who, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("after", [0, 1, 17, 60])
def test_kill_loses_nothing_reported_and_leaves_nothing_half_done(store: Store, after: int) -> None:
    process = appending(store, "k", 100_000)
    assert process.stdout is not None
    for _ in range(after + 1):
        reported = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().split()
    process.wait()
    reported = int(rest[-1]) if rest else reported
    # Every reported entry is there, and at most one more, whose report was still on its way.
    clients = store.clients.total() - 2
    assert clients in (reported + 1, reported + 2)
    assert store.ledger.last() == 3 + 2 * clients
    assert len(store.clients.integrations(None, datetime.now(UTC))) == clients
    before = derived(database_of(store))
    store.ledger.rebuild()
    assert derived(database_of(store)) == before
    store.ledger.append(added("afterwards"))


def test_two_processes_append_at_once(store: Store) -> None:
    processes = [appending(store, who, 60) for who in "ab"]
    for process in processes:
        assert process.communicate(timeout=60)[0].split()[-1] == "59"
        assert process.returncode == 0
    assert store.clients.total() == 2 + 120
    seqs = [entry.seq for entry in store.ledger.entries()]
    assert seqs == list(range(1, 3 + 240 + 1))
    before = derived(database_of(store))
    store.ledger.rebuild()
    assert derived(database_of(store)) == before


def test_one_of_two_who_add_the_same_organisation_is_refused(store: Store, tmp_path: Path) -> None:
    other = Store(store.path)
    store.ledger.append(added("mine"), connected("mine", "o1"))
    with pytest.raises(Clash):
        other.ledger.append(added("theirs"), connected("theirs", "o1"))
    assert set(other.clients.by_id(["mine", "theirs"], datetime.now(UTC))) == {"mine"}
    other.close()


def test_entries_are_found_by_client_and_place(store: Store) -> None:
    store.ledger.append(
        connected("c1", "o1"), of_link(Kind.FOUND_BROKEN, "c1", "o1", reason="unpaid", says="Ask them")
    )
    kinds = [entry.kind for entry in store.ledger.entries(client="c1")]
    assert kinds == [Kind.CLIENT_ADDED, Kind.INTEGRATION_CONNECTED, Kind.FOUND_BROKEN]
    assert [entry.seq for entry in store.ledger.entries(after=3)] == [4, 5]
