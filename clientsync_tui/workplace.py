"""Everything a run of the program needs, assembled once: configuration, store, keyring, accounting apps."""

import difflib
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .config.folders import data_folder, renewal_locks, sweep_temporary_files
from .config.reading import load
from .config.tables import Config, SoftwareTable
from .host import this_user
from .practice.people import SignIn
from .practice.trouble import UsageError
from .store.store import Store

if TYPE_CHECKING:
    from .accounting.seam.configured import Configured
    from .accounting.seam.software import Software
    from .host.named_file import OwnFiles
    from .signin.vault import Vault
    from .store.history import You
    from .sync.jobs.session import Session
    from .sync.preferences import Preferences

AskPassphrase = Callable[[bool], str]
"""Asks for the encrypted keyring's passphrase. The argument: whether it is for a new keyring."""


class Workplace:
    """The practice as this person uses it on this host. Opens everything on first use."""

    def __init__(self, config: Config, ask_passphrase: AskPassphrase | None = None) -> None:
        self.config = config
        self._configured: dict[str, tuple[SoftwareTable, Configured]] = {}
        self.ask_passphrase = ask_passphrase
        self.waits_for_server = True
        """Whether to bring the store up to date when opening it. A full-screen app follows the server in the background
        instead.
        """
        self.say: Callable[[str], object] = lambda sentence: None
        """Called with what the user should know about the practice's server."""

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        ask_passphrase: AskPassphrase | None = None,
        *,
        may_be_new: bool = False,
    ) -> "Workplace":
        """Reads the configuration (`path`, else the platform's) as `load` does, and raises what it raises."""
        config = load(path, may_be_new=may_be_new)
        sweep_temporary_files(config.path)
        return cls(config, ask_passphrase)

    def reload(self) -> None:
        """Reads the configuration again after a change. Raises what `load` raises."""
        self.config = load(self.config.path)

    @cached_property
    def store(self) -> Store:
        """The practice's store. Raises what `Store` raises, and Unreachable if its server can't be reached and there is no
        copy here.
        """
        if self.config.server is None:
            store = Store(self.config.database)
            if (place := store.new_place()) is not None and self.waits_for_server:
                from .store.home import left_behind

                self.say(left_behind(place))
            return store
        from .store.postgres.address import address_of

        address = address_of(self.config.server)
        from .store.postgres.opening import open_store

        return open_store(
            self.config.database,
            address,
            self.password_for(self.config.server),
            self.say,
            wait=self.waits_for_server,
        )

    def password_for(self, server: str) -> Callable[[], str | None]:
        """Reads the password to a practice's server from the keyring; None if there is none."""
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        def read() -> str | None:
            # In a thread, because an event loop may be running in this one.
            with ThreadPoolExecutor(1) as thread:
                return thread.submit(asyncio.run, self.vault.read(password_name(server))).result()

        return read

    @cached_property
    def preferences(self) -> "Preferences":
        """This person's preferences for the client list."""
        from .sync.preferences import Preferences

        # Beside the keyring's file, so that nothing from a demo practice ends up in the user's own folder.
        return Preferences(self.store, lambda: self._keyring_file.parent)

    @cached_property
    def visits(self) -> "Preferences":
        """When this person last looked. Each visit writes this file, so the last frame must not depend on it."""
        from .sync.preferences import Preferences

        return Preferences(self.store, lambda: self._keyring_file.parent, "visits")

    @cached_property
    def vault(self) -> "Vault":
        """The keyring, not opened yet."""
        from .signin.vault import Vault

        return Vault(
            self._keyring_file,
            passphrase_file=self._passphrase_file,
            backend=self.config.keyring.backend,
            ask_passphrase=self.ask_passphrase,
        )

    @property
    def _keyring_file(self) -> Path:
        file = self.config.keyring.file
        return self.config.resolve(file) if file else data_folder() / "keyring.bin"

    @property
    def _passphrase_file(self) -> Path | None:
        file = self.config.keyring.passphrase_file
        return self.config.resolve(file) if file else None

    @property
    def own_files(self) -> "OwnFiles":
        """The program's own files, which no export or backup may replace."""
        from . import logbook
        from .host.named_file import OwnFiles
        from .signin.keyrings.passphrase import FILE_VARIABLE
        from .store.files.copies import folder_of

        database = self.config.database
        named = os.environ.get(FILE_VARIABLE)
        passphrases = [file for file in (self._passphrase_file, Path(named) if named else None) if file]

        def if_known(path: Callable[[], Path]) -> tuple[Path, ...]:
            try:
                return (path(),)
            except UsageError:
                # There is none without a home folder.
                return ()

        return OwnFiles(
            (self.config.path, *if_known(logbook.path), *passphrases),
            (database, *if_known(lambda: self._keyring_file)),
            (folder_of(database), renewal_locks(database), *database.parent.glob("locks*")),
        )

    @cached_property
    def actor(self) -> str:
        """The actor when no sign-in is used: the login name, or the number of a user without one; on a server, the role."""
        if self.config.server is not None:
            from .store.postgres.address import address_of

            return address_of(self.config.server).role
        return this_user.login() or f"user {this_user.uid()}"

    @cached_property
    def holder(self) -> str:
        """Identifies this keyring. What was recorded for it as `login@host` is now recorded for it."""
        import socket

        try:
            place = self._keyring_file
        except UsageError:
            # Without a home folder there is no such file, and the caller may need none.
            place = self.config.path
        holder = this_user.holder(place)
        self.store.sign_ins.rename(f"{self.actor}@{socket.gethostname()}", holder)
        return holder

    def softwares(self) -> "list[Software]":
        """Every accounting app that can be connected."""
        from .accounting.seam.registry import softwares

        return list(softwares().values())

    def left_out(self) -> Sequence[str]:
        """A sentence for each accounting app of another package that could not be loaded, with the reason."""
        from .accounting.seam.registry import left_out

        return left_out()

    def software(self, name: str) -> "Software":
        """The accounting app with that name. If there is none, raises UsageError with the nearest name."""
        from .accounting.seam.registry import left_out, softwares

        installed = softwares()
        if name not in installed:
            if broken := [sentence for sentence in left_out() if f'"{name}"' in sentence]:
                raise UsageError(" ".join(broken))
            near = difflib.get_close_matches(name, installed, 1)
            hint = f' Did you mean "{near[0]}"?' if near else f" Available: {', '.join(installed)}."
            raise UsageError(
                f'No accounting app "{name}" is installed here.{hint} If it comes with a plug-in, install that package.'
            )
        return installed[name]

    def any_software(self, name: str) -> "Software":
        """The same, but only for showing it: if a plug-in is missing, the app's integrations still appear under its name."""
        from .accounting.seam.not_loaded import NotLoaded
        from .accounting.seam.registry import softwares

        return softwares().get(name) or NotLoaded(name)

    def is_configured(self, name: str) -> bool:
        """Whether the app has a client id here."""
        return bool(self.config.software.get(name, SoftwareTable()).client_id)

    def configured(self, name: str) -> "Configured":
        """An app as this practice has set it up. Raises UsageError if it is not set up, or not safely."""
        table = self.config.software.get(name, SoftwareTable())
        cached = self._configured.get(name)
        # Cached, because a job asks several times per call, and checking every address takes up to a tenth of a
        # call.
        if cached is None or cached[0] is not table:
            cached = self._configured[name] = table, self._as_configured(name, table)
        return cached[1]

    def _as_configured(self, name: str, table: SoftwareTable) -> "Configured":
        from .accounting.seam.addresses import Addresses, overridden
        from .accounting.seam.configured import Configured

        software = self.software(name)
        given = {name: url for name in Addresses.__slots__ if (url := getattr(table, name))}
        addresses = overridden(software.addresses, given)

        async def secret() -> str | None:
            if software.grant.secret == "never":  # noqa: S105  (a word, not a secret)
                return None
            return await self.vault.read(secret_name(name, table.client_id))

        scopes = table.scopes or tuple(software.grant.scopes)
        parameters = {**software.grant.parameters, **table.parameters}
        return Configured(
            software,
            table.client_id,
            table.redirect_port,
            addresses,
            scopes,
            parameters,
            secret,
            table.redirect_url,
            given,
        )

    def held(self, software: str | None = None) -> list[SignIn]:
        """The sign-ins whose tokens this person holds here, most recently used first."""
        return self.store.sign_ins.held(self.holder, software)

    def you(self) -> "You":
        """This person, as named in ledger entries."""
        from .store.history import You

        held = self.held()
        return You(
            {self.actor, *(sign_in.person.email for sign_in in held)}, {sign_in.id for sign_in in held}
        )

    def chosen(
        self, software: str, email: str | None = None, *, other_than: str | None = None
    ) -> SignIn | None:
        """The sign-in with that e-mail address, else the one used last by anyone `other_than` that address; None if this
        keyring holds none.
        """
        for sign_in in self.held(software):
            theirs = sign_in.person.email.casefold()
            if theirs == email.casefold() if email else theirs != (other_than or "").casefold():
                return sign_in
        return None

    def session(self) -> "Session":
        """A session with the accounting apps. Enter it in the event loop that uses it."""
        from .accounting.seam.configured import Http
        from .sync.jobs.session import Session

        http = self.config.http
        how = Http(http.timeout_s, http.attempts, http.longest_wait_s)
        return Session(self.store, self.vault, how, self.configured, holder=self.holder, actor=self.actor)

    def close(self) -> None:
        """Closes what was opened."""
        if "store" in self.__dict__:
            self.store.close()


def password_name(server: str) -> str:
    """The keyring's name for the password to a practice's server."""
    return f"practice/{server}"


def secret_name(software: str, client_id: str) -> str:
    """The keyring's name for an app's client secret."""
    return f"secret/{software}/{client_id}"
