"""Secrets that are longer than a keyring's entry: kept in several, so that a kill at any moment leaves the old or the new one whole.

The entry of the secret's name then says which parts are meant: `clientsync-parts SERIES COUNT`. The parts are written before it,
in the one of two series that the secret before is not in, and that one's are deleted behind it.
"""

from typing import TYPE_CHECKING, Any, cast

from ...practice.trouble import KeyringTrouble

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

LONGEST = 1_200
"""Units of UTF-16 in an entry: Windows keeps 2,560 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE), and keyring writes UTF-16."""

MOST_PARTS = 99
_HEAD = "clientsync-parts"
_PART = LONGEST // 2  # characters, each of at most two units
_TRIES = 3
_SERIES = ("a", "b")


def read(backend: "KeyringBackend", service: str, name: str) -> str | None:
    """The secret, None if there is none. Raises KeyringTrouble if parts of it are missing, and what the backend raises."""
    for _ in range(_TRIES):
        held = backend.get_password(service, name)
        if (head := _head(held)) is None:
            return held
        parts = [backend.get_password(service, part) for part in _names(name, *head)]
        if None not in parts:
            return "".join(cast(list[str], parts))
        # Another process has replaced it meanwhile, and deleted these.
    raise KeyringTrouble("Part of the secret is missing from the keyring. Sign in again.")


def write(backend: "KeyringBackend", service: str, name: str, secret: str) -> None:
    """Writes or replaces the secret. Raises KeyringTrouble, before anything is changed, where no keyring takes one so long."""
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
    """Deletes the secret, if there is one, and whatever a writing that was cut off has left of another."""
    if backend.get_password(service, name) is not None:
        backend.delete_password(service, name)
    for series in _SERIES:
        _sweep(backend, service, name, series)


def _sweep(backend: "KeyringBackend", service: str, name: str, series: str, keep: int = 0) -> None:
    """Deletes the parts of a series behind the first `keep`, the last first: so a kill leaves none that is not found again."""
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
    """Series and number of the parts that an entry speaks of; None for one that is the secret itself."""
    words = (held or "").split(" ")
    if len(words) != 3 or words[0] != _HEAD or words[1] not in _SERIES or not words[2].isdecimal():
        return None
    return words[1], min(int(words[2]), MOST_PARTS)
