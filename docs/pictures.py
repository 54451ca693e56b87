"""Makes the pictures in docs/pictures, and docs/screens.md that shows them: `python docs/pictures.py [NAME ...]`.

The practice is the throwaway one, in the middle of its life, on a sandbox; the clock stands still, so that making them again changes
little. Needs the project with its test extra.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import tomlkit  # noqa: E402

from clientsync_tui.app.app import ClientSyncApp  # noqa: E402
from clientsync_tui.demo import demo_practice  # noqa: E402
from clientsync_tui.sandbox.config import software_tables  # noqa: E402
from clientsync_tui.sandbox.options import Options  # noqa: E402
from clientsync_tui.sandbox.server import Running, running  # noqa: E402
from clientsync_tui.workplace import Workplace, secret_name  # noqa: E402
from docs.shots import SHOTS, Shot  # noqa: E402
from tests.support.frozen import frozen_clock, pinned_machine  # noqa: E402
from tests.support.practice import shown, until  # noqa: E402

PICTURES = HERE / "pictures"
NEW = 20
"""Organisations that are not on the client list yet."""
ORGANISATIONS = demo_practice.SIZES["many"].all + NEW
PORT = 8400
"""Where the sign-in in the pictures comes back to; the practice's own are made on any free one."""
QUICKBOOKS_APP = "AB0123456789ABCDEF"
"""The client id that the consents are shown with."""
PAGE = "https://harbour-hill.example/client-sync"
"""The same, where the software wants a page of the practice's own."""
SHOWN_FOLDER = "/home/ann/config"
"""Where the keyring's file is said to be."""
OVER_SSH = {"SSH_CONNECTION": "192.0.2.7 50514 192.0.2.10 22"}
FONT = re.compile("@font-face {.*?}", re.DOTALL)


def write_practice(folder: Path, sandbox: Running) -> Path:
    """The throwaway practice's configuration, without a browser."""
    (folder / "passphrase").touch(mode=0o600)
    (folder / "passphrase").write_text("for pictures", "utf-8")
    tables = {
        "practice": {"name": "Harbour & Hill", "database": "practice.db"},
        "software": software_tables(sandbox.url),
        "keyring": {"file": "keyring.bin", "passphrase_file": "passphrase"},
    }
    config = folder / "config.toml"
    config.write_text(tomlkit.dumps(tables), "utf-8")
    return config


def config_of(shot: Shot, folder: Path, config: Path) -> Path:
    """The configuration for one picture: its theme; and the real addresses where they are to be seen."""
    told = tomlkit.parse(config.read_text("utf-8")).unwrap()
    told["screen"] = {"theme": shot.theme}
    if shot.name in ("sign-in", "set-up"):
        told["software"] = {"xero": {"client_id": "0123456789ABCDEF0123456789ABCDEF", "redirect_port": PORT}}
    if shot.name == "consents":
        told["software"] = {"quickbooks": {"client_id": QUICKBOOKS_APP, "redirect_url": PAGE}}
    if not shot.clients:
        told["practice"] = {"database": "new.db"}
        del told["software"]
    own = folder / "picture.toml"
    own.write_text(tomlkit.dumps(told), "utf-8")
    return own


async def picture(shot: Shot, config: Path) -> str:
    """The SVG of one screen."""
    app = ClientSyncApp(Workplace.open(config))
    # The link of a sign-in is seen, so nothing in it may be a secret.
    known = patch("secrets.token_urlsafe", lambda size: "example" * (size // 6))
    async with app.run_test(size=shot.size) as pilot:
        await until(pilot, lambda: app.screen.is_mounted and (app.focused or not shot.steps))
        if shot.push is not None:
            app.push_screen(shot.push())
        for keys, text in shot.steps:
            with known if shot.name in ("sign-in", "consents") else nullcontext():
                await pilot.press(*keys.split())
                await until(pilot, lambda text=text: text in shown(pilot))
        await pilot.pause()
        svg = app.export_screenshot(title="clientsync")
    app.workplace.close()
    # The fonts are on somebody else's server; and some viewers drop the blanks that a text begins with.
    return FONT.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)


def write_page() -> None:
    """docs/screens.md."""
    lines = ["# The screens", "", "Made by `python docs/pictures.py` from the throwaway practice.", ""]
    for shot in SHOTS:
        lines += [f"**{shot.name.replace('-', ' ').capitalize()}.** {shot.sentence}", ""]
        lines += [f"![{shot.sentence}](pictures/{shot.file})", ""]
    (HERE / "screens.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def make(shots: Sequence[Shot]) -> None:
    """Makes these pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made, running(Options(organisations=ORGANISATIONS)) as sandbox:
        folder = Path(made)
        config = write_practice(folder, sandbox)
        workplace = Workplace.open(config)
        asyncio.run(demo_practice.prepare(workplace, sandbox))
        asyncio.run(workplace.vault.write(secret_name("quickbooks", QUICKBOOKS_APP), demo_practice.SECRET))
        workplace.close()
        for shot in shots:
            svg = asyncio.run(picture(shot, config_of(shot, folder, config)))
            svg = svg.replace(made, SHOWN_FOLDER)
            for unwanted in (made, str(HERE.parent), sandbox.url, "url("):
                if unwanted in svg.replace("url(#", ""):
                    raise SystemExit(f"{shot.file} would show {unwanted}")
            (PICTURES / shot.file).write_text(svg, "utf-8")
            print(shot.file, flush=True)


def main() -> None:
    """Makes the pictures that are named, or all."""
    shots = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    with pinned_machine(), patch.dict("os.environ", OVER_SSH), frozen_clock():
        make(shots)
    write_page()


if __name__ == "__main__":
    main()
