"""Checks the practice's database: files, disk space, content, ledger, derived tables and backups."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ...host.planted import resolved
from ...practice.counted import counted
from ...practice.entries import iso
from ...practice.trouble import Trouble, UsageError
from ...store.chain import Flaw
from ...store.database import Damaged
from ...store.files import copies
from ...store.files.audit import Underivable
from ...store.files.filesystem import is_open_to_others
from ...store.files.opened_folder import OpenedFolder
from ...store.files.replacing import clean_up, killed, replacing
from ...store.files.salvage import is_salvageable, salvage
from ...store.files.sqlite_errors import SqliteError, why
from ...store.store import Store
from ..reach.diagnosis import Finding, Repair
from .restore import restore

LEAST_FREE_BYTES = 64 * 2**20
CLOCK_MAY_BE_BEHIND = timedelta(minutes=1)
PARTS = ("", "-wal", "-shm")


def look(path: Path, *, on_server: bool = False) -> list[Finding]:
    """Checks everything about the database at `path`. It changes nothing, except that it upgrades an older version, and replaces an
    unusable file of call limits. `on_server`: whether this is only a copy of a practice on a server.
    """
    try:
        resolved(path)
    except OSError as error:
        return [Finding("database", False, f"{path} is not used: {error.strerror}")]
    if not path.exists():
        return [_absent(path)]
    return [*_files(path), *_disk(path), *_killed(path), *_opened(path, on_server), *_call_limits(path)]


def make_repairs(path: Path, agreed: Callable[[str], bool], *, on_server: bool = False) -> Iterator[str]:
    """Makes the repairs that are safe, one by one, if `agreed` to its question. Yields what it did.

    Raises Trouble if one fails.
    """
    asked: set[str] = set()
    while due := next(
        (f.repair for f in look(path, on_server=on_server) if f.repair and f.repair.asks not in asked), None
    ):
        asked.add(due.asks)
        if agreed(due.asks):
            yield due.do()


def _absent(path: Path) -> Finding:
    if copies.newest_good(path) is None:
        return Finding("database", True, f"{path} does not exist yet; the first use creates it")
    return Finding("database", False, f"{path} is gone", _putting_back(path))


def _files(path: Path) -> Iterator[Finding]:
    # If the database is a link, its files are beside the target.
    real = Path(os.path.realpath(path))
    opened = [
        file
        for file in (*(real.with_name(real.name + part) for part in PARTS), *copies.existing(path))
        if file.is_file() and is_open_to_others(file)
    ]
    if not opened:
        return

    def close() -> str:
        for file in opened:
            try:
                with OpenedFolder(file.parent) as folder:
                    folder.close_to_others(file.name)
            except OSError as error:
                raise Trouble(f"{file} can't be closed to others: {error.strerror}.") from None
        return f"{counted(len(opened), 'file is', 'files are')} closed to others"

    names = ", ".join(str(file) for file in opened)
    yield Finding(
        "files",
        False,
        f"everyone on this host can read or write {names}",
        Repair("Close them to others?", close),
    )


def _disk(path: Path) -> Iterator[Finding]:
    free, needed = shutil.disk_usage(path.parent).free, max(LEAST_FREE_BYTES, path.stat().st_size)
    if free < needed:
        yield Finding(
            "disk",
            False,
            f"{free / 2**20:,.0f} MiB are free where {path} is, and a backup or a large job needs {needed / 2**20:,.0f}: make room",
        )


def _killed(path: Path) -> Iterator[Finding]:
    """What a killed restore or repair left behind, and where the previous practice is."""
    found = killed(path)
    if found is None:
        return

    def remove() -> str:
        try:
            clean_up(path)
        except (OSError, SqliteError) as error:
            raise Trouble(f"What it left can't be removed: {why(error, path)}") from None
        return "what the interrupted restore left is removed"

    when = "after" if found.replaced else "before"
    former = f"The practice as it was before is {found.former}" if found.former else "Nothing is lost"
    yield Finding(
        "restore",
        False,
        f"a restore or a repair was interrupted {when} it replaced the practice. {former}",
        Repair("Remove what the interrupted restore left?", remove),
    )


def _call_limits(path: Path) -> Iterator[Finding]:
    from ...accounting.seam.limiter import unusable
    from ...host.beside import beside, owner_of

    if wrong := unusable(beside(path, ".limits"), owner_of(path)):
        yield Finding("call limits", False, wrong)


def _opened(path: Path, on_server: bool) -> Iterator[Finding]:
    try:
        store = Store(path)
    except Damaged as damaged:
        yield Finding("database", False, str(damaged), _putting_right(path))
        return
    except UsageError as trouble:
        yield Finding("database", False, str(trouble))
        return
    try:
        with closing(store):
            yield from _inside(store)
            yield from () if on_server else _moved(store)
    except SqliteError as error:
        yield Finding("database", False, f"{path} can't be read: {why(error, path)}", _putting_right(path))


def _inside(store: Store) -> Iterator[Finding]:
    path = store.path
    if damage := store.inspection.damage():
        yield Finding("database", False, f"{path} is damaged ({damage})", _putting_right(path))
        return
    yield Finding("database", True, f"{path}, {counted(store.clients.total(), 'client')}")
    flaw = store.inspection.flaw()
    yield _ledger(flaw, path) or _end(store)
    yield (
        _derived(store)
        if flaw is None
        else Finding("client list", True, "was not compared, because the ledger was altered")
    )
    yield from _rows(store)
    yield from _practice_id(store)
    yield _backups(store)


def _rows(store: Store) -> Iterator[Finding]:
    path = store.path
    tables = store.inspection.foreign_tables()
    if not tables:
        return

    def remove() -> str:
        with closing(Store(path)) as again:
            again.inspection.keep_copy("before-repair")
            removed = again.inspection.remove_foreign_rows()
        return f"{removed} {'row that another program wrote is' if removed == 1 else 'rows that another program wrote are'} removed"

    yield Finding(
        "rows",
        False,
        f"another program wrote rows into {', '.join(tables)} that can't be read",
        Repair("Remove the rows that another program wrote?", remove),
    )


def _ledger(flaw: Flaw | None, path: Path) -> Finding | None:
    if flaw is None:
        return None
    problem = {
        "altered": f"entry {flaw.seq} was changed after Client Sync wrote it",
        "inserted": f"entry {flaw.seq} was not written by Client Sync",
        "removed": f"entry {flaw.seq} is missing"
        if flaw.seq == flaw.last
        else f"entries {flaw.seq} to {flaw.last} are missing",
    }[flaw.what]
    copy = copies.newest_good(path)
    has = f"{copy} has an intact ledger" if copy else "no backup here has an intact ledger"
    return Finding(
        "ledger",
        False,
        f"{problem}, where another program or a person changed it. {has}: `clientsync restore FILE` restores a backup",
    )


def _end(store: Store) -> Finding:
    """The ledger's head, which you can keep elsewhere to compare, and the clock compared with the last entry."""
    seq, hash = store.inspection.head()
    newest = store.inspection.newest_entry_at()
    now = datetime.now(UTC)
    behind = (newest or datetime.min.replace(tzinfo=UTC)) - now
    if newest is not None and behind > CLOCK_MAY_BE_BEHIND:
        return Finding(
            "ledger",
            False,
            f"its newest entry is from {iso(newest)}, {behind} ahead of this host's clock: set the clock",
        )
    says = f"{counted(seq, 'entry', 'entries')}, all intact; head {hash.hex()[:16]}"
    if early := store.inspection.entries_after(now + CLOCK_MAY_BE_BEHIND):
        says += f"; {counted(early, 'entry', 'entries')} made while the clock was ahead"
    return Finding("ledger", True, says)


