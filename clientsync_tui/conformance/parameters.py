"""What each test runs for: the apps named by the module, their lists, and their error answers."""

from types import ModuleType
from typing import cast

import pytest

from ..accounting.seam.registry import softwares
from ..sandbox.registry import personalities


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`name`: of the app; `error`: the name of one of its error answers; `what`: a list, or details or organisations."""
    module = cast(ModuleType, metafunc.module)  # pyright: ignore[reportUnknownMemberType]
    names: list[str] = getattr(module, "SOFTWARES", [])
    wanted = set(metafunc.fixturenames)
    if "error" in wanted:
        pairs = [(name, error.name) for name in names for error in personalities()[name].errors]
        metafunc.parametrize(("name", "error"), pairs, ids=[f"{name}: {error}" for name, error in pairs])
    elif "what" in wanted:
        pairs = [
            (name, what) for name in names for what in ("details", "organisations", *softwares()[name].lists)
        ]
        metafunc.parametrize(("name", "what"), pairs, ids=[f"{name}: {what}" for name, what in pairs])
    elif "name" in wanted:
        metafunc.parametrize("name", names)
