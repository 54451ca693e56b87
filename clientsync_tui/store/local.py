"""Data of this host only: when each organisation was last seen, what was pulled, who holds which sign-in, views."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..practice.entries import Kind, iso, moment
from ..practice.people import Person, SignIn
from ..practice.status import NEEDS_CONSENT, Fault, Reason
from ..practice.text import clean
from ..practice.trouble import Trouble
from .database import Database
from .own_rows import REBUILDS, UNREADABLE, is_pulled

_NOT_RENEWED = """
WITH found AS (
    SELECT i.sign_in, i.organisation_id, s.organisation_id IS NOT NULL AS is_for_one, coalesce((
        SELECT max(l.seq) FROM ledger l WHERE l.client = c.id AND l.kind IN (?, ?) AND l.software = i.software
        AND l.organisation_id = i.organisation_id), 0) AS seq
    FROM held h CROSS JOIN sign_ins s ON s.id = h.sign_in CROSS JOIN integrations i ON i.sign_in = s.id
    JOIN clients c ON c.n = i.client
    WHERE h.refused_at IS NULL AND i.problem IN (SELECT value FROM json_each(?))
), made AS (
    SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.sign_in') END AS sign_in, max(seq) AS seq FROM ledger
    WHERE seq > (SELECT min(seq) FROM found) AND kind = ? GROUP BY 1
)
SELECT DISTINCT f.sign_in, f.organisation_id, f.is_for_one FROM found f LEFT JOIN made m ON m.sign_in = f.sign_in
WHERE m.seq IS NULL OR m.seq < f.seq
"""
"""Finds problems met with a sign-in that is held here and has not been renewed by a new sign-in since. Ordered by the
ledger, not by clocks.
"""

_REACH = "reach:"
"""The prefix of the `meta` keys for what a sign-in reached last."""


class Contacts:
    """When each organisation last answered a call, and the last passing fault since then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def good(self, software: str, organisation_id: str, at: datetime | None = None) -> None:
        """Records that a call worked, now or at the given time."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO contacts VALUES (?, ?, ?, NULL, NULL) ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at, "
                "fault = NULL, fault_at = NULL",
                (software, organisation_id, iso(at or datetime.now(UTC))),
            )

    def fault(self, software: str, organisation_id: str, fault: Fault) -> None:
        """Records that a call has just met a passing fault."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO contacts VALUES (?, ?, NULL, ?, ?) ON CONFLICT DO UPDATE SET fault = excluded.fault, "
                "fault_at = excluded.fault_at",
                (software, organisation_id, fault, iso(datetime.now(UTC))),
            )

    def conclusive(self, software: str, organisation_id: str) -> None:
        """The app said just now what is wrong: whatever kept it from answering before is over."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE contacts SET fault = NULL, fault_at = NULL WHERE software = ? AND organisation_id = ?",
                (software, organisation_id),
            )


class Pulled:
    """The lists pulled from each organisation: a cache, replaced list by list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, software: str, organisation_id: str, lists: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> None:
        """Replaces these lists."""
        now = iso(datetime.now(UTC))
        with self._database.writing() as db:
            db.executemany(
                # An update in place instead of a new row: for an unchanged list, SQLite then writes one page
                # instead of all of them.
                "INSERT INTO pulled VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET records = excluded.records, "
                "count = excluded.count, pulled_at = excluded.pulled_at",
                [
                    (
                        software,
                        organisation_id,
                        name,
                        json.dumps(list(records), ensure_ascii=False),
                        len(records),
                        now,
                    )
                    for name, records in lists.items()
                ],
            )

    def counts(self, software: str, organisation_id: str) -> dict[str, int]:
        """How many records each list has."""
        query = "SELECT list, count FROM pulled WHERE software = ? AND organisation_id = ? ORDER BY list"
        return {
            row[0]: row[1] for row in self._database.connection.execute(query, (software, organisation_id))
        }

    def records(
        self, software: str, organisation_id: str, name: str
    ) -> tuple[list[dict[str, Any]], datetime | None]:
        """A list's records and when they were pulled; empty and None if it never was."""
        query = (
            "SELECT records, pulled_at FROM pulled WHERE software = ? AND organisation_id = ? AND list = ?"
        )
        row = self._database.connection.execute(query, (software, organisation_id, name)).fetchone()
        # A cache entry written by another program is ignored.
        return (
            (json.loads(row["records"]), moment(row["pulled_at"])) if row and is_pulled(row) else ([], None)
        )


