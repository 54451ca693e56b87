"""Commands that change the client list, and those that show what was pulled or saved."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.store.store import Store
from clientsync_tui.sync import client_edits
from tests.support import empty
from tests.support.clients import ANN, add, found, signed_in
from tests.support.command import Command

ABBEY, BAKER, IVY = "Abbey Road Bakery", "Baker & Daughters", "Ivy Lane Florists"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two clients with an integration and a code, one without either."""
    empty.put(tmp_path / "practice.db")
    store = Store(tmp_path / "practice.db")
    ann = signed_in(store, ANN)
    add(store, BAKER, ann, code="BAK01", team="North")
    add(store, ABBEY)
    add(store, IVY, ann, code="IVY01")
    yield store
    store.close()


@pytest.fixture
def cli(store: Store) -> Command:
    config = store.path.parent / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    return Command(config)


def client(cli: Command, name: str) -> dict[str, object]:
    return next(shape for shape in cli.inside("clients", "--json").json if shape["name"] == name)


def test_set_changes_what_is_given(cli: Command) -> None:
    done = cli.inside("set", "--client", ABBEY, "--code", "ABB01", "--note", "mornings\nonly", "--json")
    assert done.code == 0
    assert done.json["changed"] == {
        "practice_code": {"before": None, "after": "ABB01"},
        "note": {"before": None, "after": "mornings / only"},
    }
    assert client(cli, ABBEY)["practice_code"] == "ABB01"
    again = cli.inside("set", "--client", "ABB01", "--code", "ABB01")
    assert (again.code, "Nothing was changed" in again.err) == (0, True)
    assert cli.inside("set", "--client", "ABB01", "--code", "", "--name", "Abbey Bakery").code == 0
    assert client(cli, "Abbey Bakery")["practice_code"] is None


def test_set_changes_nothing_if_one_value_is_refused(cli: Command) -> None:
    refused = cli.inside("set", "--client", ABBEY, "--name", "Abbey Bakery", "--code", "bak01")
    assert (refused.code, "BAK01" in refused.err.upper()) == (2, True)
    assert client(cli, ABBEY)["practice_code"] is None
    assert cli.inside("set", "--client", ABBEY, "--name", "   ").code == 2
    assert cli.inside("set", "--client", ABBEY).code == 2
    assert cli.inside("set", "--client", "nobody", "--note", "x").code == 2


def test_teams_are_created_listed_and_assigned(cli: Command) -> None:
    assert cli.inside("team", "create", "South").code == 0
    assert cli.inside("team", "create", "south").code == 2
    assert cli.inside("team", "create", " ").code == 2
    refused = cli.inside("team", "assign", " ", "--client", ABBEY)
    assert (refused.code, "Enter a name for the team" in refused.err) == (2, True)
    dry = cli.inside("team", "assign", "South", "--client", ABBEY, "--client", "BAK01", "--dry-run", "--json")
    assert dry.json == {"team": "South", "changed": 0, "unchanged": 0}
    done = cli.inside("team", "assign", "South", "--client", ABBEY, "--client", "BAK01", "--json")
    assert done.json == {"team": "South", "changed": 2, "unchanged": 0}
    assert cli.inside("team", "list", "--json").json == [
        {"name": "North", "clients": 0},
        {"name": "South", "clients": 2},
    ]
    assert cli.inside("team", "assign", "", "--client", ABBEY).code == 0
    assert client(cli, ABBEY)["team"] is None
    assert cli.inside("team", "assign", "South").code == 2
    for words, says in ((("--dry-run",), "Team East would be created."), ((), "Created team East.")):
        assert says in cli.inside("team", "assign", "East", "--client", ABBEY, *words).err
    assert "East" not in cli.inside("team", "assign", "South", "--client", ABBEY).err


def test_remove_leaves_clients_with_an_active_integration(cli: Command) -> None:
    words = ("remove", "--client", ABBEY, "--client", "BAK01")
    assert cli.inside(*words).code == 2
    assert len(cli.inside("clients", "--json").json) == 3
    dry = cli.inside(*words, "--dry-run", "--json")
    assert (dry.code, dry.json["will_do"], dry.json["cannot"]) == (0, 1, 1)
    done = cli.inside(*words, "--yes", "--json")
    assert (done.code, done.json["done"], done.json["failed"]) == (1, 1, 1)
    assert {item["reason"] for item in done.json["items"]} == {None, "still_connected"}
    assert [shape["name"] for shape in cli.inside("clients", "--json").json] == [BAKER, IVY]
    assert BAKER in cli.inside(*("remove", "--client", "BAK01", "--yes")).err


