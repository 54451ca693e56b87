"""The configuration file: reads it and names every mistake; writes to it and keeps its comments and order."""

import difflib
import math
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .host.file_permissions import make_folder, read_unchangeable
from .practice.text import decoded
from .practice.trouble import Trouble, UsageError

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


class PracticeTable(NamedTuple):
    """`[practice]`. `database`: a path, relative to the configuration file's folder."""

    name: str = ""
    database: str = ""


class SoftwareTable(NamedTuple):
    """`[software.NAME]`. Addresses default to the app's real ones; `scopes` and `parameters` to its usual ones.

    `redirect_url`: the practice's own page, for apps that redirect only to https addresses.
    """

    client_id: str = ""
    redirect_port: int = 8400
    authorize_url: str = ""
    token_url: str = ""
    api_url: str = ""
    revoke_url: str = ""
    issuer: str = ""
    userinfo_url: str = ""
    redirect_url: str = ""
    scopes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = {}


class HttpTable(NamedTuple):
    """`[http]`. Seconds for one call, from connecting to the last byte; attempts; the longest Retry-After to wait for."""

    timeout_s: float = 15.0
    attempts: int = 3
    longest_wait_s: float = 60.0


class SignInTable(NamedTuple):
    """`[sign_in]`. `browser`: the command that opens `{link}`; empty: the desktop's browser, if there is one."""

    browser: str = ""


class KeyringTable(NamedTuple):
    """`[keyring]`. `backend`: `file` for the encrypted file, or module and class of another (`keyring_pass.PasswordStoreBackend`);
    empty: the desktop's if it can be used, else the encrypted file. `file`: the encrypted file. `passphrase_file`: the file (0600) with
    its passphrase."""

    backend: str = ""
    file: str = ""
    passphrase_file: str = ""


class ScreenTable(NamedTuple):
    """`[screen]`. `theme`: auto, dark, light or ansi. `mouse`: auto (off over SSH), on or off. `ascii`: marks in ASCII alone.

    `notices`, when a job ends while another window has the focus: auto (the terminal's own, else its bell), bell or off.
    """

    theme: str = "auto"
    mouse: str = "auto"
    ascii: bool = False
    notices: str = "auto"


class Config(NamedTuple):
    """The whole configuration. `path`: its file, which may not exist yet."""

    path: Path
    practice: PracticeTable = PracticeTable()
    software: Mapping[str, SoftwareTable] = {}
    http: HttpTable = HttpTable()
    sign_in: SignInTable = SignInTable()
    keyring: KeyringTable = KeyringTable()
    screen: ScreenTable = ScreenTable()
    keys: Mapping[str, str] = {}

    @property
    def database(self) -> Path:
        """The practice's SQLite file. Raises UsageError for a PostgreSQL address, which this version cannot follow."""
        database = self.practice.database
        if database.startswith(("postgres://", "postgresql://")):
            raise UsageError(
                f"{self.path}: [practice] database is a PostgreSQL address. This version stores the practice in a local file. Set it to a path."
            )
        return self.resolve(database) if database else data_folder() / "practice.db"

    def resolve(self, text: str) -> Path:
        """A path in the configuration: `~` is the home folder; other paths are relative to the file's folder.

        Raises UsageError if it cannot be a path.
        """
        try:
            if "\0" in text:
                raise UsageError(f"{self.path}: {text!r} is not a path.")
            return self.path.parent / Path(text).expanduser()
        except RuntimeError:
            raise UsageError(f"{self.path}: {text}: there is no home folder of this user.") from None


TABLES = {
    "practice": PracticeTable,
    "http": HttpTable,
    "sign_in": SignInTable,
    "keyring": KeyringTable,
    "screen": ScreenTable,
}
CHOICES = {
    ("screen", "theme"): ("auto", "dark", "light", "ansi"),
    ("screen", "mouse"): ("auto", "on", "off"),
    ("screen", "notices"): ("auto", "bell", "off"),
}


