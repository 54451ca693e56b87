"""A practice in its own folder, on a sandbox in a separate process that answers after a fixed time."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from clientsync_tui.practice.people import SignIn
from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace, secret_name

SOFTWARE = "xero"
PATIENCE_S = 120


@dataclass(frozen=True)
class Bench:
    """A practice to measure on. `url`: the sandbox's."""

    workplace: Workplace
    url: str

    def calls(self) -> int:
        """How many calls the sandbox has answered."""
        with urlopen(f"{self.url}/sandbox/calls") as answer:
            return int(json.load(answer)["total"])

    def _email(self, person: int) -> str:
        with urlopen(f"{self.url}/sandbox/people") as answer:
            return str(json.load(answer)[person]["email"])

    async def keep_secrets(self) -> None:
        """The secrets of the sandbox's apps, for the apps that need one."""
        for name, table in self.workplace.config.software.items():
            if self.workplace.software(name).grant.secret == "required":
                await self.workplace.vault.write(secret_name(name, table.client_id), "sandbox")

    def fault(self, **what: str) -> None:
        """Activates a fault in the sandbox."""
        request = Request(f"{self.url}/sandbox/faults", json.dumps(what).encode())
        with urlopen(request):
            pass

    async def sign_in(self, session: Session, person: int, software: str = SOFTWARE) -> SignIn:
        """Signs in the sandbox's accountant of this number."""
        email = self._email(person)
        async with session.begin(software) as attempt:
            arriving = asyncio.create_task(asyncio.to_thread(authorise, attempt.link, email))
            signed_in = session.keep(await attempt.wait(PATIENCE_S))
            await arriving
            return signed_in


@contextmanager
def practice(organisations: int, latency_ms: int) -> Generator[Bench]:
    """A practice without clients. The sandbox enforces no limits but answers `latency_ms` late."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        command = [
            sys.executable,
            "-m",
            "clientsync_tui",
            "sandbox",
            "--organisations",
            str(organisations),
            "--no-limits",
        ]
        command += ["--latency", str(latency_ms), "--write-config", str(config)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            passphrase = Path(folder) / "passphrase"
            passphrase.touch(mode=0o600)
            passphrase.write_text("a passphrase for the bench")
            config.write_text(
                config.read_text() + '\n[keyring]\nfile = "keyring.bin"\npassphrase_file = "passphrase"\n'
            )
            workplace = Workplace.open(config)
            yield Bench(workplace, url)
            workplace.close()
        finally:
            server.terminate()
            server.wait()
