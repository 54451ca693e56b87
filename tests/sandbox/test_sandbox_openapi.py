"""Compares the sandbox's answers with Xero's own OpenAPI files, if they are available."""

import re
from pathlib import Path
from typing import Any

import pytest

from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import App

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "xero"

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="Xero's OpenAPI files are not at hand")


def strict(schema: Any) -> Any:
    """The schema without names that only the file's tools need. It allows no unknown property."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: strict(part) for key, part in schema.items() if not (key == "example" or key.startswith("x-"))
    }
    if isinstance(made.get("properties"), dict):
        made["additionalProperties"] = False
    # In OpenAPI 3.0, anything beside a reference is ignored.
    return {"$ref": made["$ref"]} if isinstance(made.get("$ref"), str) else made


@pytest.fixture(scope="module")
def accounting() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (SPECS / "xero_accounting.yaml").read_text("utf-8")
    return strict(yaml.load(text, loader))


@pytest.fixture(scope="module")
def identity() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    return strict(yaml.safe_load((SPECS / "xero-identity.yaml").read_text("utf-8")))


def check(document: dict[str, Any], schema: dict[str, Any], answer: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    rules = {"components": document["components"], **schema}
    jsonschema.Draft4Validator(rules, format_checker=jsonschema.FormatChecker()).validate(answer)


def dates(value: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in dates(part, key)]
    if isinstance(value, list):
        return [found for part in value for found in dates(part, name)]
    return [(name, value)] if "Date" in name and isinstance(value, str) else []


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("Organisation", "Organisations"),
        ("Accounts", "Accounts"),
        ("TaxRates", "TaxRates"),
        ("TrackingCategories?includeArchived=true", "TrackingCategories"),
        ("Contacts?page=1", "Contacts"),
        ("Contacts?summaryOnly=true&includeArchived=true", "Contacts"),
        ("Users", "Users"),
    ],
)
def test_lists(sandbox: Running, accounting: dict[str, Any], path: str, schema: str) -> None:
    app = App(sandbox.url).sign_in(sandbox.world.people[0].email)
    for place in range(0, 40, 3):
        answer = app.get(f"/api.xro/2.0/{path}", sandbox.world.id_of("xero", place)).json()
        assert all(re.fullmatch(r"/Date\(\d+\+0000\)/", date) for _, date in dates(answer))
        envelope = {"Id", "Status", "ProviderName", "DateTimeUTC"}
        assert envelope <= answer.keys()
        lists = {key: value for key, value in answer.items() if key not in envelope}
        check(accounting, {"$ref": f"#/components/schemas/{schema}"}, lists)


def test_query_errors(sandbox: Running, accounting: dict[str, Any]) -> None:
    app = App(sandbox.url).sign_in(sandbox.world.people[0].email)
    answer = app.get("/api.xro/2.0/Contacts?where=x", sandbox.world.id_of("xero", 0)).json()
    check(accounting, {"$ref": "#/components/schemas/Error"}, answer)


def test_connections_and_tokens(sandbox: Running, identity: dict[str, Any]) -> None:
    app = App(sandbox.url).sign_in(sandbox.world.people[0].email)
    check(
        identity, {"type": "array", "items": {"$ref": "#/components/schemas/Connection"}}, app.connections()
    )
    tokens = {key: value for key, value in app.tokens.items() if key != "scope"}
    check(identity, {"$ref": "#/components/schemas/AccessToken"}, tokens)
