"""An unsaved sign-in, which an adapter uses to find out who signed in."""

from collections.abc import Callable, Mapping
from typing import Any

from ..accounting.seam.calls import Access
from ..accounting.seam.configured import Configured
from ..accounting.seam.software import Calls
from ..practice.trouble import SignInFailed
from .identity import ahead_s, userinfo, verified
from .token_endpoint import Granted

MakeCalls = Callable[[Access, str], Calls]
"""Makes calls with access tokens that don't come from the keyring. The text: where the app is for them."""


class UnsavedSignIn:
    """`NewSignIn`; see there. Its access token is in memory only. `redirect`: the parameters that came with the redirect."""

    def __init__(
        self,
        configured: Configured,
        timeout_s: float,
        redirect: Mapping[str, str],
        granted: Granted,
        nonce: str,
        make_calls: MakeCalls,
    ) -> None:
        self._configured = configured
        self._timeout_s = timeout_s
        self._granted = granted
        self._nonce = nonce
        self._claims: Mapping[str, Any] | None = None
        self.redirect = redirect
        self.calls = make_calls(self._access, granted.site)

    def __repr__(self) -> str:
        return f"UnsavedSignIn({self._configured.software.name})"

    async def claims(self) -> Mapping[str, Any]:
        """The verified claims of the id_token; raises SignInFailed."""
        if self._granted.id_token is None:
            raise SignInFailed(f"{self._title} did not say who signed in (no id_token). Nothing was saved.")
        if self._claims is None:
            self._claims = await verified(
                self._granted.id_token, self._granted, self._configured, self._nonce, self._timeout_s
            )
        return self._claims

    @property
    def ahead_s(self) -> float | None:
        """The server's clock minus this host's, as far as the answers show it."""
        return ahead_s(self._claims or {}, self._granted.ahead_s)

    @property
    def token_answer(self) -> Mapping[str, Any]:
        """The token answer without its tokens."""
        return self._granted.further

    async def userinfo(self) -> Mapping[str, Any]:
        """The userinfo endpoint's answer. Raises SignInFailed."""
        return await userinfo(self._granted.access_token, self._configured, self._timeout_s)

    async def _access(self, refused: str | None) -> str:
        if refused is not None:
            raise SignInFailed(
                f"{self._title} rejected the access token it had just issued. Nothing was saved."
            )
        return self._granted.access_token

    @property
    def _title(self) -> str:
        return self._configured.software.title