def _derived(store: Store) -> Finding:
    path = store.path
    try:
        tables = store.inspection.differing_tables()
    except Underivable as trouble:
        return Finding("client list", False, f"can't be derived from the ledger: {trouble}")
    if not tables:
        return Finding("client list", True, "agrees with the ledger")

    def rebuild() -> str:
        with closing(Store(path)) as again:
            again.inspection.keep_copy("before-repair")
            return f"the client list is rebuilt from {counted(again.ledger.rebuild(), 'entry', 'entries')}"

    return Finding(
        "client list",
        False,
        f"differs from the ledger ({', '.join(tables)})",
        Repair("Rebuild it from the ledger?", rebuild),
    )


def _practice_id(store: Store) -> Iterator[Finding]:
    """The keyring's entries are named after the practice id: with another id, no token can be found to use or
    revoke.

    The oldest copy is the most trustworthy, because newer ones may have been made after the change.
    """
    oldest = copies.oldest_good(store.path)
    former = copies.practice_id_of(oldest) if oldest else None
    if store.practice_id and (former is None or former == store.practice_id):
        return
    problem = "is missing" if not store.practice_id else f"differs from the id in {oldest}"
    repair = None
    if former:

        def put_back() -> str:
            with closing(Store(store.path)) as again:
                again.inspection.set_practice_id(former)
            return "the practice's id was restored"

        repair = Repair(f"Restore the practice's id from {oldest}?", put_back)
    yield Finding(
        "practice id",
        False,
        f"{problem}: another program changed it, so the keyring's tokens can't be found",
        repair,
    )