def test_undo_lists_and_undoes_the_last_change(cli: Command) -> None:
    cli.inside("set", "--client", ABBEY, "--note", "mornings")
    cli.inside("remove", "--client", ABBEY, "--yes")
    listed = cli.inside("undo", "--list", "--json").json
    assert [(step["what"], step["clients"]) for step in listed] == [("removal from the list", 1), ("note", 1)]
    assert "is on the list again" in cli.inside("undo", "--json").json["undone"]
    assert client(cli, ABBEY)
    assert cli.inside("undo").code == 0
    assert cli.inside("undo").code == 2
    assert "no change to undo" in cli.inside("undo", "--list").err


def test_lists_show_what_was_pulled(cli: Command, store: Store) -> None:
    organisation = next(iter(store.clients.integrated("xero")))
    records = [
        {"id": "1", "code": "200", "name": "Sales"},
        {"id": "2", "code": "300", "name": "=Rent", "tax": "20%", "group": {"id": "é"}},
    ]
    store.pulled.keep("xero", organisation, {"accounts": records, "suppliers": []})
    summary = cli.inside("lists", "--client", "BAK01", "--json").json
    assert [(shape["list"], shape["records"]) for shape in summary] == [("accounts", 2), ("suppliers", 0)]
    assert cli.inside("lists", "--client", "BAK01", "accounts", "--json").json[0]["records"] == records
    rows = list(
        csv.DictReader(io.StringIO(cli.inside("lists", "--client", "BAK01", "accounts", "--csv").out))
    )
    assert [(row["name"], row["tax"]) for row in rows] == [("Sales", ""), ("'=Rent", "'20%")]
    assert json.loads(rows[1]["group"]) == {"id": "é"}
    assert "Sales" in cli.inside("lists", "--client", "BAK01", "accounts").out
    assert cli.inside("lists", "--client", "BAK01", "unicorns").code == 2
    assert cli.inside("lists", "--client", ABBEY).code == 2
    assert cli.inside("lists", "--client", "BAK01", "--csv").code == 2


def test_views_are_saved_used_and_deleted(cli: Command) -> None:
    assert cli.inside("views", "save", "My north", "team:north").code == 0
    assert cli.inside("views", "save", "Wrong", "statsu:x").code == 2
    assert cli.inside("views", "--json").json == [{"name": "My north", "filter": "team:north"}]
    shown = cli.inside("clients", "--view", "my NORTH", "--json").json
    assert [shape["name"] for shape in shown] == [BAKER]
    assert cli.inside("clients", "--view", "South").code == 2
    assert cli.inside("views", "delete", "South").code == 2
    assert cli.inside("views", "delete", "My north").code == 0
    assert cli.inside("views", "--json").json == []


def test_settings_of_an_integration_are_shown_and_changed(cli: Command) -> None:
    assert "never" in cli.inside("settings", "--client", "BAK01").out
    words = ("--list", "accounts", "--refresh-days", "7", "--keep-details", "--note", "n", "--json")
    shape = cli.inside("settings", "--client", "BAK01", *words).json
    assert shape["changed"] is True
    assert (shape["lists"], shape["refresh_days"], shape["follow_details"]) == (["accounts"], 7, False)
    again = cli.inside("settings", "--client", "BAK01", "--refresh-days", "7", "--all-lists", "--json").json
    assert (again["lists"], again["note"]) == (None, "n")
    assert cli.inside("settings", "--client", "BAK01", "--list", "unicorns").code == 2
    assert cli.inside("settings", "--client", "BAK01", "--note", "x" * 501).code == 2
    assert cli.inside("settings", "--client", ABBEY).code == 2


def test_open_prints_the_address_of_the_organisation(cli: Command, store: Store) -> None:
    never = cli.inside("open", "--client", "BAK01").err
    assert "refresh" not in never and "choose it there" in never
    body = {"details": {"short_code": "!a1B2c"}, "before": {}}
    store.ledger.append(NewEntry(Kind.DETAILS_SET, ANN, str(client(cli, BAKER)["id"]), body=body))
    assert cli.inside("open", "--client", "BAK01").out.startswith("https://go.xero.com/")
    assert cli.inside("open", "--client", "BAK01", "--json").json["link"].startswith("https://go.xero.com/")
    assert cli.inside("open", "--client", ABBEY).code == 2


