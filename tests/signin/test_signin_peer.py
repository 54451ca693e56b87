"""Who owns a connection: asked of the kernel, or read from its table if it can't be asked."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.signin import peer
from clientsync_tui.signin.peer import is_another_users

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says whose a connection is")
NOBODY = 65534


@pytest.fixture(params=["asked", "read"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "read":
        # No protocol has this number, so the kernel can't be asked.
        monkeypatch.setattr(peer, "_SOCK_DIAG", 31)
    return request.param


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    try:
        listener = socket.create_server((request.param, 0), family=family)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        yield listener


def test_own_connection_is_recognised(way: str, listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]), listener.accept()[0] as ours:
        assert not is_another_users(ours.getpeername(), ours.getsockname())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_users_connection_is_recognised(way: str, listener: socket.socket) -> None:
    os.seteuid(NOBODY)
    try:
        theirs = socket.create_connection(listener.getsockname()[:2])
    finally:
        os.seteuid(0)
    with theirs, listener.accept()[0] as ours:
        assert is_another_users(ours.getpeername(), ours.getsockname())


@pytest.mark.skipif(os.geteuid() != 0, reason="what is closed is written as root's")
def test_closed_connection_belongs_to_nobody(way: str, listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]) as theirs, listener.accept()[0] as ours:
        ends = ours.getpeername(), ours.getsockname()
        theirs.close()
        assert is_another_users(*ends)


@pytest.mark.skipif(not Path("/proc/net/tcp6").exists(), reason="this machine has no IPv6")
def test_own_ipv6_only_program_is_recognised_over_ipv4() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_INET6) as theirs:
        theirs.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
        with listener.accept()[0] as ours:
            assert not is_another_users(ours.getpeername(), ours.getsockname())
