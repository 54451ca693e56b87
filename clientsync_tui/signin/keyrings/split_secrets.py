"""Secrets longer than a keyring entry, split over several so that a kill at any moment leaves the old or the new one
intact.

The entry with the secret's name then says which parts to use: `clientsync-parts SERIES COUNT`. The parts are written before it,
in whichever of two series the previous secret does not use, and the previous parts are deleted after it.
"""

from typing import TYPE_CHECKING, Any, cast

from ...practice.trouble import KeyringTrouble

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

LONGEST = 1_200
"""UTF-16 units per entry: Windows stores 2,560 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE), and keyring writes UTF-16."""

MOST_PARTS = 99
_HEAD = "clientsync-parts"
_PART = LONGEST // 2  # characters, each of at most two units
_TRIES = 3
_SERIES = ("a", "b")


def read(backend: "KeyringBackend", service: str, name: str) -> str | None:
    """The secret, None if there is none. Raises KeyringTrouble if parts of it are missing, and whatever the backend raises."""
    for _ in range(_TRIES):
        held = backend.get_password(service, name)
        if (head := _head(held)) is None:
            return held
        parts = [backend.get_password(service, part) for part in _names(name, *head)]
        if None not in parts:
            return "".join(cast(list[str], parts))
        # Another process has replaced it meanwhile and deleted these parts.
    raise KeyringTrouble("Part of the secret is missing from the keyring. Sign in again.")


def write(backend: "KeyringBackend", service: str, name: str, secret: str) -> None:
    """Writes or replaces the secret. Raises KeyringTrouble, before changing anything, if no keyring takes one that long."""
    put = cast(Any, backend).set_password
    before = _head(backend.get_password(service, name))
    if len(secret.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST and not secret.startswith(_HEAD):
        put(service, name, secret)
        if before is not None:
            _sweep(backend, service, name, before[0])
        return
    texts = [secret[start : start + _PART] for start in range(0, len(secret), _PART)]
    if len(texts) > MOST_PARTS:
        raise KeyringTrouble(f"The secret is too long for a keyring ({len(secret):,} characters).")
    series = _SERIES[before is not None and before[0] == _SERIES[0]]
    for part, text in zip(_names(name, series, len(texts)), texts, strict=True):
        put(service, part, text)
    put(service, name, f"{_HEAD} {series} {len(texts)}")
    for other in _SERIES:
        _sweep(backend, service, name, other, len(texts) if other == series else 0)


def forget(backend: "KeyringBackend", service: str, name: str) -> None:
    """Deletes the secret, if there is one, and anything left over from an interrupted write."""
    if backend.get_password(service, name) is not None:
        backend.delete_password(service, name)
    for series in _SERIES:
        _sweep(backend, service, name, series)


def _sweep(backend: "KeyringBackend", service: str, name: str, series: str, keep: int = 0) -> None:
    """Deletes the parts of a series after the first `keep`, last first, so that a kill leaves none that can't be found
    again.
    """
    left: list[str] = []
    for part in _names(name, series, MOST_PARTS)[keep:]:
        if backend.get_password(service, part) is None:
            break
        left.append(part)
    for part in reversed(left):
        backend.delete_password(service, part)


def _names(name: str, series: str, count: int) -> list[str]:
    return [f"{name}/{series}{number}" for number in range(1, count + 1)]


def _head(held: str | None) -> tuple[str, int] | None:
    """The series and number of parts that an entry refers to; None if it is the secret itself."""
    words = (held or "").split(" ")
    if len(words) != 3 or words[0] != _HEAD or words[1] not in _SERIES or not words[2].isdecimal():
        return None
    return words[1], min(int(words[2]), MOST_PARTS)
