"""What people may do is enforced by the server, whatever program or SQL they use."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import (
    CheckViolation,
    DuplicateObject,
    ForeignKeyViolation,
    InsufficientPrivilege,
    InvalidTextRepresentation,
    ObjectInUse,
)

from clientsync_tui.practice.roles import MAY, Level, Right
from tests.support.command import Command
from tests.support.hosts import Host, host
from tests.support.postgres import WITH_PASSWORD, Database

APPEND = "SELECT clientsync.append(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
NOTE: tuple[list[Any], ...] = (["note_set"], ["c1"], [None], [None], ['{"note": "Hello", "before": null}'])

FORBIDDEN = {
    "forge an actor": "INSERT INTO clientsync.ledger SELECT 2, at, 'ann', kind, client, software, organisation_id, body, hash "
    "FROM clientsync.ledger",
    "change an entry": "UPDATE clientsync.ledger SET actor = 'ann'",
    "delete an entry": "DELETE FROM clientsync.ledger",
    "empty the ledger": "TRUNCATE clientsync.ledger",
    "move the head": "UPDATE clientsync.head SET seq = 0",
    "become an admin": "UPDATE clientsync.people SET level = 'admin'",
    "grant": "SELECT clientsync.grant_person(session_user::text, 'admin', NULL, NULL)",
    "revoke": "SELECT clientsync.revoke_person('postgres')",
    "call what only the owner calls": "SELECT clientsync.give(session_user::text, 'admin')",
    "widen a grant": "INSERT INTO clientsync.privileges VALUES ('viewer', 'ALL ON TABLE clientsync.ledger')",
    "add a kind": "INSERT INTO clientsync.kinds VALUES ('paid', '9')",
    "take the trigger's way": "CREATE FUNCTION clientsync.evil() RETURNS void LANGUAGE sql AS ''",
    "act as another": "SET ROLE postgres",
    "be another": "SET SESSION AUTHORIZATION postgres",
}


def test_member_with_sql_of_their_own_can_do_nothing_else(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    before = hosts[0].ok("practice", "status", "--json")
    with postgres.connect("ben") as db:
        for what, statement in FORBIDDEN.items():
            with pytest.raises(InsufficientPrivilege):
                db.execute(statement)
                pytest.fail(f"a member could {what}")
    after = hosts[0].ok("practice", "status", "--json")
    assert (after["entries"], after["head"]) == (before["entries"], before["head"])


def test_entry_of_a_member_has_their_role_and_the_servers_time(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    with postgres.connect("ben") as db:
        db.execute("SET application_name = 'postgres'")
        db.execute(APPEND, NOTE)
    entry = hosts[0].ok("log", "--json")[-1]
    assert (entry["actor"], entry["kind"]) == (postgres.role("ben"), "note_set")


def test_viewer_reads_and_changes_nothing(hosts: tuple[Host, Host], postgres: Database) -> None:
    ann, ben = hosts
    ann.ok("practice", "grant", postgres.role("ben"), "viewer")
    assert [client["name"] for client in ben.ok("clients", "--json")] == ["Abbey"]
    result = ben.run("set", "--client", "c1", "--note", "Hello")
    assert result.code == 2 and "you are a viewer" in result.err
    assert ben.ok("practice", "status", "--json")["is"] == "viewer"
    with postgres.connect("ben") as db:
        for statement in ("SELECT clientsync.lock_head()", *FORBIDDEN.values()):
            with pytest.raises(InsufficientPrivilege):
                db.execute(statement)
        with pytest.raises(InsufficientPrivilege):
            db.execute(APPEND, NOTE)


def test_revoked_person_is_shut_out_with_the_connection_they_have(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    ann, ben = hosts
    people = [(p["name"], p["is"]) for p in ben.ok("practice", "people", "--json")]
    assert sorted(people) == [("", "admin"), ("Ben", "member")]
    with postgres.connect("ben") as db:
        ann.ok("practice", "revoke", "--yes", postgres.role("ben"))
        with pytest.raises(InsufficientPrivilege):
            db.execute(APPEND, NOTE)
        with pytest.raises(InsufficientPrivilege):
            db.execute("SELECT body FROM clientsync.ledger")
    assert ben.run("set", "--client", "c1", "--note", "Hello").code == 2
    assert len(ann.ok("practice", "people", "--json")) == 1
    assert ann.run("practice", "revoke", "--yes", "postgres").code == 2, "not oneself"


def test_creator_of_the_practice_stays_an_admin(hosts: tuple[Host, Host], postgres: Database) -> None:
    ann, ben = hosts
    ann.ok("practice", "grant", postgres.role("ben"), "admin")
    with postgres.connect() as db:
        (owner,) = db.execute("SELECT current_user::text").fetchone() or ("",)
    for words in (("revoke", "--yes", owner), ("grant", owner, "member"), ("grant", owner, "viewer")):
        result = ben.run("practice", *words)
        assert result.code == 2 and f'"{owner}" created the practice and owns its tables' in result.err
    with postgres.connect("ben") as db:
        for statement in (
            "SELECT clientsync.revoke_person(%s)",
            "SELECT clientsync.grant_person(%s, 'viewer', NULL, NULL)",
        ):
            with pytest.raises(ObjectInUse, match="whoever made the practice stays an admin"):
                db.execute(statement, (owner,))
    ben.ok("practice", "grant", owner, "admin", "--name", "Ann")
    assert ann.ok("practice", "status", "--json")["is"] == "admin"


def test_admin_who_owns_nothing_grants_too(hosts: tuple[Host, Host], postgres: Database) -> None:
    ann, ben = hosts
    postgres.url("eve")
    result = ben.run("practice", "grant", postgres.role("eve"), "viewer")
    assert result.code == 2 and "you are a member" in result.err
    ann.ok("practice", "grant", postgres.role("ben"), "admin")
    ben.ok("practice", "grant", postgres.role("eve"), "viewer", "--email", "eve@example.com")
    found = {p["email"]: p["is"] for p in ann.ok("practice", "people", "--json")}
    assert found["eve@example.com"] == "viewer"
    assert ben.run("practice", "grant", postgres.role("ben"), "member").code == 2, "not oneself"


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("paid", "{}", ForeignKeyViolation),
        ("note_set", "[]", CheckViolation),
        ("note_set", "{", InvalidTextRepresentation),
    ],
)
def test_server_takes_only_entries_of_known_kinds_with_an_object(
    hosts: tuple[Host, Host], postgres: Database, kind: str, body: str, error: type[psycopg.Error]
) -> None:
    with postgres.connect("ben") as db, pytest.raises(error):
        db.execute(APPEND, ([kind], ["c1"], [None], [None], [body]))


def test_entry_that_contradicts_the_practice_has_no_effect_on_any_host(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    with postgres.connect("ben") as db:
        kinds = ["client_added", "client_added", "refreshed", "note_set", "code_set"]
        bodies = ['{"name": "Twice"}', "{}", '{"details": 7}', '{"note": "Read me"}', '{"code": 5}']
        none = [None] * 5
        db.execute(APPEND, (kinds, ["c1", "c2", "c1", "c1", "gone"], none, none, bodies))
    for at in hosts:
        assert [client["name"] for client in at.ok("clients", "--json")] == ["Abbey"]
        assert at.ok("practice", "status", "--json")["behind"] == 0
        with at.workplace() as workplace:
            assert workplace.store.inspection.differing_tables() == []
            workplace.store.ledger.rebuild()
            assert workplace.store.clients.total() == 1


def test_newer_programs_entry_is_named_and_the_practice_stays_readable(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    with postgres.connect() as db:
        db.execute("INSERT INTO clientsync.kinds VALUES ('invoice_paid', '9.1')")
        db.execute(
            APPEND,
            (["invoice_paid", "note_set"], ["c1"] * 2, [None] * 2, [None] * 2, ["{}", '{"note": "x"}']),
        )
    _, ben = hosts
    result = ben.run("clients", "--json")
    assert result.code == 0 and "Update this one to version 9.1" in result.err
    status = ben.ok("practice", "status", "--json")
    assert (status["entries"], status["behind"]) == (3, 2), "nothing is skipped"
    result = ben.run("set", "--client", "c1", "--note", "Hello")
    assert result.code == 1 and "version 9.1" in result.err


def test_copy_of_another_ledger_is_set_aside_and_rebuilt(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    _, ben = hosts
    assert ben.ok("clients", "--json")
    with ben.workplace() as workplace, workplace.store.exclusively() as db:
        db.execute('UPDATE ledger SET body = \'{"name": "Forged"}\'')
        db.execute("UPDATE clients SET name = 'Forged'")
        db.execute("UPDATE head SET hash = zeroblob(32)")
    assert [client["name"] for client in ben.ok("clients", "--json")] == ["Abbey"]
    (copy,) = (ben.folder / "data").rglob("*other-ledger.db")
    assert copy.stat().st_mode & 0o077 == 0


def test_higher_levels_have_all_rights_of_lower_ones() -> None:
    assert MAY[Right.READ] >= MAY[Right.CHANGE] >= MAY[Right.MANAGE] == {Level.ADMIN}


def test_role_without_access_cannot_read(
    tmp_path: Path, hosts: tuple[Host, Host], postgres: Database
) -> None:
    eve = host(tmp_path, "eve")
    url = postgres.url("eve")
    assert eve.run("practice", "join", url).code == 2
    with postgres.connect("eve") as db, pytest.raises(InsufficientPrivilege):
        db.execute("SELECT body FROM clientsync.ledger")


def test_password_is_kept_in_the_keyring_and_nowhere_else(
    tmp_path: Path, hosts: tuple[Host, Host], postgres: Database
) -> None:
    ann, _ = hosts
    role, eve = postgres.role("eve"), host(tmp_path, "eve")
    url = postgres.url("eve")
    with postgres.connect() as db:
        with suppress(DuplicateObject):
            db.execute(f"CREATE ROLE {WITH_PASSWORD}")
        db.execute(f"ALTER ROLE {role} PASSWORD 'correct horse'; GRANT {WITH_PASSWORD} TO {role}")
    ann.ok("practice", "grant", role, "member")
    result = eve.run("practice", "join", url)
    assert result.code == 2 and "clientsync practice password" in result.err
    with eve.here():
        kept = Command(eve.config).run("practice", "password", url, stdin="correct horse\n")
    assert kept.code == 0, kept
    eve.ok("practice", "join", url)
    assert [client["name"] for client in eve.ok("clients", "--json")] == ["Abbey"]
    files = [file for file in eve.folder.rglob("*") if file.is_file() and "keyring" not in file.parts]
    assert files and not any(b"correct horse" in file.read_bytes() for file in files)
    with eve.here():
        Command(eve.config).run("practice", "password", stdin="wrong\n")
    result = eve.run("set", "--client", "c1", "--note", "x")
    assert result.code == 2 and "does not let" in result.err and "horse" not in result.err
    eve.ok("practice", "password", "--forget")