def _moved(store: Store) -> Iterator[Finding]:
    """Whether the file says that the practice is elsewhere, so that nobody can write to it."""
    moved = store.inspection.moved()
    if moved is None:
        return
    if not moved.is_copied:
        yield Finding(
            "move",
            False,
            f"the practice was moved to {moved.place}, and {store.path} can't be changed any more. Run `clientsync practice join` with "
            "the address of the practice",
        )
        return

    def forget() -> str:
        with closing(Store(store.path)) as again:
            again.inspection.keep_copy("before-repair")
            again.inspection.forget_move()
        return f"{store.path} can be changed again"

    yield Finding(
        "move",
        False,
        f"{store.path} was made when the practice moved back from {moved.place}, but still says that the practice is there, so nobody can "
        "change it",
        Repair("Use this file as the practice again?", forget),
    )


def _backups(store: Store) -> Finding:
    """Whether the ledger continues from the newest backup. It doesn't if it was cut short or rewritten."""
    path = store.path
    if wrong := copies.unusable(path):
        return Finding("backups", False, f"no copy can be made: {wrong}")
    newest = copies.newest_good(path)
    if newest is None:
        return Finding(
            "backups",
            True,
            "none yet: the first job of each day makes one",
        )
    head = copies.head_of(newest)
    if head is not None and head[0] and not store.inspection.continues(head):
        return Finding(
            "backups",
            False,
            f"the ledger does not continue from {newest}, which has {counted(head[0], 'entry', 'entries')}: it was cut short or replaced",
        )
    return Finding("backups", True, f"the newest is {newest}")


def _putting_right(path: Path) -> Repair | None:
    """If the file's own ledger is intact, it has more than any backup."""
    return _building_anew(path) if is_salvageable(path) else _putting_back(path)


def _building_anew(path: Path) -> Repair:
    def build() -> str:
        try:
            with replacing(path) as place:
                lost = salvage(path, place.new)
                saved_as = place.finish()
        except (OSError, SqliteError) as error:
            raise Trouble(f"{path} can't be replaced: {why(error, path)}") from None
        but = f" (not: {', '.join(lost)})" if lost else ""
        return f"the file was rebuilt from its own ledger{but}; the damaged file was saved as {saved_as}"

    return Repair("Rebuild the file from its own ledger, which is intact?", build)


def _putting_back(path: Path) -> Repair | None:
    copy = copies.newest_good(path)
    if copy is None:
        return None

    def put_back() -> str:
        saved_as, _ = restore(copy, path)
        return f"{copy} was restored" + (f"; the previous file was saved as {saved_as}" if saved_as else "")

    return Repair(f"Restore {copy}?", put_back)
