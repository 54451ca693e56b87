"""The last step of every sign-in attempt: the tokens have arrived, but are not saved yet."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ..accounting.seam.configured import Configured, Http
from ..host import this_user
from ..practice.people import Person, SignIn, sign_in_id
from ..practice.trouble import KeyringTrouble, Misconfigured, SignInFailed, Trouble
from .new_sign_in import MakeCalls, UnsavedSignIn
from .remarks import remarks
from .token_endpoint import Granted
from .tokens import Tokens
from .vault import Write


@dataclass(frozen=True, slots=True)
class Completing:
    """Finds out who signed in and for what, and saves the sign-in. `make_calls`: for an adapter that has to ask."""

    configured: Configured
    how: Http
    tokens: Tokens
    make_calls: MakeCalls

    @asynccontextmanager
    async def room(self) -> AsyncGenerator[Write]:
        """Proves that a sign-in can be saved, before asking the app for one. Raises KeyringTrouble."""
        async with AsyncExitStack() as stack:
            try:
                write = await stack.enter_async_context(self.tokens.room())
            except KeyringTrouble as trouble:
                title = self.configured.software.title
                raise KeyringTrouble(
                    f"{trouble} Nothing was requested from {title}. Sign in again."
                ) from None
            yield write

    async def saved(
        self,
        granted: Granted,
        write: Write,
        say: Callable[[str], None],
        *,
        redirect: Mapping[str, str] | None = None,
        nonce: str = "",
    ) -> SignIn:
        """Saves the sign-in in the keyring. `redirect`: what came with the redirect. `write`: from `room`.

        Raises SignInFailed, PassingTrouble and KeyringTrouble; then nothing is saved.
        """
        configured, software = self.configured, self.configured.software
        granted_at = datetime.now(UTC)
        if granted.refresh_token is None:
            asked = " ".join(configured.scopes) or "none"
            raise SignInFailed(
                f"{software.title} gave no refresh token, so the sign-in would end within the hour. Nothing was saved. "
                f"Does the app have every scope it needs? [software.{software.name}] asks for: {asked}. "
                f"Needed: {' '.join(software.grant.scopes) or 'none'}."
            )
        new = UnsavedSignIn(
            configured.at(granted.site), self.how.timeout_s, redirect or {}, granted, nonce, self.make_calls
        )
        try:
            person, organisation = await software.person(new), await software.granted(new)
        except Trouble as trouble:
            ending = "" if "Nothing was saved" in str(trouble) else " Nothing was saved."
            raise SignInFailed(f"{trouble}{ending}") from None
        if not person.id:
            # The app doesn't say who it was, so it is the person at this keyboard.
            login = this_user.login() or f"user {this_user.uid()}"
            person = Person(login, login, "")
        for remark in remarks(configured, granted, person, new.ahead_s):
            say(remark)
        # Everything that people do is recorded under their e-mail address.
        person = person._replace(email=person.email or person.name)
        if (organisation is None) is (software.organisations_per_sign_in == "one"):
            raise ValueError("a sign-in for one organisation names it, another one names none")
        its_id = software.canonical_id(organisation.id) if organisation else None
        own_id = sign_in_id(software.name, person.id, its_id)
        ends_at = await self.tokens.keep(own_id, granted, write)
        its_name = organisation.name if organisation else None
        return SignIn(own_id, software.name, person, granted_at, ends_at, its_id, its_name)


async def check_secret(configured: Configured) -> None:
    """Raises Misconfigured if the app needs a secret that is not in this keyring."""
    if configured.needs_secret and not await configured.secret():
        name, title = configured.software.name, configured.software.title
        raise Misconfigured(
            f"{title} needs the app's client secret, and this keyring has none. Enter it in Set up, or with `clientsync setup {name} "
            "--secret-stdin`."
        )
