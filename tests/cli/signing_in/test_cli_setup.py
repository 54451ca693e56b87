"""Setting up, the list of apps, the doctor, and backups."""

import asyncio
import json
import sqlite3
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.sandbox.server import Running
from clientsync_tui.store.store import Store
from clientsync_tui.workplace import Workplace, secret_name
from tests.signin.keyrings import entries
from tests.support import process
from tests.support.clients import add
from tests.support.command import Command, Terminal, keys
from tests.support.practice import Practice


@pytest.fixture
def cli(tmp_path: Path) -> Command:
    """A user's own configuration with a comment in it."""
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("a passphrase for tests")
    config = tmp_path / "config.toml"
    config.write_text(
        "# mine\n[practice]\ndatabase = 'practice.db'\n"
        "[keyring]\nfile = 'keyring.bin'\npassphrase_file = 'passphrase'\n"
    )
    return Command(config)


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop's keyring, used where the configuration names none. `entries` reads it."""
    folder = tmp_path / "keyring"
    folder.mkdir()
    monkeypatch.setenv("TEST_KEYRING", str(folder))
    return folder


@pytest.fixture
def desktop(cli: Command, keyring: Path) -> Command:
    """The same on a desktop, where the encrypted file is not needed."""
    cli.config.write_text(cli.config.read_text().partition("[keyring]")[0])
    return cli


@pytest.fixture
def practice(box: Running, made: Callable[[Running], Practice]) -> Practice:
    return made(box)


def test_setup_says_how_and_then_sets(cli: Command) -> None:
    said = cli.inside("setup", "xero")
    assert said.code == 0
    assert "http://localhost:8400/callback" in said.out
    assert cli.inside("software", "--json").json[0]["configured"] is False
    assert cli.inside("setup", "xero", "--client-id", "ABC", "--redirect-port", "9000").code == 0
    text = cli.config.read_text()
    assert "# mine" in text
    assert tomllib.loads(text)["software"]["xero"] == {"client_id": "ABC", "redirect_port": 9000}
    softwares = cli.inside("software", "--json").json
    assert keys(softwares) == {
        frozenset({"name", "title", "organisations_per_sign_in", "configured", "signed_in"})
    }
    assert {each["name"] for each in softwares if each["configured"]} == {"xero"}


