"""What is derived from a client's row and its integrations: its search text and its standing.

A standing is a numbered set of (problem, sign-in) pairs of a client's integrations. Few clients differ in it, so status is
derived for a handful of standings instead of for every client. The people who signed in are found through the standing too, so
the search text need not contain them.
"""

import sqlite3
from collections.abc import Collection, Iterable

from ..practice.text import searched

AT_ONCE = 500
LINE = "\n"
"""Separates the words of a search text, so that no match runs from one into the next, and the pairs of a standing."""

Link = tuple[int, str, str | None, str]
"""Client, organisation name, problem, sign-in."""


def standing_key(links: Iterable[Link]) -> str:
    """The set of (problem, sign-in) pairs, one per line; empty for a client without integrations."""
    return LINE.join(sorted({f"{problem or ''} {sign_in}" for _, _, problem, sign_in in links}))


def working(key: str) -> str | None:
    """The sign-in of a standing that consists of one working integration, as nearly all do."""
    return key[1:] if key.startswith(" ") and LINE not in key else None


def pairs(key: str) -> list[tuple[str, str]]:
    """Parses what `standing_key` wrote: each problem (empty: none) and sign-in."""
    parts = [line.partition(" ") for line in key.split(LINE)] if key else []
    return [(problem, sign_in) for problem, _, sign_in in parts]


def derive(db: sqlite3.Connection, numbers: Collection[int]) -> None:
    """Updates the search texts and standings of these clients, and removes standings that no client has any more."""
    ordered = sorted(numbers)
    by_key: dict[str, int] = {}
    for start in range(0, len(ordered), AT_ONCE):
        _derive(db, ordered[start : start + AT_ONCE], by_key)


def _derive(db: sqlite3.Connection, part: list[int], by_key: dict[str, int]) -> None:
    marks = ", ".join("?" * len(part))
    links: dict[int, list[Link]] = {}
    query = f"SELECT client, organisation_name, problem, sign_in FROM integrations WHERE client IN ({marks})"
    for link in db.execute(query, part):
        links.setdefault(link[0], []).append(tuple(link))
    changed: list[tuple[int, str, int]] = []
    left: set[int] = set()
    query = f"SELECT n, standing, search, name, practice_code, team, note FROM clients WHERE n IN ({marks})"
    for n, standing, search, name, *words in db.execute(query, part).fetchall():
        own = links.get(n, [])
        key = standing_key(own)
        if key not in by_key:
            by_key[key] = _standing(db, key)
        others = sorted({link[1] for link in own} - {name})
        text = LINE.join(searched(word) for word in (name, *words, *others) if word)
        if (by_key[key], text) != (standing, search):
            changed.append((by_key[key], text, n))
            left.add(standing)
    db.executemany("UPDATE clients SET standing = ?, search = ? WHERE n = ?", changed)
    gone = left - {0} - set(by_key.values())
    db.executemany(
        "DELETE FROM standings WHERE id = ? AND NOT EXISTS (SELECT 1 FROM clients WHERE standing = standings.id)",
        [(standing,) for standing in gone],
    )


def _standing(db: sqlite3.Connection, key: str) -> int:
    row = db.execute("SELECT id FROM standings WHERE key = ?", (key,)).fetchone()
    if row is None:
        query = "INSERT INTO standings (key, working) VALUES (?, ?) RETURNING id"
        row = db.execute(query, (key, working(key))).fetchone()
    return int(row[0])
