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
        return getattr(import_module(f"{__package__}.{module}"), cmd_name.replace("-", "_"))
