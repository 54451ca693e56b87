"""The real Secret Service of a desktop (GNOME's, if it can be started): used when unlocked, left alone when locked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

IN_ITS_SESSION = """
import asyncio, os, sys
from pathlib import Path
import secretstorage
from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin.vault import Vault

def vault():
    return Vault(Path(sys.argv[1]))

async def keep():
    used = vault()
    await used.write("xero/me", "kept-by-gnome" * 200)
    assert await vault().read("xero/me") == "kept-by-gnome" * 200
    print(await used.backend_says())

asyncio.run(keep())
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
print(len(list(collection.get_all_items())), "entries")
collection.lock()
print(asyncio.run(vault().backend_says()))
os.environ["DISPLAY"] = ":99"
print(asyncio.run(vault().backend_says()))
"""


@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="needs GNOME's keyring and dbus-run-session",
)
def test_real_one_is_used_unlocked_and_left_alone_locked(tmp_path: Path):
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("open sesame")
    file = tmp_path / "keyring.bin"
    start = 'printf "its own\\n" | gnome-keyring-daemon --unlock --components=secrets >&2; exec "$@"'
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHON_KEYRING_BACKEND", "DBUS_SESSION_BUS_ADDRESS")
    run = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", start, "sh", sys.executable, "-c", IN_ITS_SESSION, str(file)],
        env={
            **{name: value for name, value in os.environ.items() if name not in hidden},
            "HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_RUNTIME_DIR": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "CLIENTSYNC_PASSPHRASE_FILE": str(passphrase),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    unlocked, entries, over_ssh, on_a_screen = run.stdout.splitlines()
    assert "True" in unlocked and "Secret Service" in unlocked
    assert entries == "6 entries", "2,600 characters in parts, and what says so"
    assert f'True, "encrypted file {file}, because the desktop\'s keyring is locked"' in over_ssh
    assert "False" in on_a_screen and "is locked" in on_a_screen
