"""Signs in to a practice with known secrets, works with it, breaks it and backs it up, then searches every byte for them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from clientsync_tui.sandbox.consent.authorise import sign_in as authorise
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from clientsync_tui.signin.keyrings.encrypted_file import EncryptedFile
from clientsync_tui.signin.keyrings.keyring_format import Argon2
from tests.support.command import PATIENCE_S, Command, Said, environment
from tests.support.practice import ELSEWHERE, set_up
from tests.support.sandbox import plain_http
from tests.trust.planted import (
    CLIENT_SECRET,
    MARK,
    PASSPHRASE,
    Watched,
    found_in,
    hunt,
    plant_client_secret,
    plant_tokens,
    spellings,
    watched,
)

pytestmark = pytest.mark.long

FAILS_WITH_ITS_TOKEN = """
import sys
from clientsync_tui.__main__ import main
from clientsync_tui.accounting.seam.calls import HttpCalls

async def once(self, *arguments):
    token = arguments[-1]
    raise RuntimeError(f"nobody expects {token} and {arguments}")

HttpCalls._send = once
sys.argv[0] = "clientsync"
main()
"""


@dataclass
class Day:
    """A day of work. `said`: the output of each command. `home`: every folder that it could write to. `held`: the keyring's contents."""

    home: Path
    watching: Watched
    said: dict[str, Said] = field(default_factory=dict)
    held: str = ""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    home = tmp_path_factory.mktemp("home")
    apart = tmp_path_factory.mktemp("apart")
    passphrase = apart / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(home).items():
            patch.setenv(name, value)
        for name in (*ELSEWHERE, "PYTHON_KEYRING_BACKEND"):
            patch.delenv(name, raising=False)
        for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            (home / name).mkdir(mode=0o700)
            patch.setenv(name, str(home / name))
        patch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(passphrase))
        patch.setattr(tempfile, "tempdir", str(home / "TMPDIR"))
        (home / "practice").mkdir()
        patch.chdir(home / "practice")
        plant_tokens(patch)
        with (
            running(Options(organisations=3, limits=False, softwares=("xero", "quickbooks"))) as box,
            watched(str(home)) as watching,
        ):
            plant_client_secret(box, "quickbooks", patch)
            practice = set_up(box, home / "practice")
            # Twenty commands open it. It only differs from the program's own in being cheap to open.
            file = home / "data" / "clientsync" / "keyring.bin"
            EncryptedFile(file, lambda new: PASSPHRASE, cost=lambda: Argon2(8, 1, 1)).unlock()
            done = Day(home, watching)
            _work(done, Command(practice.config).fresh, practice.people[0])
            keyring = EncryptedFile(file, lambda new: PASSPHRASE)
            keyring.unlock()
            done.held = str(keyring._read())
        yield done


def _work(day: Day, cli: Command, email: str) -> None:
    def kept(what: str, result: Said) -> Said:
        day.said[what] = result
        return result

    started = cli.start("sign-in", "xero", "--no-browser")
    authorise(started.line("http"), email)
    assert kept("sign in", started.end()).code == 0
    secret = cli.run(
        "setup",
        "quickbooks",
        "--client-id",
        "sandbox-quickbooks",
        "--secret-stdin",
        stdin=f"{CLIENT_SECRET}\n",
    )
    assert kept("set up", secret).code == 0
    started = cli.start("sign-in", "quickbooks", "--no-browser", stdin=subprocess.PIPE)
    with plain_http() as http:
        link = started.line("http")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        answer = http.get(link, params={**asked, "prompt": "none", "login_hint": email})
    started.say(answer.headers["location"])
    assert kept("paste", started.end()).code == 0
    failed = cli.start("sign-in", "xero", "--no-browser", stdin=subprocess.PIPE)
    failed.line("http")
    failed.say(f"http://localhost/callback?code={MARK}&state={MARK}")
    assert kept("wrong state", failed.end()).code == 3
    for words, code in (
        (("add", "xero", "--all", "--json"), 0),
        (("check", "--json"), 0),
        (("sandbox", "fault", "garbage", "--times", "2"), 0),
        (("check",), 1),
        (("sandbox", "fault", "clear"), 0),
        (("refresh", "--all"), 0),
        (("export", "clients.csv"), 0),
        (("backup", "copy.db"), 0),
        (("log", "--json"), 0),
        (("jobs", "--json"), 0),
        (("doctor",), 0),
    ):
        result = kept(" ".join(words), cli.inside(*words))
        assert result.code == code, result
    broken = subprocess.run(
        [sys.executable, "-c", FAILS_WITH_ITS_TOKEN, "--config", str(cli.config), "refresh", "--all"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert kept("crash", Said(broken.returncode, broken.stdout, broken.stderr)).code == 1
    assert "Unexpected error" in broken.stderr, broken
    assert cli.inside("sandbox", "fault", "revoke").code == 0
    kept("revoked", cli.inside("check"))


def test_secrets_were_there_to_be_found(day: Day):
    assert day.held.count(MARK) >= 3 and CLIENT_SECRET in day.held, "two sign-ins and an app's secret"
    for spelling in spellings():
        assert found_in(b"\0xyz" + spelling + b"\0")
    (day.home / "proof").write_text(f"...{MARK}...")
    assert str(day.home / "proof") in hunt(day.home)
    (day.home / "proof").unlink()


def test_no_secret_is_in_any_file_that_the_program_wrote(day: Day):
    looked_at = hunt(day.home)
    assert looked_at.pop("files") > 8 and looked_at.pop("bytes") > 100_000
    assert looked_at == {}


def test_no_secret_was_printed(day: Day):
    assert len(day.said) > 14
    assert [what for what, said in day.said.items() if found_in(f"{said.out}{said.err}".encode())] == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_no_secret_was_in_the_process_list(day: Day):
    assert day.watching.seen > 10
    assert day.watching.exposed == set()


DIES = """
import os, resource, sys
from pathlib import Path
from clientsync_tui.signin.vault import Vault
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
Vault(Path(sys.argv[1])).unlock()
print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
if sys.platform == "linux":
    import ctypes
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), flush=True)
os.abort()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no core files")
def test_crash_leaves_no_core_with_secrets_in_it(tmp_path: Path):
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE)
    run = subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path / "keyring.bin")],
        cwd=tmp_path,
        env={
            **os.environ,
            "CLIENTSYNC_PASSPHRASE_FILE": str(passphrase),
            "PYTHON_KEYRING_BACKEND": "",
            "DISPLAY": "",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert run.returncode == -6, run
    assert run.stdout.split("\n")[:2] == ["(0, 0)", "0" if sys.platform == "linux" else ""]
    assert {file.name for file in tmp_path.iterdir()} <= {"passphrase", "keyring.bin", "keyring.bin.lock"}
