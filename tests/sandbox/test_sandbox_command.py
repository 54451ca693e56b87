"""`clientsync sandbox` and its commands, as subprocesses."""

import json
import os
import signal
import subprocess
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from clientsync_tui.config.reading import load
from clientsync_tui.sandbox.config import free_ports
from clientsync_tui.sandbox.registry import personalities
from clientsync_tui.sandbox.server import Running
from tests.sandbox.apps import PlainApp
from tests.support import process
from tests.support.process import Process
from tests.support.sandbox import App

Served = Callable[..., tuple[Process, str]]


@pytest.fixture
def served() -> Iterator[Served]:
    """Starts `clientsync sandbox` with arguments. Gives the process, and its address once it is ready."""
    processes: list[Process] = []

    def serve(*arguments: str) -> tuple[Process, str]:
        started = Process(["sandbox", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(started)
        assert started.stdout
        said, _, url = started.stdout.readline().strip().partition(" ")
        assert said == "ready"
        return started, url

    yield serve
    for started in processes:
        started.kill()
        started.communicate()


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return process.run(arguments, env={**os.environ, **environment})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_interrupted_and_ends_quietly(served: Served, number: signal.Signals) -> None:
    serving, url = served("--organisations", "3")
    app = App(url).sign_in(json.loads(run("sandbox", "people", "--url", url, "--json").stdout)[0]["email"])
    assert len(app.connections()) == 3
    serving.send_signal(number)
    out, err = serving.communicate(timeout=20)
    assert (serving.returncode, out, err) == (0, "", "")


def test_ends_though_a_call_hangs(served: Served) -> None:
    serving, url = served("--organisations", "1")
    app = App(url).sign_in(json.loads(run("sandbox", "people", "--url", url, "--json").stdout)[0]["email"])
    assert run("sandbox", "fault", "hang", "--url", url).returncode == 0

    def wait() -> None:
        with suppress(httpx2.HTTPError):
            app.get("/connections")

    hanging = threading.Thread(target=wait)
    hanging.start()
    while app.http.get(f"{url}/sandbox/calls").json()["running"] == 0:
        time.sleep(0.01)
    serving.terminate()
    serving.communicate(timeout=20)
    hanging.join()
    assert serving.returncode == 0


def test_killed_and_started_again_it_continues(served: Served, tmp_path: Path) -> None:
    file, port = str(tmp_path / "state.json"), str(free_ports(1)[0])
    serving, url = served("--organisations", "3", "--state", file, "--port", port)
    app = App(url).sign_in(json.loads(run("sandbox", "people", "--url", url, "--json").stdout)[0]["email"])
    app.tokens |= app.refresh().json()
    before = app.connections()
    serving.kill()
    serving.communicate()
    _, again = served("--organisations", "3", "--state", file, "--port", port)
    assert again == url
    assert app.connections() == before
    assert app.refresh().status_code == 200


def test_hundred_thousand_organisations_start(served: Served) -> None:
    _, url = served("--organisations", "100000", "--software", "xero")
    people = json.loads(run("sandbox", "people", "--url", url, "--json").stdout)
    ids = people[0]["organisations"]["xero"]
    assert len(set(ids)) == 100_000
    app = App(url).sign_in(people[0]["email"], organisations=ids[99_999])
    assert app.organisation(ids[99_999]).status_code == 200
    assert "Page 1 of 500" in app.http.post(
        f"{app.xero}/identity/connect/authorize", data={"request": app.link().partition("?")[2], "person": people[0]["email"]}
    ).text  # fmt: skip


def test_written_configuration_is_complete_and_finds_the_sandbox(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "clientsync" / "config.toml"
    file.parent.mkdir()
    _, url = served("--write-config", str(file))
    written = tomllib.loads(file.read_text())
    assert written["practice"]["database"] == "config.toml.db"
    table = written["software"]["xero"]
    assert set(table) == {
        "client_id", "redirect_port", "authorize_url", "token_url", "api_url", "revoke_url", "issuer",
    }  # fmt: skip
    assert table["client_id"] == "sandbox-xero"
    assert table["api_url"] == table["issuer"] == f"{url}/xero"
    assert 0 < table["redirect_port"] < 65536
    by_config = run("--config", str(file), "sandbox", "people", "--json")
    by_folder = run("sandbox", "people", "--json", XDG_CONFIG_HOME=str(tmp_path))
    assert json.loads(by_config.stdout) == json.loads(by_folder.stdout)
    assert by_config.returncode == by_folder.returncode == 0
    assert set(json.loads(by_config.stdout)[0]) == {"email", "name", "organisations"}


def test_each_written_configuration_has_its_own_practice_beside_it(served: Served, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("box.toml", "box", "other.toml")]
    for file in files:
        served("--organisations", "1", "--write-config", str(file))
        home = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        assert run("--config", str(file), "clients", "--json", **home).stdout.strip() == "[]"
    assert [load(file).database for file in files] == [file.with_name(f"{file.name}.db") for file in files]
    assert all(load(file).database.is_file() for file in files)
    assert not (tmp_path / "data" / "clientsync" / "practice.db").exists()


def test_several_apps_in_one_server_have_their_own_ports(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    _, url = served("--software", "xero", "--software", "quickbooks", "--write-config", str(file))
    text = file.read_text()
    tables = tomllib.loads(text)["software"]
    assert set(tables) == {"xero", "quickbooks"}
    assert len({table["redirect_port"] for table in tables.values()}) == 2
    assert tables["quickbooks"]["userinfo_url"] == f"{url}/quickbooks/v1/openid_connect/userinfo"
    assert "secret" not in text
    said = run("sandbox", "people", "--url", url, "--json")
    for person in json.loads(said.stdout):
        assert set(person["organisations"]) == {"xero", "quickbooks"}
    app = PlainApp(url, "quickbooks").sign_in(json.loads(said.stdout)[0]["email"])
    assert app.realm["realmId"] == json.loads(said.stdout)[0]["organisations"]["quickbooks"][0]


def test_every_software_is_served_unless_some_are_named(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    served("--organisations", "2", "--write-config", str(file))
    tables = tomllib.loads(file.read_text())["software"]
    assert set(tables) == set(personalities())
    assert {"revoke_url", "issuer", "userinfo_url"} & set(tables["freeagent"]) == set()


def test_authorise_signs_in_to_one_company(sandbox: Running, waiting: tuple[str, list[str]]) -> None:
    redirect, arrived = waiting
    app, realm = PlainApp(sandbox.url, "quickbooks"), sandbox.world.id_of("quickbooks", 5)
    link, email = app.link(redirect_uri=redirect), sandbox.world.people[0].email
    done = run("sandbox", "authorise", link, "--as", email, "--organisation", realm)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"realmId={realm}" in arrived[0]


def test_someone_elses_configuration_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[practice]\n")
    refused = run("sandbox", "--write-config", str(file))
    assert refused.returncode == 2
    assert "was not written by a sandbox" in refused.stderr
    assert file.read_text() == "[practice]\n"


def test_fault_from_the_command_line(served: Served) -> None:
    _, url = served("--organisations", "2")
    person = json.loads(run("sandbox", "people", "--url", url, "--json").stdout)[0]
    first, second = person["organisations"]["xero"]
    app = App(url).sign_in(person["email"])
    done = run(
        "sandbox", "fault", "remove-access", "--url", url, "--software", "xero", "--person", person["email"],
        "--organisation", first, "--times", "2",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Set `remove-access` for xero, {person['email']}, {first}, for the next 2 calls.\n"
    assert [app.organisation(o).status_code for o in (first, second, first, first)] == [403, 200, 403, 200]


@pytest.mark.parametrize(
    "wrong",
    [
        ["sandbox", "fault", "explode", "--url", "URL"],
        ["sandbox", "fault", "close", "--url", "URL", "--person", "nobody@example.com"],
        ["sandbox", "fault", "close", "--url", "URL", "--organisation", "x"],
        ["sandbox", "fault", "close", "--url", "URL", "--software", "abacus"],
        ["sandbox", "fault", "limit", "--url", "URL", "--times", "0"],
        ["sandbox", "fault", "close", "--url", "http://127.0.0.1:1"],
        ["sandbox", "people", "--url", "not an address"],
        ["sandbox", "people"],
        ["sandbox", "--software", "abacus"],
        ["sandbox", "--organisations", "0"],
    ],
)
def test_wrong_usage_is_reported_and_exits_2(sandbox: Running, tmp_path: Path, wrong: list[str]) -> None:
    done = run(*[sandbox.url if word == "URL" else word for word in wrong], XDG_CONFIG_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_port_in_use_is_reported(sandbox: Running) -> None:
    done = run("sandbox", "--port", sandbox.url.rpartition(":")[2])
    assert done.returncode == 2
    assert done.stderr == (
        f"clientsync: Another program uses port {sandbox.url.rpartition(':')[2]}. "
        "Choose another --port, or leave it out for a free one.\n"
    )


@pytest.fixture
def waiting() -> Iterator[tuple[str, list[str]]]:
    """A program that waits for its redirect: the redirect URI, and the paths that arrived."""
    arrived: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            arrived.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"back to the terminal")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/callback", arrived
        server.shutdown()
        thread.join()


def test_authorise_signs_in_without_a_browser(sandbox: Running, waiting: tuple[str, list[str]]) -> None:
    redirect, arrived = waiting
    app, person = App(sandbox.url), sandbox.world.people[1]
    ids = [sandbox.world.id_of("xero", place) for place in (0, 2)]
    done = run(
        "sandbox", "authorise", app.link(redirect_uri=redirect), "--as", person.email,
        "--organisation", ids[0], "--organisation", ids[1],
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (path,) = arrived
    code = path.partition("code=")[2].partition("&")[0]
    app.tokens = app.exchange(code, redirect_uri=redirect).json()
    assert [c["tenantId"] for c in app.connections()] == ids


@pytest.mark.parametrize(
    ("link", "email", "word"),
    [
        ("http://127.0.0.1:1/x?response_type=code", None, "nothing answers"),
        ("https://login.example.com/?response_type=code", None, "off this machine"),
        ("{url}/sandbox/people", None, "does not lead to a sign-in"),
        ("{url}/xero/identity/connect/authorize?response_type=code", None, "client id"),
        ("LINK", "nobody@example.com", "nobody@example.com"),
        ("nonsense", None, ""),
    ],
)
def test_authorise_says_what_is_wrong(sandbox: Running, link: str, email: str | None, word: str) -> None:
    link = App(sandbox.url).link() if link == "LINK" else link.format(url=sandbox.url)
    done = run("sandbox", "authorise", link, "--as", email or sandbox.world.people[0].email)
    assert (done.returncode, done.stdout) == (1, "")
    assert word in done.stderr
    assert "Traceback" not in done.stderr
