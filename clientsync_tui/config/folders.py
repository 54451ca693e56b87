"""Where this person's files are."""

from collections.abc import Callable
from pathlib import Path

from ..practice.trouble import UsageError

APP = "clientsync"


def config_path() -> Path:
    """`config.toml` in the platform's configuration folder; honours XDG_CONFIG_HOME. Raises UsageError as `_known_folder` does."""
    from platformdirs import user_config_path

    return _known_folder(user_config_path) / "config.toml"


def data_folder() -> Path:
    """The platform's data folder for the practice; honours XDG_DATA_HOME. Raises UsageError as `_known_folder` does."""
    from platformdirs import user_data_path

    return _known_folder(user_data_path)


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
