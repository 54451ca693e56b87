"""Where the user's files are."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..host import this_user
from ..host.file_permissions import make_folder, refuse_changeable
from ..host.leftovers import TEMPORARY, sweep
from ..practice.trouble import UsageError

APP = "clientsync"

_BESIDE_THE_CONFIGURATION = re.compile(re.escape(TEMPORARY) + "[0-9a-f]{16}")
_IN_THE_DATA_FOLDER = re.compile(
    r"\.last-frame-[0-9a-f]{16}\.[0-9]+|\.(preferences|visits)-[^.]*\.json\.[0-9a-f]{16}"
)
"""The exact name of a file while the program writes it."""


def config_path() -> Path:
    """`config.toml` in the platform's configuration folder; honours XDG_CONFIG_HOME. Raises UsageError like
    `_known_folder`.
    """
    from platformdirs import user_config_path

    return _known_folder(user_config_path) / "config.toml"


def data_folder() -> Path:
    """The platform's data folder for the practice; honours XDG_DATA_HOME. Raises UsageError like `_known_folder`."""
    from platformdirs import user_data_path

    return _known_folder(user_data_path)


def private_folder(database: Path) -> Path | None:
    """A folder where nobody else can add, move or remove anything: the practice's, unless others can write to it; then the
    program's own. None for a user without a home folder.
    """
    with suppress(OSError):
        refuse_changeable(database.parent)
        return database.parent
    try:
        folder = data_folder()
    except UsageError:
        return None
    make_folder(folder)
    return folder


def renewal_locks(database: Path) -> Path:
    """The folder of this user's locks for renewing sign-ins. From a shared folder a colleague could move one away, and two
    processes would renew a sign-in at once, which ends it.
    """
    return (private_folder(database) or database.parent) / f"locks-{this_user.uid()}"


def sweep_temporary_files(config: Path) -> None:
    """Removes half-written files that a killed process left beside the configuration and in the user's data folder."""
    sweep(config.parent, _BESIDE_THE_CONFIGURATION)
    with suppress(UsageError):
        sweep(data_folder(), _IN_THE_DATA_FOLDER)


def _known_folder(folder_for: Callable[[str], Path]) -> Path:
    """One of the platform's folders. Raises UsageError if the user has no home folder."""
    try:
        folder = folder_for(APP)
    except RuntimeError:
        folder = Path()
    # Some versions of platformdirs return `~` unchanged if there is no home folder.
    if not folder.is_absolute():
        raise UsageError(
            "Your home folder is not known. Set HOME (or XDG_CONFIG_HOME and XDG_DATA_HOME) to an absolute path."
        )
    return folder
