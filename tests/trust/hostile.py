"""Texts that try to drive the terminal, break a line, hide or turn text, or pass as markup."""

import re

CHARACTERS = {
    "window title": "\x1b]0;OWNED\x07",
    "clipboard": "\x1b]52;c;T1dORUQ=\x07",
    "link": "\x1b]8;;http://owned.example\x1b\\x\x1b]8;;\x1b\\",
    "clear": "\x1b[2J\x1b[H",
    "report": "\x1b[6n\x1b[c",
    "one-byte CSI": "\x9b31m",
    "one-byte OSC": "\x9d0;OWNED\x9c",
    "device control": "\x1bP+q544e\x1b\\",
    "lines": "a\r\nb\nc\x0bd\x0ce\x85f\u2028g\u2029h",
    "back": "safe\b\b\b\bevil\x7f",
    "turned": "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
    "hidden": "in\u200bvis\u2060ib\ufeffle\u00ad \u180e",
    "tags": "a\U000e0041\U000e0042\U000e007f",
    "no character": "\ud800\udfff\x00\ufff9",
    "markup": "[bold red]x[/] [@click=app.exit]y[/] [link=http://owned.example]z[/link] \\[",
    "huge": "x" * 20_000,
    "marks": "z" + "\u0301" * 300,
}

#: The program writes escape codes to the terminal too. Those from a name are recognised by their content.
_DRIVES = re.compile(
    rb"\x1b[\]P][^\x07\x1b]*(?:OWNED|owned|T1dORUQ|544e)|\x1b\[6n\x1b\[c|\x1b\[2J\x1b\[H  |\x08|\x0b|\x0c|\xc2[\x80-\x9f]"
    rb"|\xe2\x80[\x8b\x8e\x8f\xa8-\xae]|\xe2\x81[\xa0\xa6-\xaf]|\xef\xbb\xbf|\xc2\xad|\xd8\x9c|\xe1\xa0\x8e|\xed[\xa0-\xbf]"
    rb"|\xf3\xa0[\x80-\x81]"
)


def drives(written: bytes) -> list[bytes]:
    """The CHARACTERS in the text that could drive a terminal, reorder a line or hide in it."""
    return _DRIVES.findall(written)
