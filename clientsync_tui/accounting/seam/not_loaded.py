"""An accounting app that the practice uses but this program lacks: its plug-in failed to load or is not installed."""

from collections.abc import Mapping, Sequence
from typing import Literal, NoReturn

from ...practice.model import Details, Organisation
from ...practice.people import Person
from ...practice.status import Reason
from ...practice.text import clean
from ...practice.trouble import Trouble, UsageError
from .software import Addresses, Answer, Calls, Grant, Limits, NewSignIn, Record, Software

NOT_LOADED = "its plug-in could not be loaded"


def why_not_loaded(software: Software) -> str | None:
    """A sentence for an app that can only be shown; None for all others."""
    return f"{software.title}: {NOT_LOADED}." if isinstance(software, NotLoaded) else None


class NotLoaded:
    """`Software` for such an app: it can be shown under its name. Anything that needs the plug-in raises
    UsageError.
    """

    organisations_per_sign_in: Literal["many", "one"] = "many"
    organisation_words = ("organisation", "organisations")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.ACCESS_REMOVED
    addresses = Addresses("", "", "")
    grant = Grant(scopes={}, pkce=False, secret="never")  # noqa: S106  (a word, not a secret)
    limits = Limits((), 1)
    lists: Mapping[str, str] = {}
    before_sign_in = ""
    how_to_register = ""

    def __init__(self, name: str) -> None:
        self.name = name
        self.title = clean(name)

    def canonical_id(self, organisation_id: str) -> str:
        """Unchanged, because only the plug-in knows which ids are the same."""
        return organisation_id

    def link(self, organisation_id: str, details: Details) -> str | None:
        """Not known."""
        return None

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        """Raises UsageError."""
        self._refuse()

    def own_error(self, answer: Answer) -> bool:
        """Raises UsageError."""
        self._refuse()

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        """Raises UsageError."""
        self._refuse()

    async def person(self, new: NewSignIn) -> Person:
        """Raises UsageError."""
        self._refuse()

    async def granted(self, new: NewSignIn) -> Organisation | None:
        """Raises UsageError."""
        self._refuse()

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        """Raises UsageError."""
        self._refuse()

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        """Raises UsageError."""
        self._refuse()

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        """Raises UsageError."""
        self._refuse()

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        """Raises UsageError."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise UsageError(f"{self.title}: {NOT_LOADED}. Run `clientsync doctor`.")
