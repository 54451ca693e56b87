"""A program that takes the place of a practice's server, on this host or through the environment, gets no password and no client."""

import os
import socket
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hosts import host
from tests.support.postgres import NOBODY, Database

PASSWORD = "correct horse"
CLEARTEXT = struct.pack("!II", 8, 3)
MD5 = struct.pack("!II4s", 12, 5, b"salt")
ASKS_FOR_TLS = (80877103, 80877104)
TAKEN = ["ann:S3cr3tZ@127.0.0.1/p2", "ann:S3c/r3tZ@127.0.0.1/p2", "ann:S3c?r3tZ@127.0.0.1/p2",
    "ann:S3c/r@3tZ@127.0.0.1/p2", "S3c/r3tZ@127.0.0.1/p2", "ann@127.0.0.1/p2?password=r3tZ", "ann@127.0.0.1/p2?sslpassword=r3tZ",
    "ann@127.0.0.1/p2?connect_timeout=3&oauth_client_%73ecret=r3tZ"]  # fmt: skip
"""Addresses that hold a secret, which ends in `3tZ`."""


@contextmanager
def impostor(listener: socket.socket, asks: bytes) -> Generator[bytearray]:
    """A program that poses as a server and asks for the password. It collects everything it receives except requests for TLS."""
    got = bytearray()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError, struct.error):
                    connection.settimeout(5)
                    answer(connection)

    def answer(connection: socket.socket) -> None:
        while True:
            (size,) = struct.unpack("!I", connection.recv(4))
            packet = connection.recv(size - 4)
            if struct.unpack("!I", packet[:4])[0] not in ASKS_FOR_TLS:
                break
            connection.sendall(b"N")
        got.extend(packet)
        connection.sendall(b"R" + asks)
        while more := connection.recv(1000):
            got.extend(more)

    listener.listen()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield got
    finally:
        # Closing alone does not wake a thread in accept().
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def on_loopback() -> tuple[socket.socket, int]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


@pytest.mark.parametrize("asks", [CLEARTEXT, MD5], ids=["cleartext", "md5"])
@pytest.mark.parametrize("kept_in", ["keyring", "environment"])
def test_program_on_the_servers_port_gets_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: bytes, kept_in: str
) -> None:
    ann = host(tmp_path, "ann")
    listener, port = on_loopback()
    url = f"postgresql://ann@127.0.0.1:{port}/p"
    if kept_in == "environment":
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
    else:
        with ann.here():
            assert Command(ann.config).run("practice", "password", url, stdin=PASSWORD).code == 0
    with impostor(listener, asks) as got:
        result = ann.run("practice", "join", url)
    assert result.code == 4 and "No password was sent" in result.err
    # It learned only the role's name. A password message after the startup packet would begin with a p.
    assert b"ann" in got and got.endswith(b"\0\0"), bytes(got)


def test_method_that_sends_the_password_cannot_be_asked_for(tmp_path: Path) -> None:
    result = host(tmp_path, "ann").run(
        "practice", "join", "postgresql://ann@127.0.0.1/p?require_auth=password"
    )
    assert result.code == 2 and "require_auth=password" in result.err


def test_place_from_the_environment_needs_a_certificate_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, port = on_loopback()
    services = tmp_path / "services.conf"
    services.write_text(f"[away]\nhost=0.0.0.0\nport={port}\n")
    ann = host(tmp_path, "ann")
    # For the system, 0.0.0.0 is this host. For the program, it is an address elsewhere.
    with impostor(listener, CLEARTEXT) as got:
        with monkeypatch.context() as env:
            env.setenv("PGHOSTADDR", "0.0.0.0")
            env.setenv("PGSSLMODE", "disable")
            by_address = ann.run("practice", "join", f"postgresql://ann@localhost:{port}/p1")
        with monkeypatch.context() as env:
            env.setenv("PGSERVICEFILE", str(services))
            env.setenv("PGSERVICE", "away")
            by_service = ann.run("practice", "join", "postgresql:///p1")
    assert (by_address.code, by_service.code) == (4, 4)
    assert "offers no TLS" in by_address.err and "offers no TLS" in by_service.err
    assert not got, "nothing was sent before TLS"


