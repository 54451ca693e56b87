"""Unexpected errors: the app ends with one sentence, and the log has the details."""

import asyncio
from typing import TYPE_CHECKING, Any

from ..terminal import textual_internals

if TYPE_CHECKING:
    from textual.app import App


def end_with_one_sentence(app: "App[Any]") -> None:
    """Replaces Textual's page of source and local values."""

    def is_harmless(error: Exception) -> bool:
        from textual.css.query import NoMatches

        # The app was closed while a screen was still being created, which then looks for something that is
        # gone.
        return isinstance(error, NoMatches) and (app.return_code is not None or not app.is_running)

    textual_internals.on_unexpected(app, is_harmless, _sentence)


def _sentence(error: Exception) -> str:
    from .. import logbook

    return f"clientsync: {logbook.says(error)}"


def log_unawaited(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's error handler: asyncio's own would print over the screen."""
    from .. import logbook

    if isinstance(error := context.get("exception"), BaseException):
        logbook.write(error)
