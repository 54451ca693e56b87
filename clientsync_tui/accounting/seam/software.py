"""The protocol that every accounting software's file implements; nothing else in the program knows one from another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol

from ...practice.model import Details, Organisation
from ...practice.people import Person
from ...practice.trouble import Trouble

Record = Mapping[str, Any]
"""One line of a list, as the software names its fields, with `id`, `name` and, where it has one, `code` added."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the software is; each may be overridden in the configuration. `issuer`: None where no id_token is signed."""

    authorize_url: str
    token_url: str
    api_url: str
    revoke_url: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """How the software signs a person in.

    `secret`: whether the app has one. `redirect_host`: the host name registered for the loopback; both loopback addresses are listened on.
    `any_port`: whether the software ignores the port of a loopback redirect. `unused_life`: a sign-in not used for so long
    dies. `lost_answer_grace`: how long a replaced refresh token may still be used, when the answer with the new one was lost.
    """

    scopes: tuple[str, ...]
    pkce: bool
    secret: Literal["never", "optional", "required"]
    redirect_host: str = "localhost"
    redirect_path: str = "/callback"
    any_port: bool = False
    unused_life: timedelta | None = None
    lost_answer_grace: timedelta = timedelta(0)
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Limits:
    """What the software allows: calls at once and a minute, for one organisation and for the whole app.

    `at_once`: calls at once of this whole program. `remaining_header` and `app_remaining_header`: headers that say how many
    calls are left in this minute. `problem_header`: the header of a 429 that names the limit met; `app_problems`: those of
    its values, in lower case, that mean the whole app and not one organisation.
    """

    organisation_at_once: int
    organisation_a_minute: int
    app_a_minute: int
    at_once: int = 20
    remaining_header: str | None = None
    app_remaining_header: str | None = None
    problem_header: str | None = None
    app_problems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not a success, for `Software.trouble`. `body`: the JSON with keys as sent, else None."""

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str


class Calls(Protocol):
    """Calls to the API in the name of one sign-in. Each waits for the limits, is repeated where that is safe, renews the
    access token once when it is refused, and raises `SignInRefused`, `OrganisationTrouble`, `PassingTrouble` or `Misconfigured`.
    """

    async def get(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer to GET `api_url + path`."""
        ...

    async def delete(self, path: str, *, organisation_id: str | None = None) -> bool:
        """DELETE `api_url + path`; False when it was gone already (404)."""
        ...


class Software(Protocol):
    """One accounting software."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def organisations_per_sign_in(self) -> Literal["many", "one"]: ...
    @property
    def addresses(self) -> Addresses: ...
    @property
    def grant(self) -> Grant: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def lists(self) -> Mapping[str, str]:
        """Title of each list that can be pulled, by name: accounts, tax_rates, tracking, suppliers."""
        ...

    @property
    def how_to_register(self) -> str:
        """How an app is registered there, step by step, as plain text; `{redirect}` stands for the redirect URI."""
        ...

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Headers of a call beside Authorization."""
        ...

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew"]:
        """What an unsuccessful answer means; "renew": get a new access token and try once more.

        429, 5xx and answers that never came are dealt with before this is asked.
        """
        ...

    def person(self, claims: Mapping[str, Any]) -> Person:
        """Who signed in, from the verified claims of the id_token."""
        ...

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """Every organisation that the sign-in reaches."""
        ...

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """The organisation's particulars; also the proof that the integration works."""
        ...

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """One of `lists`, whole."""
        ...

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """Ends the link there, where that reaches only this organisation; False when there is nothing to end there."""
        ...

    def link(self, details: Details) -> str | None:
        """The organisation's page in the software, to open in a browser; None when it cannot be known."""
        ...