def test_log_is_narrowed_by_time_person_and_number(cli: Command, store: Store) -> None:
    found(store, str(client(cli, IVY)["id"]), Kind.FOUND_BROKEN, "access_removed")
    whole = cli.inside("log", "--json").json
    assert [entry["seq"] for entry in whole] == sorted(entry["seq"] for entry in whole)
    assert cli.inside("log", "--last", "2", "--json").json == whole[-2:]
    assert cli.inside("log", "--by", ANN, "--since", "today", "--json").json == whole
    assert cli.inside("log", "--by", "bob@example.com", "--json").json == []
    assert cli.inside("log", "--since", "soon").code == 2
    assert cli.inside("log", "--by", "").code == 2
    assert IVY in cli.inside("log", "--last", "1").out


def test_clients_are_plain_arguments_too(cli: Command) -> None:
    assert cli.inside("set", "IVY01", "--note", "mornings").code == 0
    assert "Abbey Road Bakery" in cli.inside("claim", ABBEY, "BAK01", "--json").out
    assert cli.inside("release", "--client", ABBEY, "BAK01", "--json").json == {"released": 2}
    assert cli.inside("team", "assign", "South", ABBEY, "IVY01", "--json").json["changed"] == 2
    assert cli.inside("settings", "IVY01", "--json").json["client"] == client(cli, IVY)["id"]
    assert IVY in cli.inside("open", "IVY01").err
    noted = cli.inside("log", "IVY01", "--json").json
    assert noted[-1]["client"] == client(cli, IVY)["id"]
    planned = cli.inside("refresh", "IVY01", "BAK01", "--dry-run", "--json").json
    assert [item["name"] for item in planned["items"]] == [IVY, BAKER]
    for words in (("set", "--note", "n"), ("set", "IVY01", "BAK01", "--note", "n"), ("open",), ("lists",)):
        assert cli.inside(*words).code == 2


def test_work_is_done_for_what_a_filter_shows(cli: Command) -> None:
    def items(*words: str) -> list[str]:
        return [item["name"] for item in cli.inside(*words, "--dry-run", "--json").json["items"]]

    assert items("refresh", "--match", "code:ivy") == [IVY]
    assert items("disconnect", "--match", "team:north") == [BAKER]
    assert items("remove", "--match", "software:none") == [ABBEY]
    assert items("reconnect", "xero", "--match", "-team:north status:expired") == []
    assert items("refresh", "--match", "nobody") == []
    assert cli.inside("team", "assign", "East", "--match", "code:none", "--json").json["changed"] == 1
    for words in (("--match", ""), ("--match", "team:north", "BAK01"), ("--match", "north", "--all")):
        refused = cli.inside("disconnect", *words, "--yes")
        assert refused.code == 2, refused.err


def test_absurdly_long_texts_are_refused(cli: Command) -> None:
    long, longer = "x" * 3_000, "x" * 100_000
    for words in (
        ("set", "BAK01", "--name", long),
        ("set", "BAK01", "--note", long),
        ("team", "create", long),
        ("team", "assign", long, "BAK01"),
        ("clients", "--match", long),
        ("claim", "--match", long),
        ("views", "save", long, "bakery"),
        ("views", "save", "Mine", long),
        ("settings", "BAK01", "--note", long),
    ):
        refused = cli.inside(*words)
        assert (refused.code, refused.err.count("longer than")) == (2, 1), (words[:2], refused.err[:200])
        refused = cli.inside(*(longer if word == long else word for word in words))
        assert refused.code == 2 and "An argument is longer than 10,000 characters." in refused.err
        assert len(refused.err) < 500
    assert cli.inside("client", longer).code == 2
    assert cli.inside("undo", "--list", "--json").json == []


