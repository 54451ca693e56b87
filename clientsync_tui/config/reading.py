"""Reads the configuration and reports each mistake with the file, the line and what was expected."""

import difflib
import math
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..host.file_permissions import read_unchangeable
from ..practice.text import clean, decoded
from ..practice.trouble import UsageError
from .folders import config_path
from .server_address import TAKE_IT_OUT, has_secret
from .tables import CHOICES, NOT_EMPTY, RANGES, TABLES, Config, SoftwareTable

MOST_BYTES = 1_000_000
"""Of a configuration. The TOML libraries need many times as much memory."""


class _Mistake(Exception):
    """A wrong table or key. The message is a sentence without the file."""

    def __init__(self, table: str, key: str | None, message: str) -> None:
        super().__init__(message)
        self.table = table
        self.key = key


def load(path: Path | None = None, *, may_be_new: bool = False) -> Config:
    """Reads the configuration. Returns the defaults if there is no file, unless `path` names one that must exist.

    `may_be_new`: the file that `path` names will be written, so it need not exist; its folder must.

    Raises UsageError with the file, the line and what was expected. Also if another user can change the file, because it says where
    tokens are sent and which command opens a link.
    """
    named = path is not None
    path = Path(os.path.abspath(path)) if path is not None else config_path()  # noqa: PTH100  (keeps links as they are)
    try:
        text = decoded(read_unchangeable(path, MOST_BYTES))
    except FileNotFoundError:
        if named and not may_be_new:
            raise UsageError(f"There is no configuration file {path}.") from None
        if named and not path.parent.is_dir():
            # Probably a typing mistake, and a folder made for it would hide it.
            raise UsageError(
                f"There is no folder {path.parent} for the configuration file {path.name}. Nothing was changed."
            ) from None
        return Config(path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"The configuration {path} can't be read: {why}.") from None
    return read(path, text)


def read(path: Path, text: str, *, is_saved: bool = True) -> Config:
    """Parses the configuration in `text`. Raises UsageError with what was expected, and with the file and line if it is
    saved there.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"The configuration {path} is not valid TOML: {error}.") from None
    try:
        return _config(path, values)
    except _Mistake as mistake:
        if not is_saved:
            raise UsageError(f"{mistake} Nothing was changed.") from None
        from .lines import line_of

        line = line_of(text, mistake.table, mistake.key)
        where = f"{path}, line {line}" if line else str(path)
        raise UsageError(f"{where}: {mistake}") from None


def _config(path: Path, values: Mapping[str, Any]) -> Config:
    _reject_unknown("", values, [*TABLES, "software", "keys"])
    tables: dict[str, Any] = {name: _table(name, kind, values.get(name, {})) for name, kind in TABLES.items()}
    if has_secret(tables["practice"].database):
        # Rejected here already, so that nothing writes or prints a configuration that can't be read.
        raise _Mistake("practice", "database", TAKE_IT_OUT)
    software: dict[str, SoftwareTable] = {
        name: _table(f"software.{name}", SoftwareTable, table)
        for name, table in _mapping("software", values.get("software", {})).items()
    }
    keys = {str(name): str(value) for name, value in _mapping("keys", values.get("keys", {})).items()}
    return Config(path, software=software, keys=keys, **tables)


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Mistake(name, None, f"[{name}] must be a table.")
    return value  # pyright: ignore[reportUnknownVariableType]


def _reject_unknown(table: str, names: Iterable[str], allowed: list[str]) -> None:
    for name in names:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, 1)
            hint = f' Did you mean "{near[0]}"?' if near else f" Known: {', '.join(allowed)}."
            problem = (
                f'[{table}] has an unknown key "{name}".' if table else f'There is no table or key "{name}".'
            )
            raise _Mistake(table, name, problem + hint)


def _table(name: str, kind: Any, value: Any) -> Any:
    values = _mapping(name, value)
    _reject_unknown(name, values, list(kind._fields))
    defaults = kind()
    return kind(**{key: _value(name, key, value, getattr(defaults, key)) for key, value in values.items()})


def _value(table: str, key: str, value: Any, default: Any) -> Any:
    """A key's value, converted to the type of its default."""
    expected: type[Any] = type(default)  # pyright: ignore[reportUnknownVariableType]
    if expected is tuple and isinstance(value, list):
        return tuple(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1e9 else math.inf
    if expected is dict and isinstance(value, dict):
        return {str(name): str(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise _Mistake(
            table, key, f'[{table}] {key} must be {_WORDS.get(expected, "a table")}, not "{value}".'
        )
    if key in RANGES and not RANGES[key][0] <= value <= RANGES[key][1]:
        least, most = RANGES[key]
        raise _Mistake(table, key, f"[{table}] {key} must be from {least} to {most}, not {value}.")
    if (table, key) in NOT_EMPTY and not clean(str(value)).strip():
        raise _Mistake(table, key, f"[{table}] {key} is empty. Give it a value, or take the line out.")
    choices = CHOICES.get((table, key))
    if choices and value not in choices:
        near = difflib.get_close_matches(str(value), choices, 1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise _Mistake(
            table, key, f'[{table}] {key} must be one of {", ".join(choices)}, not "{value}".{hint}'
        )
    return value


_WORDS: dict[type, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of texts",
}  # fmt: skip
