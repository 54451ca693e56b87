"""What can go wrong, as the person is told it: each has a sentence that says what happened and what to do."""

from datetime import datetime

from .status import Fault, Reason


class Trouble(Exception):
    """Anything the program can explain. `str()` is a whole sentence for the screen; no token or secret is ever in it."""


class UsageError(Trouble):
    """Wrong words, a wrong file or a wrong configuration: nothing was changed (exit status 2)."""


class Misconfigured(UsageError):
    """The accounting software refuses the app itself: client id, secret, redirect or scope. `setup` mends it."""


class SignInNeeded(Trouble):
    """No sign-in held here works for this: a person must sign in (exit status 3)."""


class SignInRefused(SignInNeeded):
    """The accounting software refused the sign-in for good (`invalid_grant`)."""


class SignInFailed(SignInNeeded):
    """A sign-in attempt came to nothing: denied, timed out, wrong state, wrong id_token. Nothing was saved."""


class KeyringTrouble(Trouble):
    """The keyring cannot be used: locked, absent, of an unknown kind, or too slow."""


class OrganisationTrouble(Trouble):
    """The sign-in works, this organisation does not: `reason` is one of the broken reasons."""

    def __init__(self, reason: Reason, says: str) -> None:
        super().__init__(says)
        self.reason = reason


class ListRefused(Trouble):
    """The organisation works, but whoever signed in may not read this one list of it."""


class PassingTrouble(Trouble):
    """A passing fault; it changes no status. `retry_at`: when the software said to come back, if it did."""

    def __init__(self, fault: Fault, says: str, retry_at: datetime | None = None) -> None:
        super().__init__(says)
        self.fault = fault
        self.retry_at = retry_at
