"""Errors that the program can explain. Each has a sentence that says what happened and what to do."""

from datetime import datetime

from .status import Fault, Reason


class Trouble(Exception):
    """Any error the program can explain. `str()` is a complete sentence for the screen and never contains a token
    or secret.
    """


class UsageError(Trouble):
    """Wrong input, a wrong file or a wrong configuration. Nothing was changed (exit status 2)."""


class Unreachable(Trouble):
    """The practice's database can't be reached. Reading still works, but nothing can be changed (exit status 4).

    `why`: the sentence without what that means for a change, for someone who only reads.
    """

    def __init__(self, why: str, effect: str = "") -> None:
        super().__init__(f"{why} {effect}".rstrip())
        self.why = why


class NoRoom(Trouble):
    """The disk is full. Reading still works, but nothing can be saved."""


class NotAllowed(UsageError):
    """This person lacks a permission in the practice."""


class Misconfigured(UsageError):
    """The accounting app rejects the client id, secret, redirect or scope. `setup` fixes it."""


class SignInNeeded(Trouble):
    """No sign-in in this keyring works for this. Someone has to sign in (exit status 3)."""


class SignInRefused(SignInNeeded):
    """The accounting app refused the sign-in for good (`invalid_grant`)."""


class SignInFailed(SignInNeeded):
    """A sign-in attempt failed: denied, timed out, wrong state, wrong id_token. Nothing was saved."""


class KeyringTrouble(Trouble):
    """The keyring can't be used: locked, absent, of an unknown kind, or too slow."""


class OrganisationTrouble(Trouble):
    """The sign-in works, but this organisation does not. `reason`: one of the broken reasons."""

    def __init__(self, reason: Reason, says: str) -> None:
        super().__init__(says)
        self.reason = reason


class ListRefused(Trouble):
    """The organisation works, but the person who signed in may not read one of its lists."""


class PassingTrouble(Trouble):
    """A passing fault, which changes no status. `retry_at`: when the app asked us to try again, if it did."""

    def __init__(self, fault: Fault, says: str, retry_at: datetime | None = None) -> None:
        super().__init__(says)
        self.fault = fault
        self.retry_at = retry_at
