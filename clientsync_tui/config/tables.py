"""The content of the configuration, with its defaults."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..practice.trouble import UsageError
from .folders import data_folder
from .server_address import is_server


class PracticeTable(NamedTuple):
    """`[practice]`. `database`: a path, relative to the configuration file's folder, or the address of a PostgreSQL database."""

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
    device_url: str = ""
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
    """`[keyring]`. `backend`: `file` for the encrypted file, or module and class of another
    (`keyring_pass.PasswordStoreBackend`); empty: the desktop's if it is usable, else the encrypted file. `file`: the
    encrypted file. `passphrase_file`: the file (0600) with its passphrase.
    """

    backend: str = ""
    file: str = ""
    passphrase_file: str = ""


class ScreenTable(NamedTuple):
    """`[screen]`. `theme`: auto, dark, light or ansi. `mouse`: auto (off over SSH), on or off. `ascii`: plain ASCII marks.

    `notices`, when a job ends while another window has the focus: auto (the terminal's own, else its bell), bell or off.
    `last_frame`: whether the last list is saved and shown at the next start. `restore`: whether the list starts where the user left it.
    """

    theme: str = "auto"
    mouse: str = "auto"
    ascii: bool = False
    notices: str = "auto"
    last_frame: bool = True
    restore: bool = True


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
    def server(self) -> str | None:
        """The address of the PostgreSQL database that the practice's hosts share; None if the practice is in a file."""
        database = self.practice.database.strip()
        return database if is_server(database) else None

    @property
    def database(self) -> Path:
        """The practice's SQLite file; if the practice is on a server, this host's copy of it."""
        if self.server is not None:
            import hashlib

            return data_folder() / f"practice-{hashlib.sha256(self.server.encode()).hexdigest()[:16]}.db"
        database = self.practice.database
        return self.resolve(database) if database else data_folder() / "practice.db"

    def resolve(self, text: str) -> Path:
        """A path in the configuration: `~` is the home folder; other paths are relative to the file's folder.

        Raises UsageError if it can't be a path.
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

NOT_EMPTY = frozenset({("practice", "name")})
"""Settings that are removed instead of left empty."""

RANGES = {
    "redirect_port": (0, 65535),
    "attempts": (1, 100),
    "timeout_s": (0.01, 3600),
    "longest_wait_s": (0, 86_400),
}
