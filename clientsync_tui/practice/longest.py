"""Length limits for the texts that people enter."""

from .trouble import UsageError

NAME = 200
"""Characters of the name of a client, a team or a saved filter."""
CODE = 50
NOTE = 2_000
NOTE_OF_INTEGRATION = 500
FILTER = 2_000
CONTACT = 254
"""Of a contact's name, e-mail address (none can be longer) or telephone number, as the accounting app gives it."""


def sentence(what: str, longest: int) -> str:
    """The message for a text that is too long. `what`: "The note"."""
    return f"{what} is longer than {longest:,} characters. Nothing was changed."


def refuse_longer(what: str, text: str, longest: int) -> None:
    """Raises UsageError if `text` is longer than that. `what`: as in `sentence`."""
    if len(text) > longest:
        raise UsageError(sentence(what, longest))
