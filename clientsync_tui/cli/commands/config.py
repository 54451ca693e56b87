"""`config`: shows and changes settings without an editor."""

import json
from typing import TYPE_CHECKING, Any

import click

from .. import options
from ..context import config_file, open_workplace
from ..parameter_types import MAY_BE_EMPTY

if TYPE_CHECKING:
    from ...config.settings import Setting


@click.group(
    epilog=options.examples(
        "clientsync config get",
        "clientsync config set screen.theme light",
        "clientsync config set screen.theme",
    )
)
def config() -> None:
    """Show and change settings in the configuration file."""


@config.command(epilog=options.examples("clientsync config get", "clientsync config get practice.name"))
@click.argument("key", required=False)
@options.json("A JSON object: settings by name; with KEY, its value.")
def get(key: str | None, as_json: bool) -> None:
    """Print a setting, or all of them."""
    from ...config.reading import load
    from ...config.settings import named, settings
    from .. import output

    loaded = load(config_file())
    if key is not None:
        value = named(key).of(loaded)
        output.json_document(value) if as_json else output.lines([_shown(value)])
        return
    found = {setting.name: setting.of(loaded) for setting in settings(iter(sorted(loaded.software)))}
    found |= {f"keys.{name}": keys for name, keys in loaded.keys.items()}
    if as_json:
        output.json_document(found)
        return
    output.table(("Setting", "Value"), [(name, _shown(value)) for name, value in found.items()])
    output.say(f"From {loaded.path}.")


@config.command(
    "set",
    epilog=options.examples(
        "clientsync config set screen.theme light",
        "clientsync config set http.timeout_s 30",
        "clientsync config set screen.theme",
    ),
)
@click.argument("key")
@click.argument("value", required=False, type=MAY_BE_EMPTY)
def set_value(key: str, value: str | None) -> None:
    """Change a setting; without VALUE, remove it, so that its default applies again.

    The file keeps its comments and order. Nothing is changed if the value is wrong.
    """
    from ...config.reading import load
    from ...config.settings import named
    from ...config.writing import remove_value, set_values
    from .. import output

    path = load(config_file(), may_be_new=True).path
    setting, is_new = named(key), not path.exists()
    if value is None:
        remove_value(path, setting.table, setting.key)
    else:
        _refuse_wrong(setting, value)
        set_values(path, setting.table, {setting.key: setting.parsed(value)})
        if is_new:
            output.say(f"Created the configuration file {path}.")
    output.say(
        f"{key} is now {_shown(setting.of(load(path)) if path.exists() else setting.default) or 'empty'}."
    )


@config.command(epilog=options.examples("clientsync config schema > config.schema.json"))
def schema() -> None:
    """Print a JSON schema of the configuration file, for your editor."""
    from ...config.schema import schema as made

    click.echo(json.dumps(made(), indent=1))


def _refuse_wrong(setting: "Setting", value: str) -> None:
    """Raises UsageError for a value that could be written but would never work."""
    from ...config.server_address import is_server

    if setting.name == "practice.database" and is_server(value.strip()):
        from ...store.postgres.address import address_of

        address_of(value.strip())
    if setting.app is not None:
        with open_workplace(writes_config=True) as workplace:
            workplace.software(setting.app)
        if setting.key == "client_id" and not value.strip():
            raise click.UsageError(
                f"The client id is empty. Nothing was changed. To remove it: clientsync config set {setting.name}"
            )


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() | list():
            return ", ".join(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case dict():
            return json.dumps(value)
        case _:
            return str(value)
