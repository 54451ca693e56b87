"""CSV cells that a spreadsheet reads as text, and how to recognise cells that a spreadsheet has changed.

A leading apostrophe does both: `=cmd()` is not executed when the file is opened, and `00123` stays as it is.
"""

import re

# The start of a formula (owasp.org, "CSV Injection"), at the start of a cell or after a delimiter of another
# locale.
_START, _FORMULA = r"(^|[;\t\r\n])", r"(?=[=+\-@\t\r\n＝＋－＠])"
_TO_DEFUSE = re.compile(rf"{_START}('*){_FORMULA}")
_DEFUSED = re.compile(rf"{_START}'('*){_FORMULA}")
_QUOTED_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
"""`="00123"`: how people stop a spreadsheet from reading a number."""

_BLANK = " \u00a0"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# Month names as spreadsheets in other languages read them.
_MONTH_ELSEWHERE = "mär|mrz|mai|okt|dez|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|fév|avr|juin|juil|aoû|déc|mrt|mei|maj|out"
_BETWEEN = rf"[{_BLANK}./,-]*"
_VALUE = re.compile(
    # Numbers, amounts, percentages, fractions, dates and times in digits: 00123, 1E5, 1/2, 2026-03-01, 12:30.
    rf"(?=\D*\d)[\d{_BLANK}.,:/()%$£€¥+-]+(?:[ed][+-]?\d+)?"
    rf"|(?=\D*\d)(?:\d{{1,4}}{_BETWEEN})?(?:{_MONTH}|{_MONTH_ELSEWHERE}){_BETWEEN}(?:\d{{1,4}})?(?:{_BETWEEN}\d{{2,4}})?"
    r"|\d{1,2}(?::\d{2}){0,2}(?: [ap]m?|[ap]m)"
    "|true|false|wahr|falsch|vrai|faux|verdadero|falso|vero",
    re.IGNORECASE,
)
_SAFE_NUMBER = re.compile(r"0|[1-9]\d{0,10}")
"""A number that a spreadsheet saves unchanged. From the 12th digit on, it becomes 1.23457E+11."""

_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E[+-]\d+")
_MONTH_NAME = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MADE_A_DATE = re.compile(
    rf"\d{{1,2}}[-/. ]+(?P<month>{_MONTH_NAME}|{_MONTH_ELSEWHERE})\.?(?:[-/. ]+\d{{2,4}})?"
    rf"|(?P<first>{_MONTH_NAME})-\d{{2,4}}"
    r"|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](?:\d{2}|\d{4})|\d{1,2}\.\d{1,2}\.\d{4}",
    re.IGNORECASE,
)
_ERROR = re.compile(r"#+|#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:E[+-]?\d+)?", re.IGNORECASE)
_DIGITS_KEPT = 15


def defused(text: str) -> str:
    """`text` with an apostrophe in front if a spreadsheet would read it as a formula, number, date or truth value.

    `plain` removes it again.
    """
    return f"'{text}" if _reads_as_value(text) else without_formula(text)


def without_formula(text: str) -> str:
    """`text` with an apostrophe in front only if it is a formula, because dates should be read as dates."""
    return _TO_DEFUSE.sub(r"\1'\2", text)


def plain(cell: str) -> str:
    """The text that was passed to `defused`, or the one inside `="..."`."""
    if quoted := _QUOTED_FORMULA.fullmatch(cell):
        return quoted[1].replace('""', '"')
    if cell.startswith("'") and _reads_as_value(cell):
        return cell[1:]
    return _DEFUSED.sub(r"\1\2", cell)


def _reads_as_value(text: str) -> bool:
    bare = text.lstrip("'").strip(_BLANK)
    return _VALUE.fullmatch(bare) is not None and _SAFE_NUMBER.fullmatch(bare) is None


def damage(text: str, before: str | None = None) -> str | None:
    """What a spreadsheet seems to have done to a text, to complete "It looks like ..."; None if it looks intact.

    `before`: the cell's value when it was exported. A lost leading zero only shows in comparison with that.
    """
    if _SCIENTIFIC.fullmatch(text):
        return "a number that a spreadsheet shortened"
    # Spreadsheets write 01-Mar. MAR-01 in capitals was typed by a person.
    if (found := _MADE_A_DATE.fullmatch(text)) and not (found["month"] or found["first"] or "").isupper():
        return "a date that a spreadsheet made"
    if _ERROR.fullmatch(text):
        return "an error that a spreadsheet left"
    if before and before != text and _NUMBER.fullmatch(text) and _NUMBER.fullmatch(before):
        if text.isdigit() and before.isdigit():
            shortened = len(text) > _DIGITS_KEPT and text[:_DIGITS_KEPT] == before[:_DIGITS_KEPT]
            same = shortened or text.lstrip("0") == before.lstrip("0")
        else:
            same = float(text) == float(before)
        if same:
            return f"the number that a spreadsheet makes from {before}"
    return None
