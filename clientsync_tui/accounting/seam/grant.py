"""How an accounting app signs people in, and how its requests are written.

Each field has a default, so an adapter states only the differences. Other code asks the methods, never for the
app's name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, cast

from .device import DeviceFlow


@dataclass(frozen=True, slots=True)
class Grant:
    """The app's OAuth rules.

    About the consent page:
    `scopes`: each scope with what it is for, in words. `scope_separator`: what the app writes between two scopes. `pkce`: whether a code
    challenge is sent; "public": only by an app without a secret. `parameters`: further parameters of the authorise link.

    About the redirect:
    `redirect_host`: the host name registered for the loopback (both loopback addresses are listened on). `redirect_path`: its path.
    `any_port`: whether the app ignores the port of a loopback redirect. `https_redirect`: whether the real app redirects to https
    addresses only; then the redirect is one of the practice's own pages, and the user pastes its address. `redirect_needs`: what a redirect
    must carry beside code and state to say which organisation was connected, each with the regular expression of its values; it is
    checked before the code is exchanged.

    About the token endpoint:
    `secret`: whether the app has one. `secret_in`: where a request carries the client id and secret: in the header (Basic), or among the
    fields of its body. `redirect_at_refresh`: whether a renewal repeats the redirect (then `any_port` is False). `token_headers`: further
    headers of a request. `revoke_body`: how the token to revoke is sent.
    `sign_ins_per_person`: how many the app keeps. One more silently ends the oldest, so we revoke a sign-in when a new one replaces it.
    `revoking_ends`: what revoking one sign-in ends there: that sign-in, or everything the person connected with this app.

    About other ways than a browser on this machine:
    `device`: how a person signs in by a short code, if the app has that.

    About calls:
    `client_id_header`: the header of every call that carries the client id, if the app wants that. `scheme`: the word before the access
    token in a call's Authorization header. `shares_access`: whether all processes on the host use one
    access token, kept in the keyring, because the app limits how many a sign-in gets in a given time.

    About the life of a sign-in:
    `one_per_person`: whether a person's new tokens end all earlier ones of theirs, so that only the computer that renewed last stays
    signed in. `unused_life`: a sign-in that is not used for this long ends. `consent_life`: it ends this long after the consent, however
    much it is used. `life_fields`: the fields of a token answer that say in how many
    seconds the sign-in ends; the earliest counts, before `unused_life`. `lost_answer_grace`: how long a replaced refresh token still
    works, in case the answer with the new one was lost.
    """

    scopes: Mapping[str, str]
    pkce: bool | Literal["public"]
    secret: Literal["never", "optional", "required"]
    scope_separator: str = " "
    client_id_header: str | None = None
    scheme: str = "Bearer"
    shares_access: bool = False
    redirect_host: str = "localhost"
    redirect_path: str = "/callback"
    any_port: bool = False
    https_redirect: bool = False
    one_per_person: bool = False
    unused_life: timedelta | None = None
    consent_life: timedelta | None = None
    life_fields: tuple[str, ...] = ()
    lost_answer_grace: timedelta = timedelta(0)
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    secret_in: Literal["header", "body"] = "header"  # noqa: S105  (a word, not a secret)
    redirect_at_refresh: bool = False
    token_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    revoke_body: Literal["form", "json", "query"] = "form"
    sign_ins_per_person: int | None = None
    revoking_ends: Literal["sign_in", "person"] = "sign_in"
    redirect_needs: Mapping[str, str] = field(default_factory=dict[str, str])
    device: DeviceFlow | None = None

    def authorization(self, access_token: str) -> str:
        """The value of a call's Authorization header."""
        return f"{self.scheme} {access_token}"

    def accepts(self, token_type: object) -> bool:
        """Whether an access token of this type can be used the way `authorization` does. Apps with their own word
        say Bearer here too.
        """
        return str(token_type).lower() in {"bearer", self.scheme.lower()}

    def joined(self, scopes: Iterable[str]) -> str:
        """Scopes as written in the sign-in link."""
        return self.scope_separator.join(scopes)

    def granted_scopes(self, value: object) -> frozenset[str] | None:
        """The scopes named in a token answer, as text or a list; None if it names none."""
        if isinstance(value, list):
            value = " ".join(scope for scope in cast(list[object], value) if isinstance(scope, str))
        return (
            frozenset(value.replace(self.scope_separator, " ").split()) or None
            if isinstance(value, str)
            else None
        )

    def life(self, ends_in_s: float | None) -> timedelta | None:
        """How long a sign-in lasts if it is not used again; None: no known end. `ends_in_s`: what the token answer
        says.
        """
        return self.unused_life if ends_in_s is None else timedelta(seconds=ends_in_s)

    def ends_at(
        self, now: datetime, ends_in_s: float | None, consented_at: datetime | None
    ) -> datetime | None:
        """When a sign-in ends if it is used now and never again. `consented_at`: when the person consented, if
        known.
        """
        life = self.life(ends_in_s)
        ends = [] if life is None else [now + life]
        if self.consent_life is not None and consented_at is not None:
            ends.append(consented_at + self.consent_life)
        return min(ends, default=None)
