"""Every setting by its full name, such as `practice.name` or `software.NAME.client_id`, with a description."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..practice.trouble import UsageError
from .tables import TABLES, Config, SoftwareTable

SOFTWARE = "software"
KEYS = "keys"
EACH_APP = "NAME"
"""Stands for the name of an accounting app in `software.NAME.client_id`."""

DESCRIPTIONS: Mapping[str, str] = {
    "practice.name": "The practice's name, shown in the header.",
    "practice.database": "The practice's database: a path, relative to this file's folder, or postgresql://ROLE@HOST/DATABASE. Default: practice.db in your data folder.",
    "http.timeout_s": "How long one call to an accounting app may take, in seconds.",
    "http.attempts": "How often a call that may be repeated is tried, with growing pauses.",
    "http.longest_wait_s": "How long to wait when an accounting app asks for it, in seconds. For longer waits the item fails and can be retried.",
    "sign_in.browser": "The command that opens sign-in links; {link} stands for the link. Default: the desktop's browser, if there is one.",
    "keyring.backend": "Which keyring keeps your tokens: file for the encrypted file, or a backend of the keyring library. Default: the desktop's, else the file.",
    "keyring.file": "The encrypted keyring file.",
    "keyring.passphrase_file": "The file (mode 0600) that holds the keyring file's passphrase, for cron.",
    "screen.theme": "Colours: auto asks the terminal whether it is dark or light; ansi uses the terminal's own 16 colours.",
    "screen.mouse": "Whether clicks are sent to the program. auto: off over SSH, on elsewhere.",
    "screen.ascii": "Use plain ASCII marks instead of symbols.",
    "screen.notices": "How you learn that a job ended while you were in another window: auto uses the terminal's notification, else its bell.",
    "screen.last_frame": "Show the list as you left it while the program starts, if nothing has changed. It is kept in a file that only you can read.",
    "screen.restore": "Start where you left the client list: tab, filter, cursor and preview.",
    "software.NAME.client_id": "The client id of the practice's app. `clientsync setup NAME` sets it.",
    "software.NAME.redirect_port": "The port of this host that the browser returns to after a sign-in. 0: any free port, where the accounting app allows it.",
    "software.NAME.redirect_url": "The practice's own https page, for accounting apps that return only to such addresses. You paste the address you end up on.",
    "software.NAME.authorize_url": "The sign-in page. This and the following addresses default to the accounting app's own.",
    "software.NAME.token_url": "Where tokens are issued and renewed.",
    "software.NAME.api_url": "Scheme, host and port of the API.",
    "software.NAME.revoke_url": "Where a sign-in is revoked.",
    "software.NAME.issuer": "Where the keys that sign identity tokens are found.",
    "software.NAME.userinfo_url": "Where the signed-in person's name and e-mail address are read.",
    "software.NAME.device_url": "Where Client Sync asks for a short code to sign in on another device.",
    "software.NAME.scopes": "The scopes to ask for, instead of the usual ones.",
    "software.NAME.parameters": "More parameters for the sign-in link.",
}


class Setting(NamedTuple):
    """A setting. `name`: its full name. `default`: its value if the file has none, whose type is the setting's type."""

    name: str
    default: Any

    @property
    def table(self) -> tuple[str, ...]:
        """The tables that contain it."""
        first, *rest = self.name.split(".")
        return (first, rest[0]) if first == SOFTWARE else (first,)

    @property
    def app(self) -> str | None:
        """The accounting app that it belongs to; None: none."""
        return self.table[1] if self.table[0] == SOFTWARE else None

    @property
    def key(self) -> str:
        """Its name within its table. A key binding's name contains a dot: `keys.clients.filter`."""
        return self.name.split(".", len(self.table))[-1]

    @property
    def description(self) -> str:
        """What it does, in a sentence."""
        if self.name.startswith(f"{SOFTWARE}."):
            return DESCRIPTIONS[f"{SOFTWARE}.{EACH_APP}.{self.key}"]
        return DESCRIPTIONS.get(self.name, "The keys of an action, separated by commas.")

    def of(self, config: Config) -> Any:
        """Its value in a configuration."""
        if self.name.startswith(f"{KEYS}."):
            return config.keys.get(self.key, self.default)
        if self.name.startswith(f"{SOFTWARE}."):
            return getattr(config.software.get(self.table[1], SoftwareTable()), self.key)
        return getattr(getattr(config, self.table[0]), self.key)

    def parsed(self, text: str) -> Any:
        """A value of the setting's type from what a person typed. Anything invalid stays text, which reading the file
        rejects.
        """
        match self.default:
            case bool():
                return {"true": True, "false": False}.get(text.strip().lower(), text)
            case int() | float():
                return _number(text)
            case tuple():
                return [part.strip() for part in text.split(",") if part.strip()]
            case _:
                return text


def settings(software: Iterator[str]) -> Iterator[Setting]:
    """Every setting, including those of each accounting app in `software`, but not the keys of actions."""
    for table, kind in TABLES.items():
        for key, default in kind()._asdict().items():
            yield Setting(f"{table}.{key}", default)
    for name in software:
        for key, default in SoftwareTable()._asdict().items():
            yield Setting(f"{SOFTWARE}.{name}.{key}", default)


def named(name: str) -> Setting:
    """The setting with that full name. If there is none, raises UsageError with the nearest one."""
    first, _, rest = name.partition(".")
    if first == KEYS and rest:
        return Setting(name, "")
    app = rest.partition(".")[0] if first == SOFTWARE else ""
    by_name = {setting.name: setting for setting in settings(iter([app or EACH_APP]))}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, 1)
        hint = f" Did you mean {near[0]}?" if near else " `clientsync config get` lists them."
        raise UsageError(f'There is no setting "{name}".{hint}')
    if isinstance(by_name[name].default, dict):
        raise UsageError(f"{name} is a table of its own. Edit the file to change it.")
    return by_name[name]


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text
