"""Makes docs/keys.md, the list of everything that has a key: `python docs/keys.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from clientsync_tui.app.actions import PLACES, actions  # noqa: E402
from clientsync_tui.practice.filter import FIELDS  # noqa: E402
from clientsync_tui.widgets.dialogue_keys import PLACES as PLACES_OF_DIALOGUES  # noqa: E402
from clientsync_tui.widgets.dialogue_keys import USUAL  # noqa: E402

HEAD = """# Keys

Made by `python docs/keys.py` from the one table of actions. `?` shows what works on a screen, `ctrl+p` finds any action by its name.

Every key can be changed in `config.toml`, by the id on the left:

```toml
[keys]
"select.filter" = "f3"            # another key
"clients.views" = "W,ctrl+v"      # or several
```

Keys are written as Textual names them: a character, or `f3`, `ctrl+t`, `shift+up`, `space`, `tab`, `pageup`, `delete` ... An unknown id,
a key that no terminal sends, and a key that something else on the same screen has are said at the start and by `clientsync doctor`;
what they were for keeps its usual key. `escape`, `ctrl+c` and `ctrl+q` keep their meaning everywhere.
"""

FILTER = """
## What a filter understands

Words match name, code, organisation, team and person; accents do not matter. `-` before a word or a field leaves out what matches. Quotes keep
words together. The same works in the history and in `clientsync clients --match TEXT`.

| field | what it takes |
|---|---|"""


def keys(told: str) -> str:
    """Keys for a table cell."""
    return " ".join(f"`{key}`" for key in told.split(","))


def text() -> str:
    """The whole page."""
    parts = [HEAD]
    for place, title in PLACES.items():
        parts += [f"\n## {title}\n", "| id | keys | what it does |", "|---|---|---|"]
        parts += [f"| `{a.id}` | {keys(a.keys)} | {a.title}: {a.sentence} |" for a in actions(place)]
    for place, title in {"table": "Tables, and whatever else moves", **PLACES_OF_DIALOGUES}.items():
        parts += [f"\n## {title}\n", "| id | keys | what it does |", "|---|---|---|"]
        parts += [
            f"| `{id}` | {keys(told)} | {says} |"
            for id, (says, told) in USUAL.items()
            if id.startswith(f"{place}.")
        ]
    parts += [FILTER]
    parts += [f"| `{field}:` | {says} |" for field, says in FIELDS.items()]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    (HERE / "keys.md").write_text(text(), encoding="utf-8")