class SignIns:
    """The sign-ins known to the practice, and which of them have their tokens with a person of this host."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def one(self, sign_in: str) -> SignIn | None:
        """The sign-in with that id."""
        row = self._database.connection.execute("SELECT * FROM sign_ins WHERE id = ?", (sign_in,)).fetchone()
        return _sign_in(row) if row else None

    def known(self, software: str | None = None) -> list[SignIn]:
        """Every sign-in of the practice (to one app), the one used last first."""
        query = "SELECT * FROM sign_ins WHERE ? IS NULL OR software = ? ORDER BY used_at DESC"
        return [_sign_in(row) for row in self._database.connection.execute(query, (software, software))]

    def clients_of(self, sign_in: str) -> list[str]:
        """The names of the clients whose active integrations use this sign-in."""
        query = (
            "SELECT c.name FROM integrations i JOIN clients c ON c.n = i.client WHERE i.sign_in = ? "
            "AND (i.problem IS NULL OR i.problem <> ?) ORDER BY c.name_key"
        )
        rows = self._database.connection.execute(query, (sign_in, Reason.DISCONNECTED_HERE))
        return [row[0] for row in rows]

    def note_reach(self, sign_in: str, organisations: Iterable[str]) -> None:
        """Records which organisations a sign-in reaches now, according to the app."""
        value = json.dumps({"at": iso(datetime.now(UTC)), "organisations": list(organisations)})
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"{_REACH}{sign_in}", value))

    def reach(self, sign_in: str) -> tuple[datetime, frozenset[str]] | None:
        """When a sign-in was last asked what it reaches, and the answer; None if it never was, or another program wrote
        there.
        """
        row = self._database.connection.execute(
            "SELECT value FROM meta WHERE key = ?", (f"{_REACH}{sign_in}",)
        ).fetchone()
        try:
            found = json.loads(row[0]) if row else None
            return None if found is None else (_at(found["at"]), frozenset(map(str, found["organisations"])))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def hold(self, sign_in: str, holder: str) -> None:
        """Records that `holder` has this sign-in's token in their keyring, new and working, and has just used it."""
        with self._database.writing() as db:
            now = _none_later(db, holder)
            db.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?, NULL)", (sign_in, holder, now))

    def prefer(self, sign_in: str, holder: str) -> None:
        """Makes a held sign-in the one used last."""
        with self._database.writing() as db:
            now = _none_later(db, holder)
            db.execute("UPDATE held SET used_at = ? WHERE sign_in = ? AND holder = ?", (now, sign_in, holder))

    def refused(self, sign_in: str) -> None:
        """Records that the app, or the only organisation of this sign-in, refused it: it is useless until it is renewed by
        a new sign-in or turns out to work.
        """
        with self._database.writing() as db:
            db.execute("UPDATE held SET refused_at = ? WHERE sign_in = ?", (iso(datetime.now(UTC)), sign_in))

    def lacking(self, sign_in: str) -> frozenset[str]:
        """The organisations for which the app said that this sign-in lacks a permission, unless it has been renewed since."""
        rows = self._not_renewed((Reason.PERMISSION_MISSING,))
        return frozenset(str(row["organisation_id"]) for row in rows if row["sign_in"] == sign_in)

    def shut_out(self) -> frozenset[str]:
        """The sign-ins for one organisation that it, or the app, has shut out since they were made."""
        return frozenset(str(row["sign_in"]) for row in self._not_renewed(NEEDS_CONSENT) if row["is_for_one"])

    def note_shut_out(self) -> None:
        """Marks these as refused: another host, or an earlier release, may have found that out."""
        for sign_in in self.shut_out():
            self.refused(sign_in)

    def _not_renewed(self, problems: Iterable[Reason]) -> list[sqlite3.Row]:
        wanted = (Kind.FOUND_BROKEN, Kind.FOUND_EXPIRED, json.dumps(sorted(problems)), Kind.SIGNED_IN)
        return self._database.connection.execute(_NOT_RENEWED, wanted).fetchall()

    def works(self, sign_in: str) -> None:
        """Records that the app accepts the sign-in, whatever was recorded before."""
        query = "SELECT count(*) FROM held WHERE sign_in = ? AND refused_at IS NOT NULL"
        if self._database.connection.execute(query, (sign_in,)).fetchone()[0]:
            with self._database.writing() as db:
                db.execute("UPDATE held SET refused_at = NULL WHERE sign_in = ?", (sign_in,))

    def let_go(self, sign_in: str, holder: str) -> None:
        """Records that the token is gone from the holder's keyring."""
        with self._database.writing() as db:
            db.execute("DELETE FROM held WHERE sign_in = ? AND holder = ?", (sign_in, holder))

    def rename(self, former: str, holder: str) -> None:
        """Copies to `holder` what was recorded under a former name."""
        query = "SELECT count(*) FROM held WHERE holder = ?"
        if self._database.connection.execute(query, (former,)).fetchone()[0]:
            with self._database.writing() as db:
                db.execute("UPDATE OR IGNORE held SET holder = ? WHERE holder = ?", (holder, former))
                db.execute("DELETE FROM held WHERE holder = ?", (former,))

    def holders(self) -> list[tuple[SignIn, list[str]]]:
        """Every sign-in that was not signed out, with everyone recorded as holding it."""
        query = (
            "SELECT s.*, (SELECT json_group_array(holder) FROM held h WHERE h.sign_in = s.id) AS holders "
            "FROM sign_ins s WHERE s.signed_out = 0"
        )
        rows = self._database.connection.execute(query).fetchall()
        return [(_sign_in(row), json.loads(row["holders"])) for row in rows]

    def held(self, holder: str, software: str | None = None, *, working: bool = False) -> list[SignIn]:
        """The sign-ins whose tokens `holder` has, the one used last first. `working`: without those that were refused."""
        query = (
            "SELECT s.*, h.refused_at FROM held h JOIN sign_ins s ON s.id = h.sign_in WHERE h.holder = ? AND (? IS NULL OR s.software = ?) "
            f"AND s.signed_out = 0{' AND h.refused_at IS NULL' if working else ''} ORDER BY h.used_at DESC"
        )
        return [
            _sign_in(row)._replace(refused=row["refused_at"] is not None)
            for row in self._database.connection.execute(query, (holder, software, software))
        ]


def _at(text: str) -> datetime:
    """The time in an ISO text with an offset. Raises ValueError for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def _none_later(db: sqlite3.Connection, holder: str) -> str:
    """The time now, after correcting `holder`'s sign-ins that were used while the clock was ahead, which would otherwise stay first
    forever.
    """
    now = datetime.now(UTC)
    before = iso(now - timedelta(milliseconds=1))
    db.execute("UPDATE held SET used_at = ? WHERE holder = ? AND used_at >= ?", (before, holder, iso(now)))
    return iso(now)


def _sign_in(row: Mapping[str, Any]) -> SignIn:
    person = Person(row["person_id"], row["name"], row["email"])
    try:
        used, ends = datetime.fromisoformat(row["used_at"]), moment(row["ends_at"])
    except UNREADABLE:
        raise Trouble(f"The sign-in of {clean(person.email)} can't be read. {REBUILDS}") from None
    return SignIn(
        row["id"], row["software"], person, used, ends, row["organisation_id"], row["organisation_name"],
        bool(row["signed_out"]),
    )  # fmt: skip
