"""What a sandbox with a state file remembers after it ends."""

from pathlib import Path

import pytest

from clientsync_tui.sandbox.config import free_ports
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.sandbox import App


def started(file: Path, port: int = 0) -> Running:
    # Another program could take a port that the system chose before the sandbox starts again.
    return running(Options(port=port or free_ports(1)[0], organisations=6, state=file))


def port_of(box: Running) -> int:
    return int(box.url.rpartition(":")[2])


def test_tokens_connections_faults_clock_and_key_survive(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with started(file) as box:
        email, closed = box.world.people[0].email, box.world.id_of("xero", 1)
        app = App(box.url).sign_in(email)
        code = app.code(email)
        before = app.connections()
        keys = app.http.get(f"{app.xero}/.well-known/jwks").json()
        box.fault("close", organisation=closed)
        box.advance(100)
        replaced = app.tokens["refresh_token"]
        app.tokens = app.refresh().json()
        port, now = port_of(box), box.sandbox.clock.now()
    with started(file, port) as box:
        assert app.connections() == before
        assert app.http.get(f"{app.xero}/.well-known/jwks").json() == keys
        assert app.organisation(closed).status_code == 403
        assert box.sandbox.clock.now() >= now
        assert app.exchange(code).status_code == 200
        assert app.exchange(code).status_code == 400
        assert app.refresh(replaced).status_code == 200
        assert app.refresh().status_code == 400


def test_without_a_file_nothing_is_saved() -> None:
    with running(Options(organisations=2, port=free_ports(1)[0])) as box:
        app, port = App(box.url).sign_in(box.world.people[0].email), port_of(box)
    with running(Options(organisations=2, port=port)):
        assert app.refresh().json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"ahead_s": 1}', "\x00"])
def test_file_that_is_not_a_state_file_is_reported_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="is not a sandbox's state"):
        started(file)
    assert file.read_text() == text


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with started(file):
        assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
