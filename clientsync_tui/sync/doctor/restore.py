"""Puts a backup in the place of the practice."""

from contextlib import ExitStack, closing
from pathlib import Path

from ...host.file_permissions import make_folder
from ...practice.trouble import Trouble, UsageError
from ...store.chain import Flaw
from ...store.files import copies
from ...store.files.replacing import replacing
from ...store.files.sqlite_errors import SqliteError, is_damage, why
from ...store.store import Store


def restore(file: Path, database: Path) -> tuple[Path | None, Flaw | None]:
    """Replaces `database` with the copy `file`. Returns where the previous one is kept (None: there was none), and
    where the copy's ledger was altered, if it was.

    If killed, it leaves one or the other, complete. Raises UsageError if `file` is not a sound copy or another process uses the
    practice; Trouble if the disk is full or the folder can't be written.
    """
    if not file.exists():
        raise UsageError(f"There is no file {file}.")
    if not file.is_file():
        raise UsageError(f"{file} is not a regular file.")
    if database.exists() and file.samefile(database):
        raise UsageError(f"{file} is the practice's database itself.")
    try:
        make_folder(database.parent)
        with replacing(database) as place, ExitStack() as copy:
            _copy(file, place.new)
            # Check exactly what will be put in place, whatever happens to the original meanwhile.
            flaw = copies.check(place.new, called=file)
            with closing(Store(place.new)) as new:
                # The ledger continues from this copy, so whatever older copies have beyond it is given up on purpose. A marker inside the
                # file would prove nothing: anyone who can write a new ledger can write the marker too. It takes effect only once the file
                # is in place; otherwise a repair could put back something that was never restored.
                copy.enter_context(new.inspection.keeping_copy(copies.RESTORED, of=database))
            return place.finish(), flaw
    except (OSError, SqliteError) as error:
        raise Trouble(
            f"The practice's database {database} can't be replaced: {why(error, database)}"
        ) from None


def _copy(file: Path, new: Path) -> None:
    try:
        copies.copy_file(file, new)
    except SqliteError as error:
        if not is_damage(error):
            raise
        raise UsageError(f"{file} is not a copy of a practice: {error}.") from None
