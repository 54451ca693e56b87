"""What the sandbox needs to know about an accounting app. Each app has a folder that creates one of these."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.responses import Response
from starlette.routing import BaseRoute

from ..practice.status import Reason
from .backend import Backend
from .consent.errors import ErrorAnswer
from .misbehaviour.limits import Allowed, Rate
from .world.state import Grant
from .world.world import Accountant, Organisation, World


@dataclass(frozen=True, slots=True)
class App:
    """An app registered there. `secret`: None for a public client, which must use PKCE. `https_only`: whether only the
    practice's own page is allowed as the redirect; every other app may also use the loopback.
    """

    id: str
    secret: str | None
    https_only: bool = False


@dataclass(frozen=True, slots=True)
class OddRefusal:
    """The result of a link with these parameters, although it is valid as such: a redirect with this answer and no state."""

    parameters: Mapping[str, str]
    answer: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rotation:
    """How refresh tokens are replaced. `after_s`: a use replaces a token of at least this age (0: every use does; None:
    none ever does).

    `grace_s`: how long a replaced token still works, as long as the newer one has not been used.
    """

    after_s: float | None = 0
    grace_s: float = 0


@dataclass(frozen=True, slots=True)
class Revocation:
    """The endpoint that ends a grant. `ends`: only that grant, or everything the person connected with the app.

    `body`: how the token is sent. `unknown_status`: the answer for an unknown or ended token.
    """

    path: str
    body: Literal["form", "json", "query"]
    ends: Literal["grant", "person"]
    unknown_status: int = 200


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """Signing in by a short code (RFC 8628), as the app does it.

    `code_path`: where devices get codes; `token_path`: where they get tokens; `page_path`: where people enter codes. `grant_types`: those
    of the requests for a code (None: the request has none) and for tokens. `code_field`: the field with the code in the request for tokens.
    `answer`: makes the fields of an answer with a code from the device code, the user code, the page's address, and the seconds between
    two requests and until the code expires. `elsewhere`: a refusal that sends the device once to another server before it gets tokens.
    """

    code_path: str
    token_path: str
    page_path: str
    grant_types: tuple[str | None, str]
    code_field: str
    answer: Callable[[str, str, str, float, float], dict[str, Any]]
    lives_s: float
    interval_s: float
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Issued:
    """What the token endpoint has to report. `_s`: how many seconds each lives from now; `headers`: the request's;
    `renewing`: whether it was a refresh.
    """

    grant: Grant
    access_token: str
    access_s: int
    refresh_s: int
    hard_s: int | None
    headers: Mapping[str, str]
    renewing: bool = False


@dataclass(frozen=True, slots=True)
class TrueList:
    """The correct content of an organisation's list in the program. `names`: of its lines, unordered; None for a line that
    has none.

    `page_size`: the largest page the app gives; None if the list comes in one answer.
    """

    names: Callable[[World, Organisation], list[str | None]]
    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class Personality:
    """How one accounting app behaves. Paths are below `/NAME`; `_s` are seconds.

    Grants. `reach`: what one grant reaches: the organisations that the person ticks, one that they pick, or all of theirs. `scopes`: those
    an app may request, with `scope_separator` between them. `choosing_scope`: without it no organisation can be picked. `refresh_scope`:
    without it there is no refresh token. `one_grant`: whether a person's new grant ends their earlier ones. `most_grants`: how many a
    person may have; one more ends the oldest. `hard_s`: when a grant ends however much it is used.

    Redirects. `realm_parameter` and `realm_name_parameter`: the parameters with the id and the name of the organisation that was picked.
    `link_needs`: the parameters that the link must have for that. `redirect_fields`: what else every redirect carries. `server_parameter`:
    which of these names the server to continue with. `odd_refusals`: the app's own ways to refuse.

    Tokens. `token_answer`: the fields of a token answer. `token_mark`: a suffix of codes and refresh tokens that a form has to encode.
    `scheme`: the word before an access token in a call's Authorization header. `claims`: makes those of an id_token from the standard ones;
    None if there is no id_token. `access_claims`: those of an access token that is a JWT; None if it is opaque. `secret_in`: where requests
    for tokens and revocations carry the client id and secret. `redirect_at_refresh`: whether a refresh has to repeat the redirect.
    `token_errors`: status and further fields of the token endpoint's errors, if not 400 and none (`error` if the app has its own word).
    `renewals`: how often a person's tokens may be renewed. `too_many_renewals`: the answer to one more, with the pause in seconds, if it is
    not `too_many`. `device`: signing in by a short code, if the app has that.

    Calls. `api`: the routes of its API; `api_path`: what makes `api_url` from the server's address. `unauthorised`: the answer to an unknown
    token, or to one that expired at that moment. `too_many`: the answer to a call over the limit of that name, with the pause in seconds.

    The world. `organisation_id`: the id of the organisation at a place of the world. `closing`: what an organisation looks like after the
    fault `close`. `tiers`: how many connections an app may have, by its tier. `demo_clients`: how many of the demo practice's clients use it.

    For the conformance suite alone. `errors`: the real app's error answers and what they mean. `lists`: what its organisations contain.
    `organisations_page`: the largest page of organisations. `limits`: those on calls for an organisation's data. `unwanted`: texts in its
    answers that a program must not keep.
    """

    name: str
    title: str
    apps: Mapping[str, App]
    reach: Literal["ticked", "one", "all"]
    scopes: frozenset[str]
    authorize_path: str
    token_path: str
    api_path: str
    code_s: float
    access_s: float
    unused_s: float
    token_answer: Callable[[Issued], dict[str, Any]]
    unauthorised: Callable[[float | None], Response]
    too_many: Callable[[str, int], Response]
    api: Callable[[Backend, "Personality"], list[BaseRoute]]
    revocation: Revocation | None = None
    rotation: Rotation = field(default_factory=Rotation)
    hard_s: float | None = None
    one_grant: bool = False
    most_grants: int | None = None
    pkce: bool | Literal["public"] = False
    scope_separator: str = " "
    scheme: str = "Bearer"
    choosing_scope: str | None = None
    refresh_scope: str | None = None
    realm_parameter: str | None = None
    realm_name_parameter: str | None = None
    link_needs: Mapping[str, str] = field(default_factory=dict[str, str])
    token_mark: str = ""
    closing: Literal[Reason.ORGANISATION_CLOSED, Reason.UNPAID] = Reason.ORGANISATION_CLOSED
    odd_refusals: tuple[OddRefusal, ...] = ()
    redirect_fields: Mapping[str, str] = field(default_factory=dict[str, str])
    server_parameter: str | None = None
    userinfo_path: str | None = None
    claims: Callable[[dict[str, Any], Accountant, Grant], dict[str, Any]] | None = None
    access_claims: Callable[[Accountant, Grant], dict[str, Any]] | None = None
    secret_in: Literal["body", "either"] = "either"  # noqa: S105 - a word
    redirect_at_refresh: bool = False
    token_errors: Mapping[str, tuple[int, Mapping[str, str]]] = field(
        default_factory=dict[str, tuple[int, Mapping[str, str]]]
    )
    renewals: Rate | None = None
    too_many_renewals: Callable[[int], Response] | None = None
    device: DeviceSignIn | None = None
    tiers: Mapping[str, int] = field(default_factory=dict[str, int])
    organisation_id: Callable[[World, int], str] | None = None
    demo_clients: int = 5
    errors: tuple[ErrorAnswer, ...] = ()
    lists: Mapping[str, TrueList] = field(default_factory=dict[str, TrueList])
    organisations_page: int | None = None
    limits: Allowed = field(default_factory=lambda: Allowed(()))
    unwanted: Callable[[World, Organisation], Sequence[str]] = lambda world, of: ()
