"""The types of arguments and options: what every command refuses before it starts."""

from typing import Any

import click

from ..practice.text import BLANKS

_EMPTY = "This is empty."


class Text(click.types.StringParamType):
    """Text. `may_be_empty`: an empty one has a meaning, such as to remove a note. Elsewhere it comes from a script's empty
    variable, which must not mean the default.
    """

    def __init__(self, *, may_be_empty: bool = False) -> None:
        self._may_be_empty = may_be_empty

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text. Rejects bytes that are not UTF-8: no name, code or address has them, and SQLite can't store them."""
        text = super().convert(value, param, ctx)
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.fail("This is not UTF-8.", param, ctx)
        if not (self._may_be_empty or text.strip(BLANKS)):
            self.fail(_EMPTY, param, ctx)
        return text


MAY_BE_EMPTY = Text(may_be_empty=True)


class FileName(click.Path):
    """The name of a file, which may hold any bytes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name. An empty one would be the current folder, or the default."""
        if not value:
            self.fail(_EMPTY, param, ctx)
        return super().convert(value, param, ctx)


def use_own_types(command: click.Command) -> None:
    """Lets a command, and those below it, check text as `Text` does if it declares no type."""
    for param in command.params:
        if type(param.type) is click.types.StringParamType:
            param.type = Text()
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            use_own_types(subcommand)
