"""No function of the practice searches the caller's temporary types and tables first."""

import pytest

from tests.support.hosts import Host
from tests.support.postgres import Database

PATHS = "SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'clientsync'::regnamespace ORDER BY 1"
PLANTED = """
    CREATE FUNCTION pg_temp.grasp(value pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        IF current_user <> session_user THEN
            UPDATE clientsync.people SET level = 'admin' WHERE role = session_user;
        END IF;
        RETURN true;
    END $$;
    CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.grasp(VALUE));
    CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (pg_temp.grasp('now'));
    CREATE DOMAIN pg_temp.jsonb AS pg_catalog.jsonb CHECK (pg_temp.grasp('{}'));
    CREATE VIEW pg_temp.ledger AS SELECT * FROM clientsync.ledger WHERE pg_temp.grasp('ledger');
"""
CALLS = (
    """SELECT clientsync.put_work('[{"id": "abc", "kind": "check", "state": "cancelled", "by": "x", "needs_sign_in": 0,
        "started_at": "2026-12-01T00:00:00.000Z", "ended_at": "2026-12-01T00:00:00.000Z"}]', '[]', '[]')""",
    "SELECT clientsync.append(ARRAY['note_set'], ARRAY['c1'], ARRAY[NULL], ARRAY[NULL], ARRAY['{\"note\": \"x\"}'])",
    "SELECT clientsync.take_claims(ARRAY['c1'], 30)",
    "SELECT clientsync.renew_claims()",
)


@pytest.fixture
def hosts(hosts: tuple[Host, Host]) -> tuple[Host, Host]:
    hosts[1].ok("claim", "--client", "c1")
    return hosts


def unsafe(postgres: Database) -> list[str]:
    """The names of the functions whose search path does not end with the caller's temporary objects."""
    with postgres.connect() as db:
        functions = db.execute(PATHS).fetchall()
    assert len(functions) > 20
    return [
        name
        for name, settings in functions
        if not any(
            setting.startswith("search_path=") and setting.endswith("pg_catalog, pg_temp")
            for setting in settings or ()
        )
    ]


def test_every_function_looks_among_temporary_objects_last(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    assert unsafe(postgres) == []


@pytest.mark.parametrize("call", CALLS, ids=("put_work", "append", "take_claims", "renew_claims"))
def test_types_and_tables_that_a_member_planted_never_run_as_the_owner(
    hosts: tuple[Host, Host], postgres: Database, call: str
) -> None:
    with postgres.connect("ben") as db:
        db.execute(PLANTED)
        db.execute(call)
    with postgres.connect() as db:
        levels = dict(db.execute("SELECT role, level FROM clientsync.people").fetchall())
    assert levels[postgres.role("ben")] == "member"


def test_upgrade_corrects_the_functions_of_an_earlier_version(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    ann, ben = hosts
    with postgres.connect() as db:
        db.execute("ALTER FUNCTION clientsync.stamp(text) SET search_path = clientsync, pg_catalog")
        db.execute("ALTER FUNCTION clientsync.author() SET search_path = pg_catalog")
        db.execute("UPDATE clientsync.about SET version = 8")
    assert unsafe(postgres) == ["author", "stamp"]
    assert "practice upgrade" in ben.run("doctor").out
    ann.ok("practice", "upgrade")
    assert "practice upgrade" not in ben.run("doctor").out
    assert unsafe(postgres) == []
