"""Makes text from outside safe to show. Anyone can name an organisation anything."""

import codecs
import re
import unicodedata

MARK = "\ufeff"
"""The byte order mark that Windows puts at the start of a text."""

BLANKS = " \t\r\n\v\f\u00a0\u200b" + MARK
"""Characters that copying may add at either end of a text."""

# C0 and C1 controls drive the terminal; bidi controls reorder the line; zero-width characters and tags hide in it.
UNSAFE_BESIDE_C0 = "\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
_UNSAFE = re.compile(f"[\x00-\x1f{UNSAFE_BESIDE_C0}]")


def clean(text: str) -> str:
    """`text` without control, bidi and zero-width characters, otherwise unchanged.

    The zero-width joiners U+200C and U+200D stay: Persian, Indic scripts and emoji need them to be spelled right.
    """
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub("", text)


def one_line(text: str) -> str:
    """The lines of `text` joined with ` / `."""
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


def decoded(data: bytes) -> str:
    """Decodes a file or an input: UTF-8, or UTF-16 with a byte order mark. The mark is removed.

    Raises UnicodeDecodeError if it is neither.
    """
    marked_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if marked_16 else "utf-8").removeprefix(MARK)


def hidden_in(text: str) -> str | None:
    """Describes the first character that is a blank or not printable ASCII; None if there is none."""
    if text.isascii() and text.isprintable() and " " not in text:
        return None
    for character in text:
        if character.isspace():
            return "a blank"
        if not ("!" <= character <= "~"):
            shown = f' "{character}"' if character.isprintable() and clean(character) else ""
            return f"a character that is not allowed{shown} (U+{ord(character):04X})"
    return None


def folded(text: str) -> str:
    """`text` for comparing: ignores case, width and how accents are encoded, and collapses blanks.

    Folding twice changes nothing (Unicode's compatibility caseless match, D146, composed at the end).
    """
    if text.isascii():
        return " ".join(text.lower().split())
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    return " ".join(unicodedata.normalize("NFKC", once.casefold()).split())


def code_key(code: str | None) -> str | None:
    """The comparison key of a practice code: two codes are the same if their keys are. None if there is no code.

    Everything that compares codes uses it, so an upload accepts exactly what the database accepts.
    """
    return folded(code or "") or None


def sort_key(text: str) -> str:
    """`text` for sorting: folded and without accents, so that Émile comes next to Emile."""
    if text.isascii():
        return folded(text)
    decomposed = unicodedata.normalize("NFKD", folded(text))
    return folded("".join(c for c in decomposed if not unicodedata.combining(c)))


# Letters that Unicode does not decompose, and what people without such a keyboard type instead.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)


def searched(text: str) -> str:
    """`text` for searching: like `sort_key`, but in plain letters, so that `tui` finds Tūī and `lodz` finds Łódź."""
    if text.isascii():
        return folded(text)
    return sort_key(text).translate(_PLAIN_LETTERS)
