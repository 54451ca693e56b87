"""The first start leads from nothing to adding clients, and can be left at any step."""

from pathlib import Path

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.sandbox.config import free_ports
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.first_start import FirstStartScreen
from clientsync_tui.workplace import Workplace
from tests.support.pilot import run_app
from tests.support.practice import shown, until


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    config = tmp_path / "config.toml"
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("a passphrase for tests")
    config.write_text(
        '# ours\n[practice]\ndatabase = "practice.db"\n[keyring]\nfile = "keyring.bin"\npassphrase_file = "passphrase"\n'
        f'[sign_in]\nbrowser = "true"\n[software.xero]\nredirect_port = {free_ports(1)[0]}\n'
    )
    return Workplace.open(config)


async def test_first_start_leads_to_adding_clients(workplace: Workplace) -> None:
    app = ClientSyncApp(workplace)
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstStartScreen))
        assert "What is the practice called?" in shown(pilot)
        await pilot.press(*"Baker & Co", "enter")
        await until(pilot, lambda: workplace.config.practice.name == "Baker & Co")
        assert "# ours" in workplace.config.path.read_text()
        await until(pilot, lambda: app.focused is not None and app.focused.id == "softwares")
        place = [each.name for each in workplace.softwares()].index("xero")
        await pilot.press(*["j"] * place, "enter")
        await until(pilot, lambda: "Set up Xero" in shown(pilot))
        await pilot.press(*"my-client-id", "enter", "enter", "enter")
        await until(pilot, lambda: workplace.is_configured("xero"))
        await until(pilot, lambda: "AddClientsScreen" in [type(each).__name__ for each in app.screen_stack])
        await until(pilot, lambda: not any(isinstance(each, FirstStartScreen) for each in app.screen_stack))
        app.open("clients")
        await until(pilot, lambda: "Baker & Co · Clients" in shown(pilot))
    workplace.close()


async def test_first_start_can_be_left(workplace: Workplace) -> None:
    app = ClientSyncApp(workplace)
    async with run_app(app, size=(40, 10)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstStartScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen))
        await until(pilot, lambda: "There are no clients yet" in shown(pilot))
        assert app.focused is not None and app.focused.id == "clients"
    workplace.close()
