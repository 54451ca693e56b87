"""A group of commands whose modules are imported when a command is asked for, so that starting one does not pay for all."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """`modules`: the module of this package that defines each command; the command is the function named after it."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the mapping."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported."""
        module = self._modules.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(f"{__package__}.{module}"), cmd_name.replace("-", "_"))
        _take_text(command)
        return command


class Text(click.types.StringParamType):
    """Words; names of files are `click.Path`, and may be of any bytes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The words. Fails for bytes that are no UTF-8: no name, code or address holds them, and SQLite takes none."""
        text = super().convert(value, param, ctx)
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.fail("it is not UTF-8.", param, ctx)
        return text


def _take_text(command: click.Command) -> None:
    for param in command.params:
        if type(param.type) is click.types.StringParamType:
            param.type = Text()
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _take_text(below)