def test_host_behind_an_empty_address_is_not_this_host(tmp_path: Path) -> None:
    url = "postgresql://ann@db.example.com,localhost/p?hostaddr=,127.0.0.1&sslmode=disable"
    result = host(tmp_path, "ann").run("practice", "join", url)
    assert result.code == 2 and "would not be safe" in result.err


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "POSTGRESQL://", " postgresql:"])
@pytest.mark.parametrize("address", TAKEN)
def test_secret_in_the_address_is_neither_written_nor_shown(
    tmp_path: Path, scheme: str, address: str
) -> None:
    ann = host(tmp_path, "ann")
    before = ann.config.read_bytes()
    for words in (
        ("config", "set", "practice.database"),
        ("practice", "join"),
        ("practice", "move", "--yes"),
    ):
        result = ann.run(*words, scheme + address)
        assert result.code == 2 and "S3c" not in result.err and "3tZ" not in result.err + result.out, result
    assert ann.config.read_bytes() == before


@pytest.mark.parametrize(
    "address", ["ann:S3cr3tZ/p2", "ann@db.example.com/p?sslmode=require", "ann@127.0.0.1"]
)
def test_address_that_would_be_refused_is_not_written(tmp_path: Path, address: str) -> None:
    ann = host(tmp_path, "ann")
    before = ann.config.read_bytes()
    result = ann.run("config", "set", "practice.database", f"postgresql://{address}")
    assert result.code == 2 and "S3cr3tZ" not in result.out + result.err, result
    assert ann.config.read_bytes() == before


def test_password_that_was_written_by_hand_is_not_printed(tmp_path: Path) -> None:
    ann = host(tmp_path, "ann")
    ann.config.write_text('[practice]\ndatabase = "postgresql://ann:S3cr3tZ@127.0.0.1/p2"\n')
    for words in (
        ("config", "get"),
        ("config", "get", "--json"),
        ("config", "get", "practice.database"),
        ("clients",),
    ):
        result = ann.run(*words)
        assert result.code == 2 and "line 2" in result.err and "holds a password" in result.err
        assert "S3cr3tZ" not in result.out + result.err


def test_servers_own_socket_is_used(tmp_path: Path, postgres: Database) -> None:
    ann, folder = host(tmp_path, "ann"), tmp_path / "s"
    folder.mkdir()
    name = f".s.PGSQL.{postgres.server.port}"
    # For root the server runs as another user, and its own folder is in /tmp.
    os.link(postgres.server.socket_folder / name, folder / name)
    url = f"postgresql://postgres@/{postgres.name}?host={folder}&port={postgres.server.port}"
    ann.ok("practice", "create", url)
    ann.ok("practice", "join", url)
    assert ann.ok("practice", "status", "--json")["reachable"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root runs the server as another user"
)
def test_socket_in_another_users_folder_in_tmp_is_not_used(tmp_path: Path, postgres: Database) -> None:
    folder, port = postgres.server.socket_folder, postgres.server.port
    url = f"postgresql://postgres@/{postgres.name}?host={folder}&port={port}"
    result = host(tmp_path, "ann").run("practice", "create", url)
    assert result.code == 2 and "could have put it there" in result.err


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a socket away"
)
@pytest.mark.parametrize("mode", [0o1777, 0o755])
def test_socket_that_another_user_put_there_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / ".s.PGSQL.5432"))
    os.chown(folder / ".s.PGSQL.5432", NOBODY, NOBODY)
    folder.chmod(mode)
    with impostor(listener, CLEARTEXT) as got:
        result = host(tmp_path, "ann").run("practice", "join", f"postgresql://ann@/p?host={folder}&port=5432")
    # In root's folder, only root can have allowed the socket, so the program asks libpq to check whether its owner listens. Here root does.
    assert result.code == (2 if mode == 0o1777 else 4), result
    assert ("could have put it there" if mode == 0o1777 else "requirepeer") in result.err
    assert b"ann" not in got
