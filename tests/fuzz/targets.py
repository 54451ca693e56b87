"""Each parser of outside input, as a function of bytes that may raise only errors with a message for the user."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from clientsync_tui.accounting.seam import shapes
from clientsync_tui.accounting.seam.configured import Configured
from clientsync_tui.accounting.seam.network.retry_after import LONGEST_S, retry_after_s
from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.accounting.seam.software import Answer, Reply
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.app import keymap
from clientsync_tui.config import reading
from clientsync_tui.practice import filter as filters
from clientsync_tui.practice.model import Organisation
from clientsync_tui.practice.text import clean
from clientsync_tui.practice.trouble import KeyringTrouble, SignInFailed, Trouble, UsageError
from clientsync_tui.signin import pasted, redirected
from clientsync_tui.signin.keyring_entry import KeyringEntry
from clientsync_tui.signin.keyrings import keyring_format, passphrase
from clientsync_tui.signin.loopback import Loopback
from clientsync_tui.sync.files import codes_file
from clientsync_tui.sync.files.csv_cells import defused, plain

STATE = "the-right-state"
LINK = "https://login.example/authorize?state=the-right-state"
_XERO = Configured(XERO, "app", 8400, XERO.addresses, ())
_file = Path(tempfile.mkdtemp(prefix="fuzz")) / "input"


def configuration(data: bytes) -> None:
    """config.toml."""
    _file.write_bytes(data)
    _file.chmod(0o600)
    try:
        loaded = reading.load(_file)
        assert loaded.resolve(loaded.keyring.file)
        assert loaded.database
    except UsageError as trouble:
        assert str(_file) in str(trouble)


def keys(data: bytes) -> None:
    """`[keys]` of the configuration."""
    text = _text(data)
    known = list(keymap.usual())
    read = keymap.read({known[len(text) % len(known)]: text, text[:20]: "x"})
    assert all(isinstance(key, str) and key for key in read.keys.values())


def practice_codes(data: bytes) -> None:
    """A CSV of practice codes."""
    _file.write_bytes(data)
    try:
        for line in codes_file.lines(codes_file.read(_file)):
            assert line.code == line.code.strip() and "\0" not in line.code
            assert plain(defused(line.client)) == line.client
    except UsageError as trouble:
        assert str(trouble)


def filter_language(data: bytes) -> None:
    """What is typed after `/`, and `--match`."""
    text = _text(data)
    try:
        assert all(term.value is not None for term in filters.parse(text))
    except filters.FilterError as trouble:
        assert 0 <= trouble.start <= trouble.end <= len(text)


def pasted_redirect(data: bytes) -> None:
    """The address that a user pastes."""
    try:
        found = pasted.readings(_text(data), lambda found: "error" in found)
    except UsageError as trouble:
        assert clean(str(trouble)) == str(trouble)
        return
    for parameters in found:
        _redirect(parameters)


def redirect_query(data: bytes) -> None:
    """The query that arrives at the loopback."""
    _redirect(parse_qs(data.decode("latin-1"), keep_blank_values=True))


def _redirect(parameters: Mapping[str, list[str]]) -> None:
    try:
        redirect = redirected.read(parameters, _XERO, STATE)
    except (SignInFailed, redirected.Incomplete) as trouble:
        assert clean(str(trouble)) == str(trouble) and len(str(trouble)) < 1_000
        return
    assert redirect.parameters["state"] == STATE and redirect.code


def loopback_request(data: bytes) -> None:
    """What is sent to the loopback's port, up to the empty line."""
    taken: list[Mapping[str, Any]] = []
    loopback = Loopback("/callback", lambda found: taken.append(found))
    loopback.port, loopback.link = 8400, LINK
    answer = loopback._answer(data.decode("latin-1"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 ") and f"Content-Length: {len(body)}".encode() in head
    if LINK.encode() in answer or taken:
        assert b"8400" in data and data.startswith(b"GET /")


def retry_after(data: bytes) -> None:
    """The Retry-After header."""
    waits_s = retry_after_s({"retry-after": _text(data)}, datetime(2026, 1, 1, tzinfo=UTC))
    assert waits_s is None or 0 <= waits_s <= LONGEST_S


def keyring_file(data: bytes) -> None:
    """The encrypted file, before it is trusted."""
    try:
        file = keyring_format.taken_apart(data)
    except (keyring_format.Damaged, keyring_format.Newer):
        return
    assert data == file.derivation.start + file.nonce + file.body
    if isinstance(file.derivation, keyring_format.Argon2):
        assert file.derivation.memory_kib <= 1 << 20 and file.derivation.passes * file.derivation.lanes <= 256


def keyring_entry(data: bytes) -> None:
    """What the keyring holds under a sign-in's name."""
    held = KeyringEntry.read(_text(data))
    assert held is None or (KeyringEntry.read(held.written()) == held and held.access_left_s() >= 0)


def passphrase_file(data: bytes) -> None:
    """The file that holds the passphrase."""
    _file.write_bytes(data)
    _file.chmod(0o600)
    try:
        said = passphrase.passphrase(None, _file, new=False)
        assert said and said.encode()
    except KeyringTrouble as trouble:
        assert str(trouble)


class _Calls:
    """Answers each call with the next of the given answers, the last one forever, up to a maximum."""

    def __init__(self, answers: list[Any]) -> None:
        self._answers = [shapes.read(json.dumps(answer)) for answer in answers or [None]]
        self._asked = 0
        self.organisation: Organisation | None = None

    async def get(self, *_: Any, **__: Any) -> Any:
        return (await self.read()).body

    async def read(self, *_: Any, **__: Any) -> Reply:
        answer = self._answers[min(self._asked, len(self._answers) - 1)]
        self._asked += 1
        assert self._asked < 5_000, "it never ends"
        headers = answer.get("headers") if isinstance(answer, dict) else None
        texts = {str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
        return Reply(answer, texts)

    async def delete(self, *_: Any, **__: Any) -> bool:
        return True

    async def end_sign_in(self) -> bool:
        return True


def answers(data: bytes) -> None:
    """Every answer that an adapter reads: a JSON object with `do`, `answers`, and for a refusal its `status` and `headers`."""
    try:
        case = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(case, dict):
        return
    replies = case.get("answers")
    replies = replies if isinstance(replies, list) else [replies]
    for software in softwares().values():
        if case.get("software") in (software.name, None):
            for act in _acts(software, str(case.get("do")), replies, case):
                asyncio.run(_only_trouble(act))


def _acts(software: Any, do: str, replies: list[Any], case: Mapping[str, Any]) -> list[Callable[[], Any]]:
    def calls() -> _Calls:
        return _Calls(replies)

    async def first_reply() -> Any:
        return replies[0] if replies and isinstance(replies[0], dict) else {}

    def new() -> Any:
        organisation = str(case.get("realm", "1"))
        redirect = {"realmId": organisation, "businessId": organisation, "state": STATE, "code": "c"}
        token_answer = replies[0] if replies and isinstance(replies[0], dict) else {}
        return SimpleNamespace(
            redirect=redirect,
            calls=calls(),
            claims=first_reply,
            userinfo=first_reply,
            token_answer=token_answer,
        )

    async def trouble() -> None:
        status = case.get("status")
        body = replies[0] if replies else None
        text = body if isinstance(body, str) else json.dumps(body)
        headers = case.get("headers")
        headers = {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
        answer = Answer(
            status if isinstance(status, int) and 400 <= status < 500 else 403, headers, body, text
        )
        for organisation in (None, "1"):
            means = software.trouble(answer, organisation)
            assert means in ("renew", "limit") or isinstance(means, Trouble)
            assert len(str(means)) < 2_000 and clean(str(means)) == str(means)

    async def details() -> None:
        found = await software.details(calls(), "1")
        assert all(isinstance(value, str) and clean(value) == value for value in found.values())
        link = software.link("1", found)
        assert link is None or link.startswith("https://")

    async def organisations() -> None:
        for found in await software.organisations(calls()):
            assert found.name and clean(found.name) == found.name and len(found.name) <= 1_000
            assert found.id.isascii() and found.id.isprintable()

    async def pull() -> None:
        for name in software.lists:
            for record in await software.pull(calls(), "1", name):
                assert record["id"] and clean(json.dumps(record, allow_nan=False))

    async def person() -> None:
        found = await software.person(new())
        # Without an id, it is the user of this host.
        assert clean(found.id + found.name + found.email) == found.id + found.name + found.email

    async def granted() -> None:
        await software.granted(new())

    known = {act.__name__: act for act in (trouble, details, organisations, pull, person, granted)}
    return [known[do]] if do in known else list(known.values())


async def _only_trouble(act: Callable[[], Any]) -> None:
    try:
        await act()
    except Trouble as trouble:
        assert str(trouble) and clean(str(trouble)) == str(trouble)


def _text(data: bytes) -> str:
    """Text from a terminal, a pipe or a header, even if it is not UTF-8."""
    return data.decode("utf-8", "surrogateescape")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        configuration, keys, practice_codes, filter_language, pasted_redirect, redirect_query, loopback_request,
        retry_after, keyring_file, keyring_entry, passphrase_file, answers,
    )
}  # fmt: skip
