"""The protocol that every accounting app's file implements; nothing else in the program knows one from another."""

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
"""One line of a list, as the app names its fields, with `id`, `name` and, where it has one, `code` added."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, for `Software.own_error` and `Software.trouble`. `body`: the JSON with keys as sent, else None.

    `renewed`: whether the access token that was refused had been renewed for this very call.
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
    """Calls to the API in the name of one sign-in. Each waits for the limits, is repeated where that is safe, renews the
    access token once when it is refused, and raises `SignInRefused`, `OrganisationTrouble`, `PassingTrouble` or `Misconfigured`.
    """

    @property
    def organisation(self) -> Organisation | None:
        """The one organisation of this sign-in, where a sign-in is for one."""
        ...

    @property
    def site(self) -> str:
        """Where the app is for this sign-in, by the adapter's word for it; empty before the first call, and where it is in one place."""
        ...

    async def get(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer to GET `api_url + path`, all texts in it cleaned."""
        ...

    async def read(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Reply:
        """The same with the answer's headers, where they say whether there is a next page."""
        ...

    async def delete(self, path: str, *, organisation_id: str | None = None) -> bool:
        """DELETE `api_url + path`; False if it was gone already (404)."""
        ...

    async def end_sign_in(self) -> bool:
        """Revokes this sign-in there and forgets it here; False if it had ended already."""
        ...


class NewSignIn(Protocol):
    """A sign-in that is being made, for an adapter to say whose it is. Nothing of it is saved yet."""

    @property
    def redirect(self) -> Mapping[str, str]:
        """What came with the redirect."""
        ...

    @property
    def calls(self) -> Calls:
        """Calls in its name; `organisation` is None there."""
        ...

    @property
    def token_answer(self) -> Mapping[str, Any]:
        """What the token endpoint said beside the tokens: some apps say there who signed in, or for what."""
        ...

    async def claims(self) -> Mapping[str, Any]:
        """The verified claims of the id_token; raises SignInFailed."""
        ...

    async def userinfo(self) -> Mapping[str, Any]:
        """What the userinfo endpoint says; raises SignInFailed."""
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
        """Title of each list that can be pulled, by name: accounts, tax_rates, tracking, suppliers."""
        ...

    @property
    def organisation_words(self) -> tuple[str, str]:
        """What an organisation is called there, one and several: ("company", "companies")."""
        ...

    @property
    def disconnecting(self) -> Literal["connection", "sign_in", "nowhere"]:
        """What disconnecting can end there: the organisation's connection, the sign-in that is for it alone, or nothing."""
        ...

    @property
    def not_listed(self) -> Reason:
        """What it means when a client's organisation is not among those that the sign-in reaches."""
        ...

    @property
    def before_sign_in(self) -> str:
        """What a person must know before the browser opens, in a sentence; empty if the page explains itself."""
        ...

    @property
    def how_to_register(self) -> str:
        """How an app is registered there, step by step, as plain text; `{redirect}` stands for the redirect URI."""
        ...

    def canonical_id(self, organisation_id: str) -> str:
        """An organisation's id as the app itself compares it: two spellings of one id come to the same."""
        ...

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Headers of a call beside Authorization."""
        ...

    def own_error(self, answer: Answer) -> bool:
        """Whether an answer is an error in the app's own form. Looks at the body, never at the status alone.

        What is not (a proxy's page, a gateway's JSON, an empty body) changes no status, and `trouble` is not asked about it.
        Successful answers are looked at too: some apps put an error into a 200.
        """
        ...

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """What an error in the app's own form means; "renew": get a new access token and try again (not twice for one
        call); "limit": as a 429.

        429, 5xx and answers that never came are dealt with before this is asked.
        """
        ...

    async def person(self, new: NewSignIn) -> Person:
        """Who signed in; without an id where the app does not say: then it is whoever is logged in to this host. Raises SignInFailed,
        or what a call raises."""
        ...

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """The organisation that the person picked, where a sign-in is for one; None if it is for many."""
        ...

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """Every organisation that the sign-in reaches now. A row that can't be used is left out (`left_out`)."""
        ...

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """The organisation's particulars; also the proof that the integration works."""
        ...

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """One of `lists`, whole but for rows that can't be used (`left_out`). Raises ListRefused, or OrganisationTrouble with
        `access_removed` or `permission_missing`, if whoever signed in may not read this list."""
        ...

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """Ends the link there, where that reaches only this organisation; False if there is nothing to end there."""
        ...

    def link(self, organisation_id: str, details: Details) -> str | None:
        """The organisation's page in the app, to open in a browser; None if it can't be known."""
        ...
