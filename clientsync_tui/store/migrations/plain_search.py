"""Version 4: search texts without accents, so that `cafe` finds Café."""

import unicodedata

from sqlite_utils import Database

_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)


def take(tables: Database) -> None:
    """Rewrites the search texts that are not ASCII; the others have no accents."""
    db = tables.conn
    rows = db.execute("SELECT search, n FROM clients").fetchall()
    db.executemany(
        "UPDATE clients SET search = ? WHERE n = ?",
        [("\n".join(map(_plain, row[0].split("\n"))), row[1]) for row in rows if not row[0].isascii()],
    )


def _plain(line: str) -> str:
    decomposed = unicodedata.normalize("NFKD", line)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", bare).casefold())
    composed = " ".join(unicodedata.normalize("NFKC", once.casefold()).split())
    return composed.translate(_PLAIN_LETTERS)