@pytest.mark.parametrize(
    "words", [("setup", "xero", "--client-id", "ABC"), ("config", "set", "software.xero.client_id", "ABC")]
)
def test_commands_that_write_the_configuration_create_the_file(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    new = Command(tmp_path / "new.toml")
    refused = new.inside("clients")
    assert (refused.code, "There is no configuration file" in refused.err) == (2, True)
    assert new.inside(*words).code == 0
    assert tomllib.loads(new.config.read_text()) == {"software": {"xero": {"client_id": "ABC"}}}
    assert new.config.stat().st_mode & 0o777 == 0o600


def test_empty_client_id_is_refused(cli: Command) -> None:
    refused = cli.inside("setup", "xero", "--client-id", " ")
    assert (refused.code, "'--client-id': This is empty." in refused.err) == (2, True)
    assert "software" not in cli.config.read_text()


def test_softwares_still_works_as_the_former_name_of_software(cli: Command) -> None:
    for words in ([], ["--json"]):
        new, former = cli.inside("software", *words), cli.inside("softwares", *words)
        assert (former.code, former.out, former.err) == (new.code, new.out, new.err)
    assert "softwares" not in cli.inside("--help").out


def test_settings_that_can_not_work_are_not_written(cli: Command) -> None:
    before = cli.config.read_text()
    assert cli.inside("setup", "xero", "--client-id", "ABC", "--redirect-port", "0").code == 2
    assert cli.inside("setup", "xerro", "--client-id", "ABC").code == 2
    assert cli.run("setup", "xero", "--client-id", "ABC", "--secret-stdin").code == 2, "no secret came"
    assert cli.config.read_text() == before


@pytest.mark.parametrize("wrong", ["A BC", "AB\u200bC", "ABC\u00e9", "A\u00a0BC", "AB\x1bC"])
def test_invalid_client_id_is_refused_everywhere(cli: Command, wrong: str) -> None:
    before = cli.config.read_text()
    said = cli.inside("setup", "xero", "--client-id", wrong)
    assert said.code == 2 and "client_id contains" in said.err and cli.config.read_text() == before
    cli.config.write_text(f"{before}[software.xero]\nclient_id = {json.dumps(wrong)}\n")
    said = cli.inside("sign-in", "xero")
    assert said.code == 2 and "client_id contains" in said.err


def test_characters_added_by_copying_are_removed(cli: Command) -> None:
    assert cli.inside("setup", "xero", "--client-id", "\ufeff ABC\u00a0\n").code == 0
    assert 'client_id = "ABC"' in cli.config.read_text()


@pytest.mark.parametrize("piped", ["\ufeffa-secret\r\n".encode(), "a-secret\r\n".encode("utf-16")])
def test_mark_before_a_piped_secret_is_no_part_of_it(desktop: Command, keyring: Path, piped: bytes) -> None:
    desktop.config.write_bytes(b"\xef\xbb\xbf" + desktop.config.read_bytes())
    done = process.run(desktop.words("setup", "xero", "--client-id", "ABC", "--secret-stdin"), text=piped)
    assert done.returncode == 0, done.stderr
    assert list(entries(keyring).values()) == ["a-secret"]
    # The configuration had a mark too.
    assert tomllib.loads(desktop.config.read_text())["software"]["xero"] == {"client_id": "ABC"}


@pytest.mark.parametrize("piped", [b"a secret\n", "a-s\u200becret\n".encode(), b"\xff\xfa\n"])
def test_invalid_secret_is_refused(cli: Command, piped: bytes) -> None:
    before = cli.config.read_text()
    done = process.run(cli.words("setup", "xero", "--client-id", "ABC", "--secret-stdin"), text=piped)
    assert done.returncode == 2 and "ecret" in done.stderr and "a secret\n" not in done.stderr
    assert cli.config.read_text() == before


def test_secret_that_is_missing_is_found_before_a_person_signs_in(cli: Command) -> None:
    cli.config.write_text(
        f'{cli.config.read_text()}[software.freeagent]\nclient_id = "ABC"\ntoken_url = "http://127.0.0.1:9/"\n'
    )
    said = cli.inside("sign-in", "freeagent")
    assert said.code == 2 and "clientsync setup freeagent --secret-stdin" in said.err
    (found,) = [each for each in cli.inside("doctor", "--json").json if each["name"] == "freeagent"]
    assert not found["ok"] and "client secret is missing" in found["says"]


def test_secret_goes_to_the_keyring_alone(cli: Command) -> None:
    said = cli.run("setup", "xero", "--client-id", "ABC", "--secret-stdin", stdin="very-secret-word\n")
    assert said.code == 0
    assert "very-secret-word" not in said.out + said.err
    for file in cli.config.parent.iterdir():
        assert b"very-secret-word" not in file.read_bytes()
    again = Workplace.open(cli.config)
    assert asyncio.run(again.vault.read(secret_name("xero", "ABC"))) == "very-secret-word"
    again.close()


def test_secret_of_a_replaced_app_is_deleted(desktop: Command, keyring: Path) -> None:
    for client_id, secret in (("OLD", "first"), ("NEW", "second")):
        assert (
            desktop.run("setup", "xero", "--client-id", client_id, "--secret-stdin", stdin=f"{secret}\n").code
            == 0
        )
    assert list(entries(keyring).values()) == ["second"]


def test_secret_that_the_app_does_not_have_is_forgotten(desktop: Command, keyring: Path) -> None:
    assert desktop.run("setup", "xero", "--client-id", "app", "--secret-stdin", stdin="not-one\n").code == 0
    assert list(entries(keyring).values()) == ["not-one"]
    assert desktop.run("setup", "xero", "--no-secret").code == 0
    assert not entries(keyring)
    assert desktop.run("setup", "xero", "--secret-stdin", stdin="not-one\n").code == 0
    assert desktop.run("setup", "xero", "--client-id", "other", "--no-secret").code == 0
    assert not entries(keyring), "the former client id's secret is gone too"
    assert desktop.run("setup", "xero", "--secret-stdin", stdin="not-one\n").code == 0
    assert desktop.run("setup", "xero", "--client-id", "third").code == 0
    assert not entries(keyring)
    assert desktop.run("setup", "quickbooks", "--client-id", "app", "--no-secret").code == 2
    assert desktop.run("setup", "xero", "--no-secret", "--secret-stdin", stdin="x").code == 2


def test_setup_without_a_secret_that_the_app_needs_changes_nothing(desktop: Command, keyring: Path) -> None:
    desktop.run("setup", "quickbooks", "--client-id", "app", "--secret-stdin", stdin="secret\n")
    before = desktop.config.read_text()
    refused = desktop.run(
        "setup", "quickbooks", "--redirect-url", "https://other.example/back", "--no-secret"
    )
    assert (refused.code, desktop.config.read_text()) == (2, before)
    assert "Nothing was changed" in refused.err


def test_keyring_is_empty_after_signing_out_of_everything(practice: Practice, keyring: Path) -> None:
    cli = Command(practice.config)
    kept = cli.run("setup", "xero", "--client-id", "sandbox-xero-web", "--secret-stdin", stdin="sandbox\n")
    assert kept.code == 0
    practice.sign_in(practice.people[0])
    assert len(entries(keyring)) == 2
    said = cli.inside("sign-out", "--all", "--yes", "--json")
    assert (said.code, len(said.json), said.json[0]["revoked"]) == (0, 1, True)
    assert "Deleted the client secrets too: xero." in said.err
    assert entries(keyring) == {}
    again = cli.inside("sign-out", "--all", "--yes", "--json")
    assert (again.code, again.json) == (0, []), "done again, there is nothing to do"


def test_doctor_finds_everything_in_order(practice: Practice) -> None:
    said = Command(practice.config).inside("doctor", "--json")
    assert keys(said.json) == {frozenset({"name", "ok", "says"})}
    assert [each for each in said.json if not each["ok"]] == []
    assert said.code == 0
    assert {each["name"] for each in said.json} >= {
        "configuration",
        "database",
        "keyring",
        "xero",
        "clock",
        "terminal",
    }


def test_doctor_names_what_is_wrong(practice: Practice) -> None:
    cli = Command(practice.config)
    passphrase = practice.folder / "passphrase"
    passphrase.write_text("a passphrase for tests")
    passphrase.chmod(0o644)
    keyring = "[keyring]\npassphrase_file = 'passphrase'\n"
    text = practice.config.read_text().replace(practice.sandbox.url, "http://127.0.0.1:9") + keyring
    practice.config.write_text(text)
    said = cli.inside("doctor", "--json")
    assert said.code == 1
    wrong = {each["name"]: each["says"] for each in said.json if not each["ok"]}
    assert wrong.keys() == {"keyring", "xero"}
    assert "chmod 600" in wrong["keyring"]
    practice.config.write_text(text + "\n[nonsense]\n")
    said = cli.inside("doctor", "--json")
    assert (said.code, said.json[0]["name"], said.json[0]["ok"]) == (1, "configuration", False)


def filled(cli: Command, *names: str) -> None:
    store = Store(cli.config.parent / "practice.db")
    for name in names:
        add(store, name)
    store.close()


def listed(cli: Command) -> list[str]:
    return [client["name"] for client in cli.inside("clients", "--json").json]


def test_backup_is_put_back(cli: Command, tmp_path: Path) -> None:
    filled(cli, "One", "Two")
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    filled(cli, "Three")
    assert cli.inside("backup", "--yes", str(copy), "--json").json["file"] == str(copy), (
        "a former copy may be replaced"
    )
    filled(cli, "Four")
    said = cli.inside("restore", "--yes", str(copy), "--json")
    assert said.code == 0
    assert "tokens stay in each person's keyring" in said.err
    assert listed(cli) == ["One", "Three", "Two"]
    with sqlite3.connect(said.json["kept"]) as kept:
        assert kept.execute("SELECT count(*) FROM clients").fetchone() == (4,)
    kept.close()
    assert cli.inside("restore", "--yes", str(copy), "--json").json["kept"] != said.json["kept"]


def test_file_that_is_not_a_copy_is_not_restored(cli: Command, tmp_path: Path) -> None:
    filled(cli, "One")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database" * 100)
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    newer = tmp_path / "newer.db"
    newer.write_bytes(copy.read_bytes())
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    damaged = tmp_path / "damaged.db"
    data = bytearray(copy.read_bytes())
    data[4096 : 4096 * 8] = b"\x55" * 4096 * 7
    damaged.write_bytes(data)
    for file in (other, notes, newer, damaged, tmp_path / "absent.db", tmp_path / "practice.db"):
        said = cli.inside("restore", "--yes", str(file))
        assert said.code == 2, file
        assert len(said.err.splitlines()) == 1
    assert cli.inside("backup", "--yes", str(notes)).code == 2, "an existing file is not replaced"
    assert cli.inside("backup", "--yes", str(tmp_path / "practice.db")).code == 2
    assert notes.read_text().startswith("not a database")
    assert listed(cli) == ["One"]


def test_practice_in_use_is_not_replaced(cli: Command, tmp_path: Path) -> None:
    filled(cli, "One")
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    other = cli.start("log", "--follow", "--json")
    while not other.out:
        assert other.process.poll() is None
    said = cli.inside("restore", "--yes", str(copy))
    assert said.code == 2
    assert "in use" in said.err
    other.kill()
    assert cli.inside("restore", "--yes", str(copy)).code == 0


def test_app_that_needs_an_https_page_is_set_up(cli: Command) -> None:
    said = cli.inside("setup", "quickbooks").out
    assert "page of your practice's website" in said and "--redirect-url URL --secret-stdin" in said
    assert "http://localhost" not in said
    given = ("setup", "quickbooks", "--client-id", "ABC")
    refused = cli.inside(*given)
    assert refused.code == 2 and "needs a redirect_url" in refused.err
    assert cli.inside(*given, "--redirect-url", "http://practice.example/").code == 2
    page = ("--redirect-url", "https://practice.example/signed-in")
    before = cli.config.read_text()
    refused = cli.run(*given, *page)
    assert refused.code == 2 and "client secret" in refused.err and cli.config.read_text() == before
    kept = cli.run(*given, *page, "--secret-stdin", stdin="a-secret\n")
    assert kept.code == 0
    # The secret is there already.
    assert cli.run(*given, *page).code == 0
    assert "redirect: https://practice.example/signed-in" in cli.inside("setup", "quickbooks").out


def test_setup_says_what_each_permission_is_for(cli: Command) -> None:
    said = cli.inside("setup", "xero").out
    assert "accounting.contacts.read: " in said
    assert "Permissions that each person" not in cli.inside("setup", "freeagent").out, "it knows no scopes"


def test_app_that_is_set_up_again_uses_the_new_settings(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    written = "[practice]\ndatabase = 'practice.db'\n[software.xero]\nclient_id = '{}'\n"
    config.write_text(written.format("before"))
    workplace = Workplace.open(config)
    assert workplace.configured("xero") is workplace.configured("xero")
    config.write_text(written.format("after"))
    workplace.reload()
    assert workplace.configured("xero").client_id == "after"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    workplace.reload()
    with pytest.raises(UsageError, match="has no client_id"):
        workplace.configured("xero")


def test_secret_that_is_typed_is_not_shown(desktop: Command, keyring: Path) -> None:
    terminal = Terminal(desktop, "setup", "sage", "--client-id", "abc", "--secret-stdin")
    terminal.until("Client secret: ")
    terminal.type("s3cret-typed\n")
    terminal.until("Sign in now")
    terminal.type("n\n")
    assert terminal.end() == 0, terminal.text
    assert "s3cret-typed" not in terminal.text
    assert "s3cret-typed" in entries(keyring).values()