def test_team_is_renamed_and_deleted_and_both_are_undone(cli: Command, store: Store) -> None:
    teams = lambda: {team["name"]: team["clients"] for team in cli.inside("team", "list", "--json").json}  # noqa: E731
    assert cli.inside("team", "assign", "South", ABBEY, "IVY01").code == 0
    store.ledger.append(
        NewEntry(Kind.CLIENT_REMOVED, ANN, str(client(cli, ABBEY)["id"]), body={"name": ABBEY})
    )
    before = store.ledger.last()
    dry = cli.inside("team", "rename", "south", "East", "--dry-run")
    assert dry.code == 0 and "Team South would be renamed to East: 1 client." in dry.err
    assert "2 clients" not in cli.inside("team", "delete", "north", "--dry-run").err
    assert cli.inside("team", "delete", "North").code == 2 and store.ledger.last() == before
    assert cli.inside("team", "rename", "South", "north").code == 2
    assert cli.inside("team", "rename", "West", "East").code == 2
    assert cli.inside("team", "rename", "South", "East", "--json").json == {
        "team": "East",
        "before": "South",
        "clients": 1,
    }
    assert teams() == {"East": 1, "North": 1} and client(cli, IVY)["team"] == "East"
    assert "renamed to East" in cli.inside("log", "--last", "2").out
    assert cli.inside("undo").code == 0 and client(cli, IVY)["team"] == "South"
    assert cli.inside("team", "rename", "South", "SOUTH").code == 0 and client(cli, IVY)["team"] == "SOUTH"
    gone = cli.inside("team", "delete", "south", "--yes")
    assert "Team SOUTH is deleted. 1 client now has no team." in gone.err
    assert client(cli, IVY)["team"] is None and "SOUTH" not in teams()
    assert cli.inside("undo").code == 0 and client(cli, IVY)["team"] == "SOUTH"
    assert cli.inside("undo").code == 0 and teams() == {"South": 1, "North": 1}, "its letters too"
    was = teams(), cli.inside("clients", "--json").json
    store.ledger.rebuild()
    assert (teams(), cli.inside("clients", "--json").json) == was


def test_team_without_clients_is_undone_before_what_was_done_before_it(cli: Command) -> None:
    teams = lambda: [team["name"] for team in cli.inside("team", "list", "--json").json]  # noqa: E731
    assert cli.inside("team", "assign", "South", ABBEY).code == 0
    assert cli.inside("team", "create", "Empty").code == 0
    assert cli.inside("team", "rename", "Empty", "Bare").code == 0
    assert cli.inside("team", "delete", "Bare", "--yes").code == 0
    assert "there is a team Bare again: 0 clients." in cli.inside("undo").err and "Bare" in teams()
    assert "team Bare is called Empty again: 0 clients." in cli.inside("undo").err and "Empty" in teams()
    assert client(cli, ABBEY)["team"] == "South"
    assert cli.inside("undo").code == 0 and client(cli, ABBEY)["team"] is None


def test_team_is_found_by_its_own_letters_first(cli: Command) -> None:
    for team in ("STRASSE", "Straße"):
        assert cli.inside("team", "assign", team, ABBEY).code == 0
    assert cli.inside("team", "delete", "Straße", "--yes").code == 0
    teams = [team["name"] for team in cli.inside("team", "list", "--json").json]
    assert "STRASSE" in teams and "Straße" not in teams
    assert cli.inside("team", "assign", "Straße", ABBEY).code == 0
    refused = cli.inside("team", "delete", "strasse", "--yes")
    assert refused.code == 2 and "STRASSE or Straße" in refused.err


def test_team_that_a_colleague_renamed_meanwhile_is_not_made_again(store: Store) -> None:
    client_edits.create_team(store, ANN, "South")
    client_edits.rename_team(store, ANN, "South", "East")
    client_edits.create_team(store, ANN, "West")
    for change in (
        lambda: client_edits.rename_team(store, ANN, "South", "Far South"),
        lambda: client_edits.rename_team(store, ANN, "East", "west"),
        lambda: client_edits.delete_team(store, ANN, "South"),
    ):
        with pytest.raises(UsageError, match="Nothing was changed"):
            change()
    assert {"East", "West"} <= set(store.clients.teams()) and "Far South" not in store.clients.teams()


def test_long_name_of_a_team_from_before_there_was_a_limit_can_be_changed(cli: Command, store: Store) -> None:
    store.ledger.append(NewEntry(Kind.TEAM_CREATED, ANN, body={"team": (long := "x" * 300)}))
    assert cli.inside("team", "rename", long, "Short").code == 0
    assert "Short" in store.clients.teams() and long not in store.clients.teams()
