"""Changes the configuration file while keeping its comments and order."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host.file_permissions import make_folder
from ..practice.text import decoded
from ..practice.trouble import Trouble, UsageError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value = str | int | float | bool | list[str]


def set_values(path: Path, table: tuple[str, ...], values: Mapping[str, Value]) -> None:
    """Sets keys in one table of the file. Creates the file (0600) if there is none.

    Replaces the file in one step. Raises UsageError if a value is wrong or the file can't be written; then nothing is
    changed.
    """
    import tomlkit

    def change(document: "TOMLDocument") -> None:
        target: Any = document
        for depth, name in enumerate(table, start=1):
            if name not in target:
                target[name] = tomlkit.table(is_super_table=depth < len(table))
            target = target[name]
        for key, value in values.items():
            target[key] = value

    _edit(path, change)


def remove_value(path: Path, table: tuple[str, ...], key: str) -> None:
    """Removes a key from the file, so that its default applies again. Raises as `set_values` does.

    A table that holds nothing after that goes too, unless there is a comment in it.
    """

    def change(document: "TOMLDocument") -> None:
        tables: list[Any] = [document]
        for name in table:
            tables.append(tables[-1].get(name, {}))
        if tables[-1].pop(key, None) is None:
            return
        for outer, name, inner in reversed(list(zip(tables, table, tables[1:], strict=False))):
            if inner or "#" in inner.as_string():
                return
            outer.pop(name)

    if path.exists():
        _edit(path, change)


def _edit(path: Path, change: "Callable[[TOMLDocument], None]") -> None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    from ..host.named_file import writing
    from .reading import read

    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"The configuration {path} is not a regular file, so it can't be changed.")
        before = decoded(path.read_bytes()) if path.exists() else ""
        document = tomlkit.parse(before)
        change(document)
        after = tomlkit.dumps(document)
        try:
            read(path, after, is_saved=False)
        except UsageError:
            # If the file was already wrong, this names the line.
            read(path, before)
            raise
        make_folder(path.parent)
        # If the file is a link, it stays one, because some people keep such files elsewhere.
        with writing(path, replace=True) as file:
            file.write(after.encode())
    except TOMLKitError as error:
        raise UsageError(f"The configuration {path} is not valid TOML: {error}.") from None
    except OSError as error:
        raise UsageError(f"The configuration {path} can't be written: {error}.") from None
    except UsageError:
        raise
    except Trouble as trouble:
        raise UsageError(f"The configuration can't be written: {trouble}") from None
