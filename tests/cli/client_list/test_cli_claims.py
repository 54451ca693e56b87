"""`claim` and `release`, and what bulk commands say about clients that a colleague claimed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.store.store import Store
from clientsync_tui.workplace import Workplace
from tests.support import empty
from tests.support.clients import add
from tests.support.command import Command


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Command]:
    config = tmp_path / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    empty.put(tmp_path / "practice.db")
    store = Store(tmp_path / "practice.db")
    for name in ("Abbey", "Baker", "Cedar"):
        add(store, name, team="North" if name == "Abbey" else None)
    store.close()
    yield Command(config)


def claimed(cli: Command) -> dict[str, str]:
    found = cli.inside("clients", "--json").json
    return {client["name"]: client["claimed_by"]["name"] for client in found if client["claimed_by"]}


def as_noor(cli: Command, *names: str) -> None:
    workplace = Workplace.open(cli.config)
    ids = [id for id, name, _ in workplace.store.clients.codes() if name in names]
    workplace.store.claims.take(ids, "noor")
    workplace.close()


def test_clients_are_claimed_by_name_or_filter_and_released(cli: Command) -> None:
    me = Workplace.open(cli.config).actor
    said = cli.inside("claim", "--client", "Abbey")
    assert said.code == 0 and "1 client claimed." in said.err and "30 minutes" in said.err
    assert cli.inside("claim", "--match", "-team:north", "--minutes", "5").code == 0
    assert claimed(cli) == dict.fromkeys(("Abbey", "Baker", "Cedar"), me)
    assert "Claimed by you" in cli.inside("client", "Abbey").out
    assert "Claimed by" in cli.inside("clients").out.splitlines()[0]
    assert cli.inside("practice", "status", "--json").json["claims"] == 3
    assert cli.inside("release", "--match", "claimed:you", "--json").json == {"released": 3}
    assert claimed(cli) == {} and "Claimed by" not in cli.inside("clients").out


def test_colleagues_claim_is_taken_over_but_never_released(cli: Command) -> None:
    as_noor(cli, "Abbey", "Baker")
    said = cli.inside("release", "--client", "Abbey")
    assert said.code == 0 and "0 clients released." in said.err and "claimed by noor" in said.err
    said = cli.inside("claim", "--client", "Abbey", "--json")
    assert [client["name"] for client in said.json["taken_over"]] == ["Abbey"]
    assert "Took over 1 client from noor" in said.err
    assert claimed(cli)["Baker"] == "noor" != claimed(cli)["Abbey"]
    entries = cli.inside("log", "--client", "Abbey", "--json").json
    assert entries[-1]["kind"] == "claim_taken_over" and entries[-1]["body"]["from"]["name"] == "noor"


def test_bulk_commands_warn_of_a_colleagues_claim_and_continue(cli: Command) -> None:
    as_noor(cli, "Abbey", "Baker")
    both = ("--client", "Abbey", "--client", "Baker", "--client", "Cedar")
    for command in (("team", "assign", "South", *both), ("remove", *both, "--dry-run")):
        said = cli.inside(*command)
        assert said.code == 0 and "2 of these clients are claimed by noor (since" in said.err, said
    assert "claimed" not in cli.inside("team", "assign", "West", "--client", "Cedar").err


def test_changes_of_one_client_and_of_codes_warn_of_a_colleagues_claim(cli: Command, tmp_path: Path) -> None:
    as_noor(cli, "Abbey", "Baker")
    said = cli.inside("set", "--client", "Abbey", "--note", "Call them")
    assert said.code == 0 and "This client is claimed by noor (since" in said.err
    assert "claimed" not in cli.inside("set", "--client", "Cedar", "--note", "Call them").err
    file = tmp_path / "codes.csv"
    file.write_text("Client,Practice code\nAbbey,A1\nBaker,B1\nCedar,C1\n")
    for more in (["--dry-run"], []):
        said = cli.inside("codes", "upload", str(file), *more)
        assert said.code == 0 and "2 of these clients are claimed by noor (since" in said.err


@pytest.mark.parametrize(
    "words",
    [("claim",), ("claim", "--client", "Abbey", "--match", "x"), ("claim", "--match", "x", "--minutes", "0")],
)
def test_claim_without_clients_or_time_is_wrong_usage(cli: Command, words: tuple[str, ...]) -> None:
    assert cli.inside(*words).code == 2
