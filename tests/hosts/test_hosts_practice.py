"""One practice on several hosts, through the command line: creating, joining, following, being offline, moving there and back."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.store.postgres.address import address_of
from clientsync_tui.store.postgres.schema import steps
from clientsync_tui.store.projection import Clash
from clientsync_tui.store.store import Store
from clientsync_tui.workplace import Workplace
from tests.store.entries import signed_in
from tests.support.hosts import Host, host, shared
from tests.support.postgres import OWNER, Database, Server


@pytest.fixture
def hosts(tmp_path: Path, postgres: Database) -> tuple[Host, Host]:
    london, paris = shared(tmp_path, postgres, "ann", "ben")
    return london, paris


def add(workplace: Workplace, client: str, name: str) -> None:
    workplace.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "somebody", client, body={"name": name}))


def names(at: Host) -> list[str]:
    return sorted(client["name"] for client in at.ok("clients", "--json"))


def test_change_on_one_host_is_shown_on_another_with_the_person(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    london, paris = hosts
    with london.workplace() as workplace:
        add(workplace, "c1", "Abbey Road Bakery")
    with paris.workplace() as workplace:
        add(workplace, "c2", 'Zoë\'s "Café" 魚 𝔘')
    for at in hosts:
        assert names(at) == ["Abbey Road Bakery", 'Zoë\'s "Café" 魚 𝔘']
        actors = [entry["actor"] for entry in at.ok("log", "--json")]
        assert actors == [OWNER, postgres.role("ben")]
    statuses = [at.ok("practice", "status", "--json") for at in hosts]
    assert [status["behind"] for status in statuses] == [0, 0]
    assert {(s["home"], s["reachable"], s["entries"], s["head"]) for s in statuses} == {
        ("postgresql", True, 2, statuses[0]["head"])
    }
    assert [status["is"] for status in statuses] == ["admin", "member"]


def test_duplicate_is_refused_on_the_second_host(hosts: tuple[Host, Host]) -> None:
    london, paris = hosts
    with london.workplace() as first, paris.workplace() as second:
        with london.here():
            add(first, "c1", "Abbey")
            first.store.ledger.append(NewEntry(Kind.CODE_SET, "x", "c1", body={"code": "A1", "before": None}))
            add(first, "c2", "Oak")
        with paris.here():
            # Paris is not up to date yet, so its own file has no client.
            taken = NewEntry(Kind.CODE_SET, "x", "c2", body={"code": "A1", "before": None})
            with pytest.raises(Clash):
                second.store.ledger.append(taken)
        assert second.store.ledger.last() == 3
    for at in hosts:
        codes = {client["name"]: client["practice_code"] for client in at.ok("clients", "--json")}
        assert codes == {"Abbey": "A1", "Oak": None}


def test_without_the_server_reading_works_and_a_change_is_refused_at_once(
    hosts: tuple[Host, Host], server: Server
) -> None:
    _, paris = hosts
    with paris.workplace() as workplace:
        add(workplace, "c1", "Abbey")
    server.stop()
    try:
        result = paris.run("clients", "--json")
        assert (result.code, [client["name"] for client in result.json]) == (0, ["Abbey"])
        assert "can't be reached" in result.err and "Showing what was known at" in result.err
        assert "Nothing was changed" not in result.err
        result = paris.run("set", "--client", "c1", "--note", "Call them")
        assert result.code == 4 and "can't be reached" in result.err and "Traceback" not in result.err
        assert result.err.endswith("Nothing was changed.\n")
        result = paris.run("practice", "status", "--json")
        assert (result.code, result.json["reachable"], result.json["entries"]) == (4, False, 1)
        result = paris.run("doctor", "--json")
        answers = {check["name"]: check["ok"] for check in result.json}
        assert (result.code, answers["server"], answers["database"]) == (1, False, True)
    finally:
        server.start()
    assert {check["name"]: check["ok"] for check in paris.run("doctor", "--json").json}["server"]
    assert paris.ok("set", "--client", "c1", "--note", "Call them")
    assert [entry["kind"] for entry in hosts[0].ok("log", "--json")] == ["client_added", "note_set"]


def test_open_program_continues_after_the_server_restarts(hosts: tuple[Host, Host], server: Server) -> None:
    _, paris = hosts
    with paris.workplace() as workplace:
        add(workplace, "c1", "Abbey")
        server.stop()
        server.start()
        add(workplace, "c2", "Oak")
    assert names(hosts[0]) == ["Abbey", "Oak"]


def test_practice_is_created_once_and_only_its_people_join(tmp_path: Path, postgres: Database) -> None:
    ann, eve = host(tmp_path, "ann"), host(tmp_path, "eve")
    url = postgres.url()
    ann.ok("practice", "create", url, "--name", "Tester & Co")
    result = ann.run("practice", "create", url)
    assert result.code == 2 and "already has a practice" in result.err
    result = eve.run("practice", "join", postgres.url("eve"))
    assert result.code == 2 and "has no access to this practice" in result.err
    assert eve.ok("practice", "status", "--json")["home"] == "sqlite", "the configuration is unchanged"
    result = ann.run("practice", "grant", "nobody-of-that-name", "viewer")
    assert result.code == 2


def test_create_says_what_comes_next_and_wants_a_name(tmp_path: Path, postgres: Database) -> None:
    ann, url = host(tmp_path, "ann"), f"{postgres.url()}?connect_timeout=3&port={postgres.server.port}"
    ann.config.write_text("")
    for words, says in (([], "--name NAME"), (["--name", " "], "'--name': This is empty.")):
        result = ann.run("practice", "create", url, *words)
        assert result.code == 2 and says in result.err
    result = ann.ok("practice", "create", url, "--name", "Tester & Co")
    assert "This host still uses its previous practice." in result.err
    assert f"clientsync practice join '{url}'" in result.err, "quoted for a shell"
    assert f"clientsync practice move '{url}'" in result.err


def test_person_is_one_actor_in_the_history_before_and_after_a_move(
    tmp_path: Path, postgres: Database
) -> None:
    ann, ben = host(tmp_path, "ann"), host(tmp_path, "ben")
    mail = "ben@example.com"
    with ann.workplace() as workplace:
        store = workplace.store
        store.ledger.append(signed_in("xero:ann", name="Ann Ash", email="ann@example.com"))
        store.sign_ins.hold("xero:ann", workplace.holder)
        for client, actor in (("c1", "ann@example.com"), ("c2", mail), ("c3", "cleo@example.com")):
            store.ledger.append(NewEntry(Kind.CLIENT_ADDED, actor, client, body={"name": client}))
    ann.ok("practice", "move", "--yes", postgres.url())
    theirs, role = postgres.url("ben"), postgres.role("ben")
    ann.ok("practice", "grant", role, "member", "--name", "Ben Ode", "--email", mail.title())
    ben.ok("practice", "join", theirs)
    (me,) = [person for person in ann.ok("practice", "people", "--json") if person["role"] == OWNER]
    assert (me["name"], me["email"]) == ("Ann Ash", "ann@example.com"), "as she signed in"
    ben.ok("set", "--client", "c2", "--note", "Call them")
    for at in (ann, ben):
        actors = [(entry["client"], entry["actor"]) for entry in at.ok("log", "--json")[1:]]
        assert actors == [("c1", OWNER), ("c2", role), ("c3", "cleo@example.com"), ("c2", role)]
        for who in (mail, role, "ben ode"):
            assert [entry["seq"] for entry in at.ok("log", "--by", who, "--json")] == [3, 5]
    assert [entry["seq"] for entry in ben.ok("log", "--by", "you", "--json")] == [3, 5]
    with ben.workplace() as workplace:
        assert workplace.store.inspection.flaw() is None, "the entries are unchanged"
        (entry,) = [entry for entry in workplace.store.ledger.entries() if entry.seq == 3]
        assert entry.actor == mail


def test_person_has_one_name_again_after_moving_back_into_a_file(tmp_path: Path, postgres: Database) -> None:
    ann, mail = host(tmp_path, "ann"), "ann@example.com"
    items = (PlanItem(Will.DO, "c1", "Abbey", "xero", "o1"),)
    with ann.workplace() as workplace:
        store = workplace.store
        store.ledger.append(signed_in("xero:ann", name="Ann Ash", email=mail))
        store.sign_ins.hold("xero:ann", workplace.holder)
        store.ledger.append(NewEntry(Kind.CLIENT_ADDED, mail, "c1", body={"name": "Abbey"}))
        store.jobs.cancel(store.jobs.create(Plan("refresh", "xero", None, items), mail))
    ann.ok("practice", "move", "--yes", postgres.url())
    ann.ok("set", "--client", "c1", "--note", "Call them")
    with ann.workplace() as workplace:
        workplace.store.jobs.cancel(workplace.store.jobs.create(Plan("check", "xero", None, items), mail))
    assert [entry["actor"] for entry in ann.ok("log", "--json")][1:] == [OWNER, OWNER]
    assert [job["by"] for job in ann.ok("jobs", "--json")] == [OWNER, OWNER]
    ann.ok("practice", "move", "--yes", "--json", "again.db")
    with ann.workplace() as workplace:
        for actor in (mail, "zoe@example.com"):
            body = {"note": actor, "before": None}
            workplace.store.ledger.append(NewEntry(Kind.NOTE_SET, actor, "c1", body=body))
    assert [entry["actor"] for entry in ann.ok("log", "--json")][1:] == [mail, mail, mail, "zoe@example.com"]
    assert [job["by"] for job in ann.ok("jobs", "--json")] == [mail, mail]
    history = ann.ok("client", "c1", "--json")["history"]
    assert [entry["actor"] for entry in history] == [mail, mail, mail, "zoe@example.com"]
    for who in (mail, "ann ash", "you"):
        assert [entry["seq"] for entry in ann.ok("log", "--by", who, "--json")][-3:] == [2, 3, 4]


def test_practice_moves_there_and_back_with_the_same_head(tmp_path: Path, postgres: Database) -> None:
    ann = host(tmp_path, "ann")
    url = postgres.url()
    with ann.workplace() as workplace:
        add(workplace, "c1", 'Zoë\t"q\\" 魚 𝔘')
        add(workplace, "c2", "Oak")
        practice = workplace.store.practice_id
    before = ann.ok("practice", "status", "--json")
    planned = ann.ok("practice", "move", "--dry-run", "--json", url)
    assert (planned["entries"], planned["head"]) == (2, before["head"])
    assert ann.run("practice", "move", url).code == 2, "without a terminal it wants --yes"
    moved = ann.ok("practice", "move", "--yes", "--json", url)
    after = ann.ok("practice", "status", "--json")
    assert moved["head"] == before["head"] == after["head"] and after["home"] == "postgresql"
    assert [entry["actor"] for entry in ann.ok("log", "--json")] == ["somebody"] * 2
    with ann.workplace() as workplace:
        assert workplace.store.practice_id == practice, "the keyring's names contain it"
        add(workplace, "c3", "Elm")
    with closing(Store(ann.folder / "practice.db")) as left, pytest.raises(Exception, match="was moved to"):
        left.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", "c9", body={"name": "Lost"}))
    back = ann.ok("practice", "move", "--yes", "--json", "again.db")
    status = ann.ok("practice", "status", "--json")
    assert (status["home"], status["entries"], status["head"]) == ("sqlite", 3, back["head"])
    with ann.workplace() as workplace:
        assert workplace.store.inspection.flaw() is None
        add(workplace, "c4", "Ash")
    assert names(ann)[:3] == ["Ash", "Elm", "Oak"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://ann:secret@127.0.0.1/p", "holds a password"),
        ("postgresql://ann@db.example.com/p?sslmode=require", "would not be safe"),
        ("postgresql://ann@127.0.0.1,db.example.com/p?sslmode=prefer", "would not be safe"),
        ("postgresql://ann@127.0.0.1/p?nonsense=1", "not an address"),
        ("postgresql://ann@127.0.0.1", "names no database"),
        ("postgresql://ann@127.0.0.1:1/p", "can't be reached"),
    ],
)
def test_address_that_is_not_safe_or_wrong_is_refused(tmp_path: Path, url: str, words: str) -> None:
    result = host(tmp_path, "ann").run("practice", "join", url)
    assert result.code == (4 if "reached" in words else 2) and words in result.err
    assert "secret" not in result.err and "Traceback" not in result.err


def test_settings_of_the_role_and_the_environment_change_no_text_and_no_time(
    hosts: tuple[Host, Host], postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Identifier(postgres.role("ben")), Identifier(postgres.name)
    role = SQL("ALTER ROLE {} IN DATABASE {} SET ").format(*who)
    with postgres.connect() as db:
        for setting in (
            "datestyle = 'German'",
            "standard_conforming_strings = off",
            "client_encoding = 'LATIN1'",
        ):
            db.execute(role + SQL(setting))
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    hosts[1].ok("team", "create", 'Łódź "A\\B"')
    assert [team["name"] for team in hosts[0].ok("team", "list", "--json")] == ['Łódź "A\\B"']


@pytest.mark.parametrize(
    ("given", "used"), [("0", "4"), ("-1", "4"), ("soon", "4"), ("9", "9"), ("86400", "60")]
)
def test_unanswered_connection_is_given_up_whatever_the_address_says(given: str, used: str) -> None:
    address = address_of(f"postgresql://ann@127.0.0.1/p?connect_timeout={given}")
    assert address.parameters["connect_timeout"] == used


def test_practice_of_an_older_program_is_read_and_upgraded_by_its_creator(
    tmp_path: Path, postgres: Database
) -> None:
    ann = host(tmp_path, "ann")
    with postgres.connect() as db:
        db.execute(steps()[0].encode())
        db.execute("INSERT INTO clientsync.about VALUES ('p1', 'Tester & Co', 1)")
        db.execute("INSERT INTO clientsync.people VALUES (session_user, 'admin')")
        db.execute("INSERT INTO clientsync.kinds VALUES ('client_added', '0.3')")
        db.execute(
            """SELECT clientsync.append('{client_added}', '{c1}', '{NULL}', '{NULL}', ARRAY['{"name": "Abbey"}'])"""
        )
    ann.ok("practice", "join", postgres.url())
    assert names(ann) == ["Abbey"]
    result = ann.run("set", "--client", "c1", "--note", "Hello")
    assert result.code == 2 and "clientsync practice upgrade" in result.err
    assert "steps taken" in ann.ok("practice", "upgrade").err
    assert "up to date" in ann.ok("practice", "upgrade").err
    assert ann.ok("set", "--client", "c1", "--note", "Hello")


def test_upgrade_by_a_superuser_leaves_everything_with_the_owner(tmp_path: Path, postgres: Database) -> None:
    root, ben = host(tmp_path, "root"), host(tmp_path, "ben")
    owner = postgres.role("ann")
    assert owner in postgres.url("ann") and postgres.role("ben") in postgres.url("ben")
    with postgres.connect() as db:
        db.execute(f'GRANT CREATE ON DATABASE "{postgres.name}" TO "{owner}"'.encode())
    with postgres.connect("ann") as db:
        db.execute(steps()[0].encode())
        db.execute("INSERT INTO clientsync.about VALUES ('p1', 'Tester & Co', 1)")
        db.execute("INSERT INTO clientsync.people VALUES (session_user, 'admin')")
        db.execute("GRANT USAGE ON SCHEMA clientsync TO PUBLIC")
        db.execute("SELECT clientsync.grant_person('postgres', 'admin', NULL, NULL)")
    root.ok("practice", "join", postgres.url())
    assert "steps taken" in root.ok("practice", "upgrade").err
    owners = (
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'clientsync'::regnamespace UNION "
        "SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'clientsync'::regnamespace"
    )
    with postgres.connect() as db:
        assert db.execute(owners).fetchall() == [(owner,)]
    with postgres.connect("ben") as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("SELECT clientsync.take_claims(ARRAY['c1'], 30)")
    root.ok("practice", "grant", postgres.role("ben"), "member")
    ben.ok("practice", "join", postgres.url("ben"))
    assert ben.ok("team", "create", "North")


def test_only_the_creator_of_the_practice_upgrades_it(hosts: tuple[Host, Host]) -> None:
    result = hosts[1].run("practice", "upgrade")
    assert result.code == 2 and "Only the person who created the practice" in result.err


def test_database_without_a_practice_says_so(tmp_path: Path, postgres: Database) -> None:
    result = host(tmp_path, "ann").run("practice", "join", postgres.url())
    assert result.code == 2 and "There is no practice in" in result.err


def test_undo_takes_back_ones_own_change_and_no_colleagues(hosts: tuple[Host, Host]) -> None:
    ann, ben = hosts
    with ann.workplace() as workplace:
        add(workplace, "c1", "Abbey")
    ann.ok("set", "--client", "c1", "--note", "Call them")
    result = ben.run("undo")
    assert result.code == 2 and "no change to undo" in result.err
    ann.ok("undo")
    assert [entry["kind"] for entry in ben.ok("log", "--json")] == ["client_added", "note_set", "note_set"]
    assert len(ann.ok("log", "--by", "you", "--json")) == 3 and ben.ok("log", "--by", "you", "--json") == []


def test_backup_is_a_copy_and_nothing_is_restored_over_a_server(
    hosts: tuple[Host, Host], tmp_path: Path
) -> None:
    ann, _ = hosts
    ann.ok("backup", str(tmp_path / "copy.db"))
    result = ann.run("restore", "--yes", str(tmp_path / "copy.db"))
    assert result.code == 2 and "Restore it there" in result.err


def test_kind_that_the_practice_does_not_have_yet_waits_for_the_upgrade(
    hosts: tuple[Host, Host], postgres: Database
) -> None:
    ann, ben = hosts
    with postgres.connect() as db:
        db.execute("DELETE FROM clientsync.kinds WHERE kind = 'team_created'")
    result = ben.run("team", "create", "North")
    assert result.code == 2 and "clientsync practice upgrade" in result.err
    ann.ok("practice", "upgrade")
    assert ben.ok("team", "create", "North")


def test_jobs_move_with_the_practice_and_unfinished_ones_keep_it_where_it_is(
    tmp_path: Path, postgres: Database
) -> None:
    ann, ben = host(tmp_path, "ann"), host(tmp_path, "ben")
    items = tuple(PlanItem(Will.DO, f"c{n}", f"Client {n}", "xero", f"o{n}") for n in range(2))
    with ann.workplace() as workplace:
        jobs = workplace.store.jobs
        job = jobs.create(Plan("refresh", "xero", None, items), "ann")
        result = ann.run("practice", "move", "--yes", postgres.url())
        assert result.code == 2 and "not finished" in result.err
        jobs.take(job, 0)
        jobs.settle(job, 0, ItemState.DONE)
        jobs.take(job, 1, "key")
        jobs.put_back(job, 1)
        jobs.finish(job, None)
    before = ann.ok("jobs", "--json")
    assert ann.ok("practice", "move", "--yes", "--json", postgres.url())["jobs"] == 1
    theirs = postgres.url(ben.role)
    ann.ok("practice", "grant", postgres.role(ben.role), "member")
    ben.ok("practice", "join", theirs)
    assert ann.ok("jobs", "--json") == ben.ok("jobs", "--json") == before
    with ben.workplace() as workplace:
        assert [item.key for item in workplace.store.jobs.items(job)] == [None, "key"]
