"""Version 5: columns for what was previously looked up inside the text of jobs and items, and for the lease on an item."""

import json
from typing import Any, cast

from sqlite_utils import Database


def take(tables: Database) -> None:
    """Adds the columns, and fills them from the text."""
    db, items, jobs = tables.conn, tables.table("items"), tables.table("jobs")
    items.add_column("organisation_name", str)
    items.add_column("sign_in", str)
    items.add_column("cannot", int, not_null_default=0)
    items.add_column("key", str)
    items.add_column("leased_by", str)
    jobs.add_column("paused", str)
    jobs.add_column("needs_sign_in", int, not_null_default=0)
    rows = db.execute("SELECT i.job, i.n, j.kind, i.body FROM items i JOIN jobs j ON j.id = i.job").fetchall()
    db.executemany(
        "UPDATE items SET organisation_name = ?, sign_in = ?, cannot = ?, body = ? WHERE job = ? AND n = ?",
        [(*columns, row[0], row[1]) for row in rows if (columns := _columns(row[2], _object(row[3])))],
    )
    for id, text in db.execute("SELECT id, body FROM jobs").fetchall():
        paused = _object(text).get("paused")
        if isinstance(paused, dict):
            found = cast("dict[str, object]", paused)
            values = (str(found.get("says")), bool(found.get("sign_in")), id)
            db.execute("UPDATE jobs SET paused = ?, needs_sign_in = ? WHERE id = ?", values)
    db.execute("ALTER TABLE items RENAME COLUMN body TO facts")
    db.execute("ALTER TABLE jobs DROP COLUMN runner")
    db.execute("ALTER TABLE jobs DROP COLUMN body")


def _columns(kind: str, body: dict[str, Any]) -> tuple[object, ...] | None:
    """Organisation name, sign-in, whether it can't be done, and the facts of its kind. None: another program wrote the row,
    so it stays.
    """
    if not body:
        return None
    sign_in: str | None = body.get("with")
    facts: dict[str, Any] = {}
    if kind == "add":
        facts = {name: body[name] for name in ("team", "linked_by") if body.get(name)}
        facts["apart"] = "apart" in body
    elif kind == "reassign":
        facts = {"authenticated_by": body.get("sign_in"), **_given(body, "connected_at", "problem")}
    elif kind == "reconnect":
        facts = _given(body, "connected_at")
    else:
        # Done with the integration's own sign-in, which release 0.1 named only there.
        sign_in = None if body.get("there") == "not_ours" else body.get("sign_in")
    return body.get("organisation_name"), sign_in, "cannot" in body, json.dumps(facts, ensure_ascii=False)


def _given(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if body.get(name)}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
