"""A consistent copy of the practice's database. Tokens are in no one's copy: they are in the keyring."""

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
    """Copies the database as it is now to `file`, whole or not at all, while others go on working; returns the file.

    None: to the program's own backups beside the database, of which the newest stay.
    Raises UsageError if something else is there or `file` is one of the program's `own`, Trouble when it can't be written.
    """
    try:
        if file is None:
            return store.inspection.keep_copy("asked")
        refuse_device(file)
        if replaces(file, own):
            copies.check(file)
        # SQLite opens files by their names alone, so it writes where no one else can put a link in the way.
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
