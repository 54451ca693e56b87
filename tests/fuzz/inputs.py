"""Inputs for a target: its corpus, and variants with parts removed, inserted, doubled or swapped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"


def corpus(target: str) -> dict[str, bytes]:
    """The saved inputs for a target, by file name."""
    return {file.name: file.read_bytes() for file in sorted((CORPUS / target).iterdir())}


_ODD = st.sampled_from(
    [
        b"", b"\x00", b"\xff\xfe", b"\x1b[2J", b"\r\n", b"\n", b'"', b"'", b"=", b"&", b"%00", b"%", b"[", b"]", b"{", b"}",
        "\u202e".encode(), "\ufeff".encode(), b"\xed\xa0\x80", b"-1", b"1e999", b"9" * 30, b"9" * 5_000, b"null", b"NaN",
    ]
)  # fmt: skip


def mutated(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """A seed with parts of it replaced."""

    @st.composite
    def made(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(seeds))
        for _ in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, len(data)))
            end = min(len(data), start + draw(st.integers(0, 8)))
            piece = draw(_ODD | st.binary(max_size=8) | st.just(data[start:end] * 3) | st.sampled_from(seeds))
            data = (data[:start] + piece + data[end:])[:100_000]
        return data

    return made()


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["", "\x1b[2J", "\u202e", "/Date(99999999999999999)/", f"/Date({'9' * 30})/", "9999-12-31", "x" * 3_000, "0001-01-01T00:00:00+14:00"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def mutated_json(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """A JSON seed with some values replaced, removed or doubled."""
    trees = [json.loads(seed) for seed in seeds]

    @st.composite
    def made(draw: st.DrawFn) -> bytes:
        tree = json.loads(json.dumps(draw(st.sampled_from(trees))))
        for _ in range(draw(st.integers(1, 4))):
            places = list(_places(tree))
            holder, key = draw(st.sampled_from(places))
            match draw(st.sampled_from(["replace", "replace", "remove", "double"])):
                case "replace":
                    holder[key] = draw(_VALUES)
                case "remove":
                    del holder[key]
                case _ if isinstance(holder, list):
                    holder.append(holder[key])
                case _:
                    holder[draw(st.text(max_size=5))] = holder[key]
            if not list(_places(tree)):
                break
        return json.dumps(tree).encode()

    return made()


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """The path of every value in a tree."""
    pairs = (
        list(tree.items())
        if isinstance(tree, dict)
        else list(enumerate(tree))
        if isinstance(tree, list)
        else []
    )
    for key, value in pairs:
        yield tree, key
        yield from _places(value)
