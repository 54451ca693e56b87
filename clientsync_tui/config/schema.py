"""A JSON schema of `config.toml`, for editors that complete and check TOML files."""

from typing import Any

from .settings import EACH_APP, KEYS, SOFTWARE, Setting, settings
from .tables import CHOICES, NOT_EMPTY, RANGES


def schema() -> dict[str, Any]:
    """The schema, as JSON Schema 2020-12."""
    tables: dict[str, dict[str, Any]] = {}
    for setting in settings(iter([EACH_APP])):
        tables.setdefault(setting.table[0], {})[setting.key] = _schema_of(setting)
    properties = {name: _table(keys) for name, keys in tables.items() if name != SOFTWARE}
    properties[SOFTWARE] = {
        "description": "One table for each accounting app.",
        "type": "object",
        "additionalProperties": _table(tables[SOFTWARE]),
    }
    properties[KEYS] = {
        "description": "Your own keys for actions, by the action's name.",
        "type": "object",
        "additionalProperties": {"type": "string"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of Client Sync",
        **_table(properties),
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _schema_of(setting: Setting) -> dict[str, Any]:
    found: dict[str, Any] = {"description": setting.description, **_type_of(setting)}
    if setting.key in RANGES:
        found["minimum"], found["maximum"] = RANGES[setting.key]
    if (setting.table[0], setting.key) in NOT_EMPTY:
        found["pattern"] = r"\S"
    if choices := CHOICES.get((setting.table[0], setting.key)):
        found["enum"] = list(choices)
    return found


def _type_of(setting: Setting) -> dict[str, Any]:
    match setting.default:
        case bool():
            return {"type": "boolean", "default": setting.default}
        case int():
            return {"type": "integer", "default": setting.default}
        case float():
            return {"type": "number", "default": setting.default}
        case tuple():
            return {"type": "array", "items": {"type": "string"}}
        case str():
            return {"type": "string"}
        case _:
            return {"type": "object", "additionalProperties": {"type": "string"}}