def load(path: Path | None = None) -> Config:
    """Reads the configuration. Returns the defaults if there is no file, unless `path` names one.

    Raises UsageError with the file, the key and what was expected. Also if another user can change the file, because it says where tokens
    are sent and which command opens a link.
    """
    named = path is not None
    path = Path(os.path.abspath(path)) if path is not None else config_path()  # noqa: PTH100  (keeps links as they are)
    try:
        text = decoded(read_unchangeable(path))
    except FileNotFoundError:
        if named:
            raise UsageError(f"There is no configuration file {path}.") from None
        return Config(path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"The configuration {path} cannot be read: {why}.") from None
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"The configuration {path} is not valid TOML: {error}.") from None
    return _config(path, values)


def _config(path: Path, values: Mapping[str, Any]) -> Config:
    _reject_unknown(path, "", values, [*TABLES, "software", "keys"])
    tables: dict[str, Any] = {
        name: _table(path, name, kind, values.get(name, {})) for name, kind in TABLES.items()
    }
    software: dict[str, SoftwareTable] = {
        name: _table(path, f"software.{name}", SoftwareTable, table)
        for name, table in _mapping(path, "software", values.get("software", {})).items()
    }
    keys = {str(name): str(value) for name, value in _mapping(path, "keys", values.get("keys", {})).items()}
    return Config(path, software=software, keys=keys, **tables)


def _mapping(path: Path, name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{path}: [{name}] must be a table.")
    return value  # pyright: ignore[reportUnknownVariableType]


def _reject_unknown(path: Path, where: str, names: Iterable[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f' Did you mean "{near[0]}"?' if near else f" Known: {', '.join(known)}."
            raise UsageError(f'{path}: {f"[{where}] " if where else ""}has an unknown key "{name}".{hint}')


def _table(path: Path, name: str, kind: Any, value: Any) -> Any:
    values = _mapping(path, name, value)
    _reject_unknown(path, name, values, list(kind._fields))
    defaults = kind()
    return kind(
        **{key: _value(path, name, key, value, getattr(defaults, key)) for key, value in values.items()}
    )


def _value(path: Path, table: str, key: str, value: Any, default: Any) -> Any:
    """The value of a key, converted to the type of its default."""
    expected: type[Any] = type(default)  # pyright: ignore[reportUnknownVariableType]
    if expected is tuple and isinstance(value, list):
        return tuple(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1e9 else math.inf
    if expected is dict and isinstance(value, dict):
        return {str(name): str(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise UsageError(f'{path}: [{table}] {key} must be {_WORDS.get(expected, "a table")}, not "{value}".')
    if key in RANGES and not RANGES[key][0] <= value <= RANGES[key][1]:
        least, most = RANGES[key]
        raise UsageError(f"{path}: [{table}] {key} must be from {least} to {most}, not {value}.")
    choices = CHOICES.get((table, key))
    if choices and value not in choices:
        raise UsageError(f'{path}: [{table}] {key} must be one of {", ".join(choices)}, not "{value}".')
    return value


RANGES = {
    "redirect_port": (0, 65535),
    "attempts": (1, 100),
    "timeout_s": (0.01, 3600),
    "longest_wait_s": (0, 86_400),
}
_WORDS: dict[type, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of texts",
}  # fmt: skip


def set_values(path: Path, table: tuple[str, ...], values: Mapping[str, str | int | bool]) -> None:
    """Sets keys in one table of the file and keeps its comments and order. Creates the file (0600) if there is none.

    Replaces the file in one step. Raises UsageError if it cannot be written.
    """
    import tomlkit

    from .host.named_file import writing

    try:
        document = tomlkit.parse(decoded(path.read_bytes())) if path.exists() else tomlkit.document()
        target: Any = document
        for depth, name in enumerate(table, start=1):
            if name not in target:
                target[name] = tomlkit.table(is_super_table=depth < len(table))
            target = target[name]
        for key, value in values.items():
            target[key] = value
        make_folder(path.parent)
        # If the file is a link, it stays one: some people keep such files elsewhere.
        with writing(path, replace=True) as file:
            file.write(tomlkit.dumps(document).encode())
    except OSError as error:
        raise UsageError(f"The configuration {path} cannot be written: {error}.") from None
    except Trouble as trouble:
        raise UsageError(f"The configuration cannot be written: {trouble}") from None
