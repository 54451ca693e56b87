"""Makes the pictures in docs/pictures, and the page docs/screens.md that shows them: `python docs/pictures.py [NAME ...]`.

They show the demo practice on a sandbox. The clock stands still, so making them again changes little. Needs the project with its test extra.
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

from clientsync_tui import version  # noqa: E402
from clientsync_tui.app.app import ClientSyncApp  # noqa: E402
from clientsync_tui.demo import demo_practice  # noqa: E402
from clientsync_tui.sandbox.config import software_tables  # noqa: E402
from clientsync_tui.sandbox.server import Running, running  # noqa: E402
from clientsync_tui.workplace import Workplace, secret_name  # noqa: E402
from docs.shots import CHANGED, SHOTS, Shot  # noqa: E402
from tests.support.frozen import frozen_clock, pinned_machine  # noqa: E402
from tests.support.pilot import run_app  # noqa: E402
from tests.support.practice import shown, until  # noqa: E402

PICTURES = HERE / "pictures"
APPS = ("xero", "quickbooks", "freeagent")
"""The accounting apps that the pictures show."""
PORT = 8400
"""The redirect port of the sign-in in the pictures. The practice itself was made with any free port."""
QUICKBOOKS_APP = "AB0123456789ABCDEF"
"""The client id in the picture of the consents."""
PAGE = "https://hartley-moore.example/client-sync"
"""Its redirect address, a page on the practice's website."""
SHOWN_FOLDER = "/home/ann/config"
"""The folder shown instead of the temporary one."""
OVER_SSH = {"SSH_CONNECTION": "192.0.2.7 50514 192.0.2.10 22"}
TITLES = {
    "clients": "Client list",
    "client-sync": "Client Sync",
    "commands": "Command palette",
    "every-software": "Every app at once",
    "too-small": "Small terminal",
}
"""Headings of docs/screens.md that differ from the picture's name."""
FONT = re.compile("@font-face {.*?}", re.DOTALL)


def write_practice(folder: Path, sandbox: Running) -> Path:
    """Writes the demo practice's configuration, without a browser."""
    (folder / "passphrase").touch(mode=0o600)
    (folder / "passphrase").write_text("for pictures", "utf-8")
    tables = {
        "practice": {"name": demo_practice.NAME, "database": "practice.db"},
        "software": software_tables(sandbox.url, sandbox.sandbox.softwares.values()),
        "keyring": {"file": "keyring.bin", "passphrase_file": "passphrase"},
    }
    config = folder / "config.toml"
    config.write_text(tomlkit.dumps(tables), "utf-8")
    return config


def config_of(shot: Shot, folder: Path, config: Path) -> Path:
    """The configuration for one picture: its theme, and the real addresses if the picture shows them."""
    settings = tomlkit.parse(config.read_text("utf-8")).unwrap()
    settings["screen"] = {"theme": shot.theme, "restore": False}
    if shot.name in ("sign-in", "set-up"):
        settings["software"] = {
            "xero": {"client_id": "0123456789ABCDEF0123456789ABCDEF", "redirect_port": PORT}
        }
    if shot.name == "consents":
        settings["software"] = {"quickbooks": {"client_id": QUICKBOOKS_APP, "redirect_url": PAGE}}
    if not shot.clients:
        settings["practice"] = {"database": "new.db"}
        del settings["software"]
    own = folder / "picture.toml"
    own.write_text(tomlkit.dumps(settings), "utf-8")
    return own


COUNTED = re.compile(r"\bAll \d")
"""The first tab, once the clients are counted."""
TOO_SMALL = (39, 9)


async def picture(shot: Shot, config: Path) -> str:
    """The SVG of one screen."""
    app = ClientSyncApp(Workplace.open(config))
    if shot.clients:
        demo_practice.look_away(app.workplace)
    # The picture shows the sign-in's link, so it must not contain a real secret.
    known = patch("secrets.token_urlsafe", lambda size: "example" * (size // 6))
    async with run_app(app, size=shot.size) as pilot:
        await until(pilot, lambda: app.screen.is_mounted and (app.focused or not shot.steps))
        if shot.clients and shot.size > TOO_SMALL:
            await until(pilot, lambda: COUNTED.search(shown(pilot)))
        if shot.push is not None:
            app.push_screen(shot.push())
        for keys, text in shot.steps:
            with known if shot.name in ("sign-in", "consents") else nullcontext():
                await pilot.press(*keys.split())
                await until(pilot, lambda text=text: text in shown(pilot))
        await pilot.pause()
        svg = app.export_screenshot(title="clientsync")
    app.workplace.close()
    # The fonts come from someone else's server, and some viewers drop leading blanks.
    return FONT.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)


def title(name: str) -> str:
    """The heading of these pictures."""
    return TITLES.get(name) or name.replace("-", " ").capitalize()


def write_page() -> None:
    """Writes docs/screens.md."""
    lines = [
        "# Screens",
        "",
        "What each screen looks like, with the demo practice. `python docs/pictures.py` makes this page.",
        "",
    ]
    lines += [f"The ten that changed most in {version()}:", ""]
    lines += [
        f"- [{title(name)}](#{title(name).lower().replace(' ', '-')}): {sentence}"
        for name, sentence in CHANGED
    ]
    lines.append("")
    former = None
    for shot in SHOTS:
        if shot.name != former:
            lines += [f"## {title(shot.name)}", ""]
        former = shot.name
        lines += [shot.sentence, ""]
        lines += [f"![{shot.sentence}](pictures/{shot.file})", ""]
    (HERE / "screens.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def make(shots: Sequence[Shot]) -> None:
    """Makes these pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made, running(demo_practice.options(APPS)) as sandbox:
        folder = Path(made)
        config = write_practice(folder, sandbox)
        workplace = Workplace.open(config)
        asyncio.run(demo_practice.prepare(workplace, sandbox))
        asyncio.run(workplace.vault.write(secret_name("quickbooks", QUICKBOOKS_APP), "sandbox"))
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
    """Makes the named pictures, or all of them."""
    shots = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    with pinned_machine(), patch.dict("os.environ", OVER_SSH), frozen_clock():
        make(shots)
    write_page()


if __name__ == "__main__":
    main()
