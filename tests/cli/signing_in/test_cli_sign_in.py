"""`sign-in` as a process: through the loopback, with a pasted line, and the ways in which it fails."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sandbox.server import Running
from tests.support.command import Command, Said, Started
from tests.support.practice import Practice
from tests.support.sandbox import plain_http


@pytest.fixture
def cli(box: Running, made: Callable[[Running], Practice]) -> Command:
    """A practice that no one has signed in to, for each test."""
    return Command(made(box).config)


def begun(cli: Command, *words: str, stdin: int = subprocess.DEVNULL) -> tuple[Started, str]:
    """A sign-in under way, and its link."""
    started = cli.start("sign-in", "xero", "--no-browser", *words, stdin=stdin)
    return started, started.line("http")


def redirect(link: str, **parameters: str) -> str:
    """The address where the browser would end up, which the program has not seen."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    with plain_http() as http:
        answer = http.get(link, params={**query, **parameters})
    return str(answer.headers["location"])


def kept_nothing(cli: Command) -> bool:
    return not is_signed_in(cli)


def is_signed_in(cli: Command) -> bool:
    (xero,) = [each for each in cli.inside("software", "--json").json if each["name"] == "xero"]
    return xero["signed_in"]


def test_by_the_loopback(cli: Command, box: Running) -> None:
    person = box.world.people[1]
    started, link = begun(cli, "--json")
    authorise(link, person.email)
    said = started.end()
    assert said.code == 0
    assert said.json.keys() == {"sign_in", "software", "person", "organisation", "organisations"}
    assert said.json["person"] == {"name": person.name, "email": person.email}
    assert said.json["organisations"] == len(box.world.reach(person)) and said.json["organisation"] is None
    assert is_signed_in(cli)


def test_link_is_on_one_line_of_stderr(cli: Command, box: Running) -> None:
    started, link = begun(cli)
    assert parse_qs(urlsplit(link).query).keys() >= {
        "client_id",
        "redirect_uri",
        "state",
        "code_challenge",
        "nonce",
    }
    assert "ssh -L" in started.err or started.line("Over SSH")
    assert started.line("The sign-in will be saved in").endswith("tests.signin.keyrings.Folder.")
    authorise(link, box.world.people[0].email)
    said = started.end()
    assert said.code == 0
    assert "http" not in said.out
    assert f"Signed in as {box.world.people[0].name}" in said.out


def test_by_a_pasted_line(cli: Command, box: Running) -> None:
    started, link = begun(cli, stdin=subprocess.PIPE)
    address = redirect(link, prompt="none", login_hint=box.world.people[0].email)
    started.say("I do not know what to paste")
    started.line("That is not the address")
    started.say(f'"{address}"')
    said = started.end()
    assert said.code == 0
    assert box.world.people[0].email in said.out


def test_foreign_request_does_not_end_it(cli: Command, box: Running) -> None:
    started, link = begun(cli)
    port = urlsplit(parse_qs(urlsplit(link).query)["redirect_uri"][0]).port
    with plain_http() as http:
        for foreign in ({"error": "access_denied"}, {"state": "another's", "code": "c"}):
            assert http.get(f"http://127.0.0.1:{port}/callback", params=foreign).status_code == 400
    started.line(f"Ignored an answer on port {port}", 2)
    authorise(link, box.world.people[0].email)
    assert started.end().code == 0


def test_by_a_paste_in_several_lines(cli: Command, box: Running) -> None:
    started, link = begun(cli, stdin=subprocess.PIPE)
    address = redirect(link, prompt="none", login_hint=box.world.people[0].email)
    place = address.index("state=") + 3
    started.say(f"{address[:40]}\n{address[40:place]}\n{address[place:]}")
    assert started.end().code == 0


def test_end_of_stdin_is_not_the_end_of_waiting(cli: Command, box: Running) -> None:
    started, link = begun(cli, stdin=subprocess.PIPE)
    assert started.process.stdin is not None
    started.process.stdin.close()
    authorise(link, box.world.people[0].email)
    assert started.end().code == 0


def ends_with_nothing(said: Said, cli: Command, says: str) -> None:
    assert (said.code, said.out) == (3, "")
    assert said.err.splitlines()[-1].startswith("clientsync: ")
    assert says in said.err
    assert kept_nothing(cli)


def test_sign_in_without_a_redirect_times_out(cli: Command) -> None:
    ends_with_nothing(cli.run("sign-in", "xero", "--no-browser", "--timeout", "0.3"), cli, "within 0.3 s")


def test_denied(cli: Command) -> None:
    started, link = begun(cli)
    state = parse_qs(urlsplit(link).query)["state"][0]
    port = urlsplit(parse_qs(urlsplit(link).query)["redirect_uri"][0]).port
    with plain_http() as http:
        http.get(f"http://127.0.0.1:{port}/callback", params={"error": "access_denied", "state": state})
    ends_with_nothing(started.end(), cli, "refused")


def test_another_attempts_state_exchanges_no_code(cli: Command, box: Running) -> None:
    before = exchanges(box)
    started, link = begun(cli, stdin=subprocess.PIPE)
    address = redirect(link, prompt="none", login_hint=box.world.people[0].email, state="another's")
    started.say(address)
    ends_with_nothing(started.end(), cli, "state")
    assert exchanges(box) == before


def exchanges(box: Running) -> int:
    counts = httpx2.get(f"{box.url}/sandbox/calls").json()["counts"]
    return sum(each["count"] for each in counts if each["path"].endswith("/connect/token"))


def test_port_in_use_leaves_pasting(cli: Command, box: Running, made: Callable[[Running], Practice]) -> None:
    port = int(cli.config.read_text().split("redirect_port = ")[1].split("\n")[0])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        started, link = begun(cli, stdin=subprocess.PIPE)
        assert f"Port {port}" in started.err
        started.say(redirect(link, prompt="none", login_hint=box.world.people[0].email))
        assert started.end().code == 0


def test_browser_command_is_the_persons(cli: Command, box: Running, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = f"sh -c 'printf %s \"$1\" > {seen}' open {{link}}"
    cli.config.write_text(f'{cli.config.read_text()}\n[sign_in]\nbrowser = """{command}"""\n')
    started = cli.start("sign-in", "xero", "--timeout", "20")
    link = started.line("http")
    authorise(link, box.world.people[0].email)
    assert started.end().code == 0
    assert seen.read_text() == link


def test_app_that_is_not_set_up_can_not_be_signed_in_to(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    said = Command(config).inside("sign-in", "xero")
    assert said.code == 2
    assert "clientsync setup xero" in said.err
    assert Command(config).inside("sign-in", "xerro").code == 2
