"""Text from outside: made safe, folded and sorted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.practice.text import clean, folded, hidden_in, searched, sort_key

anything = st.text(st.characters(exclude_categories=[]))
UNSAFE = {"Cc", "Zl", "Zp", "Cs"}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(anything)
def test_control_and_bidi_characters_are_removed(text: str) -> None:
    for character in clean(text):
        assert unicodedata.category(character) not in UNSAFE
        assert unicodedata.bidirectional(character) not in BIDI
        assert character not in "\u200b\u200e\u200f\u061c\u2060\ufeff\u00ad"


@given(anything)
def test_cleaning_only_removes_characters(text: str) -> None:
    left = iter(text)
    assert all(character in left for character in clean(text))
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"])))
def test_text_in_any_language_stays_unchanged(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("dirty", "safe"),
    [
        ("\x1b[31mRed\x1b[0m", "[31mRed[0m"),
        ("\x9b31mRed", "31mRed"),
        ("Ltd\u202edtL", "LtddtL"),
        ("a\u200bb\tc\r\nd\x7f\x00", "abcd"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        ("[red]Bold[/red] \\[x]", "[red]Bold[/red] \\[x]"),
    ],
)
def test_known_tricks(dirty: str, safe: str) -> None:
    assert clean(dirty) == safe


@given(anything)
def test_folding_is_stable_and_leaves_single_blanks(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert once == once.strip() and "  " not in once
    assert not {"\n", "\t", "\x1f"} & set(once)


@given(anything)
def test_folding_ignores_case_and_encoding(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert folded(unicodedata.normalize(form, text)) == folded(text)  # type: ignore[arg-type]
    assert folded(text.casefold()) == folded(text)


@given(anything)
def test_sort_key_is_stable_and_without_accents(text: str) -> None:
    key = sort_key(text)
    assert sort_key(key) == key
    assert sort_key(folded(text)) == key


@pytest.mark.parametrize(
    "alike",
    [("Émile", "EMILE", "e\u0301mile"), ("Straße", "STRASSE", "strasse"), ("Ａｂｃ", "abc"), ("ﬁn", "FIN")],
)
def test_names_that_sort_alike(alike: tuple[str, ...]) -> None:
    assert len({sort_key(name) for name in alike}) == 1


def test_ascii_takes_the_short_way_to_the_same_end() -> None:
    for code in range(128):
        text = f"A{chr(code)}z"
        assert folded(text) + " é" == folded(text + " É")


@given(anything)
def test_search_text_is_stable_and_folded_like_the_sort_key(text: str) -> None:
    once = searched(text)
    assert searched(once) == once
    assert searched(folded(text)) == once == searched(sort_key(text))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("tui", "Tūī Books"),
        ("CAFE", "Café"),
        ("café", "CAFE"),
        ("lodz", "Łódź"),
        ("oresund", "Øresund"),
        ("ae", "Æ"),
        ("istanbul", "İstanbul"),
    ],
)
def test_plain_letters_find_accented_ones(typed: str, text: str) -> None:
    assert searched(typed) in searched(text)


@given(st.text(st.characters(max_codepoint=0x2FF)))
def test_only_printable_ascii_without_blanks_has_nothing_hidden(text: str) -> None:
    assert (hidden_in(text) is None) == all("!" <= character <= "~" for character in text)
