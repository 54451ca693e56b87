"""The connection to a practice's server under real certificates: the right one, and every wrong one."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.sandbox.config import free_ports
from tests.support.hosts import Host, host
from tests.support.network.line import Line
from tests.support.network.tls import Authority
from tests.support.postgres import OWNER, Database

NAME = "db.example.com"
PAGE = Path(__file__).parents[2] / "docs" / "administrators.md"


def address(database: Database, line: Line, more: str = "") -> str:
    """For the system, 0.0.0.0 is this host. For the program, it is an address elsewhere, so TLS is required."""
    return f"postgresql://{OWNER}@{NAME}:{line.port}/{database.name}?hostaddr=0.0.0.0{more}"


@pytest.fixture
def office(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "office")


@pytest.fixture
def ann(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return host(tmp_path, "ann")


def by_address(office: Authority, monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    return f"&sslrootcert={office.file}"


def by_environment(office: Authority, monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    monkeypatch.setenv("PGSSLROOTCERT", str(office.file))
    return ""


def by_file(office: Authority, monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    (home / ".postgresql").mkdir(parents=True)
    (home / ".postgresql" / "root.crt").write_bytes(office.file.read_bytes())
    return ""


def by_service(office: Authority, monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    home.mkdir()
    (home / "services").write_text(f"[office]\nsslrootcert={office.file}\nsslmode=disable\n")
    monkeypatch.setenv("PGSERVICEFILE", str(home / "services"))
    return "&service=office"


@pytest.mark.parametrize("trust", [by_address, by_environment, by_file, by_service])
def test_practice_is_made_and_followed_through_tls(
    tmp_path: Path,
    ann: Host,
    office: Authority,
    postgres: Database,
    monkeypatch: pytest.MonkeyPatch,
    trust: Callable[[Authority, pytest.MonkeyPatch, Path], str],
) -> None:
    more = trust(office, monkeypatch, tmp_path / "home")
    with Line(postgres.server.port, office.certificate(NAME)) as line:
        url = address(postgres, line, more)
        ann.ok("practice", "create", url)
        ann.ok("practice", "join", url)
        ann.ok("team", "create", "North")
        assert ann.ok("practice", "status", "--json")["entries"] == 1
    assert ann.run("practice", "status").code == 4


WRONG: dict[str, tuple[Callable[[Path, Authority], Path | None], str]] = {
    "other authority": (
        lambda folder, office: Authority(folder, "other").certificate(NAME),
        "another authority issued it",
    ),
    "expired": (lambda folder, office: office.certificate(NAME, days=-1), "it has expired, or"),
    "other host": (
        lambda folder, office: office.certificate("mail.example.com"),
        f'is for another host: server certificate for "mail.example.com" does not match host name "{NAME}"',
    ),
    "no TLS": (lambda folder, office: None, "offers no TLS"),
}


@pytest.mark.parametrize(("shown", "words"), WRONG.values(), ids=WRONG)
def test_server_without_the_right_certificate_is_refused_in_a_sentence(
    tmp_path: Path,
    ann: Host,
    office: Authority,
    postgres: Database,
    shown: Callable[[Path, Authority], Path | None],
    words: str,
) -> None:
    with Line(postgres.server.port, shown(tmp_path, office)) as line:
        result = ann.run("practice", "join", address(postgres, line, f"&sslrootcert={office.file}"))
    assert result.code == 4 and words in result.err and "Nothing was sent." in result.err
    assert "Traceback" not in result.err and "SSL error" not in result.err


def test_authority_that_is_not_there_is_named(ann: Host, office: Authority, postgres: Database) -> None:
    with Line(postgres.server.port, office.certificate(NAME)) as line:
        result = ann.run("practice", "join", address(postgres, line, "&sslrootcert=/nowhere/office.crt"))
    assert result.code == 2 and '"/nowhere/office.crt" does not exist' in result.err, result.err
    assert "password" not in result.err


def test_certificate_that_expires_leaves_the_practice_readable(
    ann: Host, office: Authority, postgres: Database
) -> None:
    port = free_ports(1)[0]
    with Line(postgres.server.port, office.certificate(NAME), port=port) as line:
        url = address(postgres, line, f"&sslrootcert={office.file}")
        ann.ok("practice", "create", url)
        ann.ok("practice", "join", url)
        with ann.workplace() as workplace:
            added = NewEntry(Kind.CLIENT_ADDED, "x", "c1", body={"name": "Abbey"})
            workplace.store.ledger.append(added)
    with Line(postgres.server.port, office.certificate(NAME, days=-1), port=port):
        result = ann.run("clients", "--json")
        assert (result.code, [client["name"] for client in result.json]) == (0, ["Abbey"])
        assert "it has expired" in result.err
        assert ann.run("set", "--client", "c1", "--note", "Call them").code == 4


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_commands_of_the_page_make_certificates_that_are_trusted(
    tmp_path: Path, ann: Host, postgres: Database
) -> None:
    commands = re.search(r"```sh\n(openssl .+?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert commands is not None
    subprocess.run(["sh", "-e", "-c", commands[1]], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "server.crt").read_bytes() + (tmp_path / "server.key").read_bytes())
    with Line(postgres.server.port, both) as line:
        ann.ok("practice", "create", address(postgres, line, f"&sslrootcert={tmp_path / 'office.crt'}"))
