"""Writes `docs/configuration.md` and `docs/config.schema.json` from the table of settings: `python docs/configuration.py`."""

import json
from pathlib import Path

from clientsync_tui.config.schema import schema
from clientsync_tui.config.settings import EACH_APP, Setting, settings
from clientsync_tui.config.tables import CHOICES, RANGES

DOCS = Path(__file__).parent
BEGINNING = """# Configuration

Client Sync reads `config.toml` in your configuration folder (`~/.config/clientsync` on Linux), or the file that `--config FILE` names.
Change it with an editor or with `clientsync config set KEY VALUE`, which keeps your comments:

```console
$ clientsync config set screen.theme light
screen.theme is now light.
$ clientsync config get screen.theme
light
$ clientsync config set screen.theme
screen.theme is now auto.
```

If a setting is wrong, Client Sync names the file, the line and the nearest setting that exists. Editors that know JSON schemas can complete and
check the file: `clientsync config schema` prints one. Secrets are never in this file: they are in your keyring.

| setting | default | what it does |
|---|---|---|
"""
END = """
`NAME` is the name of an accounting app, as `clientsync software` lists it. `[keys]` gives actions other keys; [Keys](keys.md) lists their names.
"""


def row(setting: Setting) -> str:
    """The setting's line of the table."""
    choices = CHOICES.get((setting.table[0], setting.key), ())
    allowed = f" One of {', '.join(choices)}." if choices else ""
    if setting.key in RANGES:
        least, most = RANGES[setting.key]
        allowed = f" From {least:g} to {most:g}."
    default = json.dumps(setting.default) if isinstance(setting.default, bool) else str(setting.default or "")
    shown = f"`{default}`" if default and default not in ("()", "{}") else ""
    return f"| `{setting.name}` | {shown} | {setting.description}{allowed} |"


def main() -> None:
    """Writes both files."""
    rows = "\n".join(row(setting) for setting in settings(iter([EACH_APP])))
    (DOCS / "configuration.md").write_text(f"{BEGINNING}{rows}\n{END}", encoding="utf-8")
    (DOCS / "config.schema.json").write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
