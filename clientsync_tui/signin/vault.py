"""The token vault: the user's keyring, made safe to call from a terminal program.

Every call runs in a thread with a time limit, because a keyring may wait forever for a prompt that nobody sees.
"""

import asyncio
import secrets
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..practice.text import clean
from ..practice.trouble import KeyringTrouble
from .keyrings import split_secrets
from .keyrings.backends import asks_a_person, choose, title
from .keyrings.passphrase import Ask

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from .keyrings.encrypted_file import EncryptedFile

SERVICE = "clientsync"
TIME_LIMIT_S = 3.0
"""For one call if nobody can be asked, and for choosing the keyring."""

PROMPT_LIMIT_S = 30.0
"""For one call if the keyring may ask the user."""

_T = TypeVar("_T")

Write = Callable[[str, str], Awaitable[None]]
"""Writes a secret under a name, into the space reserved for it."""


class Vault:
    """Secrets by name in the session's keyring, which is chosen at first use. Every method raises KeyringTrouble.

    `file`: the encrypted file, for hosts without a desktop keyring; with a `passphrase_file` it is used even if there is one.
    `backend`: the one that the configuration names. `time_limit_s`: another limit than the usual for one call.
    """

    def __init__(
        self,
        file: Path,
        *,
        passphrase_file: Path | None = None,
        backend: str = "",
        ask_passphrase: Ask | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        self._choose = lambda: choose(file, passphrase_file, ask_passphrase, backend)
        self._asks = asks_a_person(backend)
        self._time_limit_s = time_limit_s
        self._choosing = threading.Lock()
        self._backend: KeyringBackend | None = None

    def __repr__(self) -> str:
        return f"Vault({self.name})"

    async def test(self) -> None:
        """Writes, reads and deletes a test entry, so that a keyring that can't save is found before anyone signs in."""
        name, probe = f"probe/{secrets.token_hex(8)}", secrets.token_hex(16)
        await self.write(name, probe)
        found = await self.read(name)
        await self.forget(name)
        if found != probe:
            raise KeyringTrouble(f"The keyring ({self.name}) did not return what was stored in it.")

    @asynccontextmanager
    async def reserved(self, size: int = split_secrets.LONGEST) -> AsyncGenerator[Write]:
        """Proves that a secret of this length can be written, for the duration of the context. Returns a function that
        writes it.

        The encrypted file reserves disk space. Other keyrings write an entry of that size and delete it.
        """
        backend = await self._ready()
        from .keyrings.encrypted_file import EncryptedFile
        from .keyrings.reserved_file import release

        if not isinstance(backend, EncryptedFile):
            probe = f"probe/{secrets.token_hex(8)}"
            await self.write(probe, "x" * size)
            await self.forget(probe)
            yield self.write
            return
        room = await self._within(backend.reserve)

        async def write(name: str, secret: str) -> None:
            def into_room() -> None:
                with backend.written_into(room):
                    split_secrets.write(backend, SERVICE, name, secret)

            await self._within(into_room)

        try:
            yield write
        finally:
            release(room)

    async def read(self, name: str) -> str | None:
        """The secret with that name; None if there is none."""
        backend = await self._ready()
        return await self._within(lambda: split_secrets.read(backend, SERVICE, name))

    async def write(self, name: str, secret: str) -> None:
        """Writes or replaces the secret."""
        backend = await self._ready()
        await self._within(lambda: split_secrets.write(backend, SERVICE, name, secret))

    async def forget(self, name: str) -> None:
        """Deletes the secret, if there is one."""
        from .keyrings.encrypted_file import EncryptedFile

        backend = self._backend or await self._within(self._chosen)
        if isinstance(backend, EncryptedFile) and not backend.path.exists():
            # Nobody has to choose a passphrase for that.
            return
        backend = await self._ready()
        await self._within(lambda: split_secrets.forget(backend, SERVICE, name))

    def unlock(self) -> None:
        """Asks for the passphrase now if one is needed: for the command line, where the main thread has the terminal."""
        if (file := self._file()) is not None:
            file.unlock()

    def check_passphrase(self, entered: str) -> None:
        """Raises KeyringTrouble if this passphrase does not open the encrypted file. For code that asks a person for it."""
        if (file := self._file()) is not None:
            file.check(entered)

    def change_passphrase(self, ask: Ask) -> Path:
        """Gives the encrypted file a new passphrase, which it gets from `ask` once the file is open. Returns which file it
        is.

        For the command line, like `unlock`. Raises KeyringTrouble if another keyring is used.
        """
        if (file := self._file()) is None:
            raise KeyringTrouble(f"The keyring ({self.name}) has no passphrase of ours to change.")
        file.unlock()
        file.change_passphrase(ask(True))
        return file.path

    def _file(self) -> "EncryptedFile | None":
        from .keyrings.encrypted_file import EncryptedFile

        try:
            backend = self._backend or self._started(self._chosen).result(self._limit_s)
        except TimeoutError:
            raise self._too_slow() from None
        return backend if isinstance(backend, EncryptedFile) else None

    async def backend_says(self) -> tuple[bool, str]:
        """For `doctor`: whether the keyring works, and its name or what is wrong."""
        try:
            await self.test()
        except KeyringTrouble as trouble:
            return False, str(trouble)
        return True, self.name

    @property
    def name(self) -> str:
        """The keyring's name, once it has been chosen."""
        return "not chosen yet" if self._backend is None else title(self._backend)

    @property
    def _limit_s(self) -> float:
        usual_s = PROMPT_LIMIT_S if self._backend is not None and self._asks else TIME_LIMIT_S
        return usual_s if self._time_limit_s is None else self._time_limit_s

    def _chosen(self) -> "KeyringBackend":
        with self._choosing:
            if self._backend is None:
                self._backend = self._choose()
            return self._backend

    async def _ready(self) -> "KeyringBackend":
        from .keyrings.encrypted_file import EncryptedFile

        backend = self._backend or await self._within(self._chosen)
        if isinstance(backend, EncryptedFile) and backend.locked:
            # A person may need longer for a passphrase than a keyring for an answer.
            await asyncio.wrap_future(self._started(backend.unlock))
        return backend

    async def _within(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._started(work)), self._limit_s)
        except TimeoutError:
            raise self._too_slow() from None

    def _started(self, work: Callable[[], _T]) -> "Future[_T]":
        """Starts `work` in a thread that doesn't keep the program from ending if it hangs."""
        future: Future[_T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except KeyringTrouble as trouble:
                future.set_exception(trouble)
            except BaseException as error:
                future.set_exception(self._explained(error))

        threading.Thread(target=run, name="keyring", daemon=True).start()
        return future

    def _too_slow(self) -> KeyringTrouble:
        return KeyringTrouble(
            f"The keyring ({self.name}) did not answer within {self._limit_s:g} s: it may be locked and waiting for a "
            f"prompt you can't see here. {_way_out()}"
        )

    def _explained(self, error: BaseException) -> KeyringTrouble:
        from keyring.errors import InitError, KeyringLocked, NoKeyringError

        message = clean(str(error))
        # macOS says -25308, errSecInteractionNotAllowed, over SSH; keyring has no name for it.
        if isinstance(error, KeyringLocked) or "-25308" in message:
            return KeyringTrouble(f"The keyring ({self.name}) is locked. {_way_out()}")
        if isinstance(error, (InitError, NoKeyringError)):
            return KeyringTrouble(f"The keyring ({self.name}) can't be reached: {message} {_way_out()}")
        if isinstance(error, MemoryError):
            return KeyringTrouble(
                f"There is not enough memory to open the keyring ({self.name}). Close other programs or raise your limit (`ulimit -v`), "
                "then try again."
            )
        # Windows stores at most 2,560 bytes in a credential: error 1783 (jaraco/keyring issues 355 and 540).
        if "1783" in message:
            return KeyringTrouble(f"The secret is too long for the keyring ({self.name}).")
        # Only the type: the text of an unknown error may contain the secret.
        return KeyringTrouble(f"The keyring ({self.name}) failed ({type(error).__name__}). {_way_out()}")


def _way_out() -> str:
    if sys.platform == "darwin":
        return "Run `security unlock-keychain`, then try again."
    if sys.platform == "win32":
        return "Sign in to Windows on the machine itself, then try again."
    return 'Unlock it in the desktop session, then try again; or use the encrypted file: [keyring] backend = "file".'
