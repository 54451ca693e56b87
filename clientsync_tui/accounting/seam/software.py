"""The protocol that every accounting app's file implements. The rest of the program can't tell one app from
another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ...practice.model import Details, Organisation
from ...practice.people import Person
from ...practice.status import Reason
from ...practice.trouble import Trouble
from .addresses import Addresses as Addresses
from .grant import Grant as Grant
from .limits import Limits as Limits
from .limits import Rate as Rate

Record = Mapping[str, Any]
"""One line of a list with the app's field names, plus `id`, `name` and, if it has one, `code`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, for `Software.own_error` and `Software.trouble`. `body`: the JSON with keys as sent, or None.

    `renewed`: whether the refused access token had just been renewed for this call.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer: its JSON, and its headers (names in any case)."""

    body: Any
    headers: Mapping[str, str]


class Calls(Protocol):
    """API calls made with one sign-in. Each waits for the limits, is repeated if that is safe, renews the access
    token once if it is refused, and raises `SignInRefused`, `OrganisationTrouble`, `PassingTrouble` or
    `Misconfigured`.
    """

    @property
    def organisation(self) -> Organisation | None:
        """The only organisation of this sign-in, if it covers only one."""
        ...

    @property
    def site(self) -> str:
        """The adapter's word for where the app is for this sign-in. Empty before the first call, and if the app is
        in one place.
        """
        ...

    async def get(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer to GET `api_url + path`, with all texts cleaned."""
        ...

    async def read(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Reply:
        """The same with the answer's headers, for apps that announce the next page there."""
        ...

    async def delete(self, path: str, *, organisation_id: str | None = None) -> bool:
        """DELETE `api_url + path`; False if it was already gone (404)."""
        ...

    async def end_sign_in(self) -> bool:
        """Revokes this sign-in in the app and deletes it here; False if it had already ended."""
        ...


class NewSignIn(Protocol):
    """A sign-in in progress, for the adapter to find out whose it is. Nothing of it is saved yet."""

    @property
    def redirect(self) -> Mapping[str, str]:
        """What came with the redirect."""
        ...

    @property
    def calls(self) -> Calls:
        """Calls made with it; `organisation` is None there."""
        ...

    @property
    def token_answer(self) -> Mapping[str, Any]:
        """The token endpoint's answer without the tokens: some apps say there who signed in, or for what."""
        ...

    async def claims(self) -> Mapping[str, Any]:
        """The verified claims of the id_token; raises SignInFailed."""
        ...

    async def userinfo(self) -> Mapping[str, Any]:
        """The userinfo endpoint's answer. Raises SignInFailed."""
        ...


class Software(Protocol):
    """One accounting app."""

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
        """The title of each list that can be pulled, by name: accounts, tax_rates, tracking, suppliers."""
        ...

    @property
    def organisation_words(self) -> tuple[str, str]:
        """What the app calls an organisation, singular and plural: ("company", "companies")."""
        ...

    @property
    def disconnecting(self) -> Literal["connection", "sign_in", "nowhere"]:
        """What disconnecting can end in the app: the organisation's connection, a sign-in that covers only it, or
        nothing.
        """
        ...

    @property
    def not_listed(self) -> Reason:
        """What it means if a client's organisation is not among those that the sign-in reaches."""
        ...

    @property
    def before_sign_in(self) -> str:
        """What the user must know before the browser opens, as a sentence; empty if the page explains itself."""
        ...

    @property
    def how_to_register(self) -> str:
        """How to register an app there, step by step, as plain text; `{redirect}` stands for the redirect URI."""
        ...

    def canonical_id(self, organisation_id: str) -> str:
        """An organisation's id as the app compares it: different spellings of one id give the same result."""
        ...

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Headers for a call, besides Authorization."""
        ...

    def own_error(self, answer: Answer) -> bool:
        """Whether an answer is an error in the app's own format. Looks at the body, never only at the status.

        Anything else (a proxy's page, a gateway's JSON, an empty body) changes no status, and `trouble` is not asked about it.
        Successful answers are checked too, because some apps put an error into a 200.
        """
        ...

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """What an error in the app's own format means. "renew": get a new access token and try again (once per
        call). "limit": the same as a 429.

        429, 5xx and missing answers are handled before this is asked.
        """
        ...

    async def person(self, new: NewSignIn) -> Person:
        """Who signed in. No id if the app doesn't say: then it is the user of this host. Raises SignInFailed, or
        whatever a call raises.
        """
        ...

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """The organisation that the person picked, if a sign-in covers one; None if it covers many."""
        ...

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """Every organisation that the sign-in reaches now. Rows that can't be used are left out (`left_out`)."""
        ...

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """The organisation's details. Reading them also proves that the integration works."""
        ...

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """One of `lists`, complete except for rows that can't be used (`left_out`). Raises ListRefused, or
        OrganisationTrouble with `access_removed` or `permission_missing`, if the person who signed in may not read
        this list.
        """
        ...

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """Ends the connection in the app, if that affects only this organisation; False if there is nothing to end."""
        ...

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The organisation's page in the app, to open in a browser; None if it can't be known."""
        ...
