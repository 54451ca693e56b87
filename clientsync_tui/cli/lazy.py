"""A group that imports a command's module only when the command is used, so that starting one command does not load all."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from .parameter_types import use_own_types


class LazyGroup(click.Group):
    """`modules`: the module of this package that defines each command.

    `former_names`: old names that still work but are not listed, with the present one.
    """

    def __init__(
        self, *args: Any, modules: Mapping[str, str], former_names: Mapping[str, str], **rest: Any
    ) -> None:
        super().__init__(*args, **rest)
        self._modules = modules
        self._former_names = former_names

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the mapping."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; imports its module."""
        command = self.load(self._former_names.get(cmd_name, cmd_name))
        if command is not None:
            use_own_types(command)
        return command

    def load(self, name: str) -> click.Command | None:
        """The command of that present name; imports its module."""
        module = self._modules.get(name)
        if module is None:
            return None
        found = import_module(f"{__package__}.{module}")
        for command in vars(found).values():
            if isinstance(command, click.Command) and command.name == name:
                return command
        raise LookupError(f"{module} has no command {name}")
