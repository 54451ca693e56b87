"""A consistent copy of the practice's database. It never contains tokens, which are in people's keyrings."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from ...config.folders import private_folder
from ...host.named_file import OwnFiles, refuse_device, replaces, writing
from ...practice.trouble import Trouble
from ...store.files import copies
from ...store.files.sqlite_errors import SqliteError, why
from ...store.store import Store


def backup(store: Store, file: Path | None, own: OwnFiles) -> Path:
    """Copies the database as it is now to `file`, completely or not at all, while others keep working. Returns the
    file.

    If `file` is None, the copy joins the program's own backups beside the database, of which the newest are kept.
    Raises UsageError if something else is there or `file` is one of the program's `own`, Trouble if it can't be written.
    """
    try:
        if file is None:
            return store.inspection.keep_copy("asked")
        refuse_device(file)
        if replaces(file, own):
            copies.check(file)
        # SQLite opens files by name only, so write where nobody else can plant a link.
        with TemporaryDirectory(
            dir=private_folder(store.path), prefix="clientsync-", ignore_cleanup_errors=True
        ) as folder:
            made = Path(folder) / "practice.db"
            store.inspection.copy_to(made)
            with made.open("rb") as source, writing(file, own, replace=True) as target:
                shutil.copyfileobj(source, target)
        return file
    except (OSError, SqliteError) as error:
        raise Trouble(f"{file or 'The backup'} can't be written: {why(error, store.path)}") from None
