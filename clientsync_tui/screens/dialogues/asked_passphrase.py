"""Asks for the keyring's passphrase on the screen, while the keyring's own thread waits."""

from concurrent.futures import Future

from ...practice.trouble import KeyringTrouble
from ..main import Main


def asked_passphrase(app: Main, new: bool) -> str:
    """The passphrase that the user enters. Call it on another thread than the app's. Raises KeyringTrouble if the user
    cancels.
    """
    answer: Future[str | None] = Future()

    def ask() -> None:
        from .passphrase import Passphrase

        app.push_screen(Passphrase(new, app.workplace.vault.check_passphrase), answer.set_result)

    app.call_later(ask)
    if (passphrase := answer.result()) is None:
        raise KeyringTrouble("The keyring stays locked because no passphrase was entered.")
    return passphrase
