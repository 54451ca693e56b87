"""Checks what the program depends on: configuration, database, keyring, accounting apps, clock, terminal."""

import asyncio
import locale
import os
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ...practice.possessive import possessive
from ...practice.text import clean
from ...practice.trouble import KeyringTrouble, Trouble, UsageError
from ..reach.diagnosis import Finding
from .database import look

if TYPE_CHECKING:
    import httpx2

    from ...accounting.seam.configured import Configured
    from ...config.tables import Config
    from ...signin.vault import Vault
    from ...store.postgres.connecting import Password

CLOCK_MAY_DIFFER = timedelta(seconds=60)
TIMEOUT_S = 10.0
BEHIND = (
    "An earlier version made the practice's tables, and they lack fixes. The person who created the practice should run "
    "`clientsync practice upgrade`."
)


async def examine(
    config: "Config",
    vault: "Vault",
    app: "Callable[[str], Configured]",
    left_out: Sequence[str],
    password: "Callable[[str], Password]",
) -> list[Finding]:
    """Checks everything. It changes nothing except for a test entry in the keyring, which it removes. Every problem
    is a finding.

    `app`: returns an accounting app by its name. `left_out`: a sentence for each plug-in that could not be loaded. `password`:
    reads the password of the practice's server.
    """
    ok, says = await vault.backend_says()
    return [
        Finding("configuration", True, _configuration(config)),
        *_server(config.server, password),
        *look(config.database, on_server=config.server is not None),
        Finding("keyring", ok, says),
        *await _softwares(config.software, app),
        *(Finding("plug-ins", False, sentence) for sentence in left_out),
        *_terminal(os.environ),
    ]


def _configuration(config: "Config") -> str:
    path = config.path
    return str(path) if path.exists() else f"{path} does not exist; defaults are used"


def _server(url: str | None, password: "Callable[[str], Password]") -> list[Finding]:
    """Whether the practice's server answers this person, and needs no upgrade; nothing if the practice is in a file."""
    if url is None:
        return []
    from ...store.postgres.address import address_of

    try:
        address = address_of(url)
        from ...store.postgres import schema
        from ...store.postgres.connecting import connect

        with closing(connect(address, password(url))) as server:
            behind = schema.is_behind(server, address)
    except Trouble as trouble:
        return [Finding("server", False, str(trouble))]
    if behind:
        return [Finding("server", False, f"{address.shown} answers. {BEHIND}")]
    return [Finding("server", True, f"{address.shown} answers")]


async def _softwares(names: Collection[str], app: "Callable[[str], Configured]") -> list[Finding]:
    from ...accounting.seam.network.transport import http_client

    findings: list[Finding] = []
    clocks: list[Finding] = []
    try:
        client = http_client()
    except UsageError as trouble:
        return [Finding("network", False, str(trouble))]
    async with client as http:
        for name in names:
            found, clock = await _software(name, app, http)
            findings.append(found)
            clocks += [clock] if clock else []
    # One clock that disagrees says more than ten that agree.
    findings += sorted(clocks, key=lambda clock: clock.ok)[:1]
    return findings or [Finding("accounting apps", True, "none is set up yet: clientsync setup SOFTWARE")]


async def _software(
    name: str, app: "Callable[[str], Configured]", http: "httpx2.AsyncClient"
) -> tuple[Finding, Finding | None]:
    from ...accounting.seam.network.unreachable import EXPECTED, no_answer

    try:
        configured = app(name)
        if await _lacks_secret(configured):
            says = f"the client secret is missing: clientsync setup {name} --secret-stdin"
            return Finding(name, False, says), None
    except Trouble as trouble:
        return Finding(name, False, str(trouble)), None
    issuer = configured.addresses.issuer
    address = f"{issuer}/.well-known/openid-configuration" if issuer else configured.addresses.token_url
    try:
        async with asyncio.timeout(TIMEOUT_S):
            answer = await http.get(address)
    except EXPECTED as error:
        trouble = no_answer(error, configured.software.title, address, TIMEOUT_S)
        return Finding(name, False, f"{address}: {trouble}"), None
    # The token address answers a GET with an error. Any answer shows that it is reachable.
    fine = answer.status_code == 200 if issuer else answer.status_code < 500
    return Finding(name, fine, f"{address} answers {answer.status_code}"), _clock(answer.headers, name)


async def _lacks_secret(configured: "Configured") -> bool:
    """Whether a required secret is missing from the keyring. An unusable keyring is a separate finding."""
    try:
        return configured.needs_secret and not await configured.secret()
    except KeyringTrouble:
        return False


def _clock(headers: Mapping[str, str], name: str) -> Finding:
    """Compares the clock with the app's, from its Date header. With a wrong clock, id_tokens look expired."""
    try:
        their_time = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return Finding("clock", True, f"{name} does not send its time")
    differs = abs(datetime.now(UTC) - their_time.replace(tzinfo=their_time.tzinfo or UTC))
    if differs > CLOCK_MAY_DIFFER:
        return Finding(
            "clock",
            False,
            f"differs from {possessive(name)} by {differs.total_seconds():.0f} s: set the clock",
        )
    return Finding("clock", True, f"agrees with {possessive(name)} to {differs.total_seconds():.0f} s")


def _terminal(environment: Mapping[str, str]) -> list[Finding]:
    encoding = locale.getpreferredencoding(do_setlocale=False)
    utf8 = encoding.lower().replace("-", "") == "utf8"
    says = encoding if utf8 else f"{encoding}: some names can't be shown; set LANG to a UTF-8 locale"
    term = environment.get("TERM", "")
    screen = sys.stdout.isatty()
    size = shutil.get_terminal_size()
    facts = [
        f"TERM={term or 'not set'}",
        f"COLORTERM={environment.get('COLORTERM', 'not set')}",
        "NO_COLOR is set" if environment.get("NO_COLOR") else "",
        "over SSH" if environment.get("SSH_CONNECTION") else "",
        "inside tmux" if environment.get("TMUX") else "",
        f"{size.columns} x {size.lines}" if screen else "stdout is not a terminal",
    ]
    usable = not screen or term not in ("", "dumb")
    description = ", ".join(fact for fact in facts if fact)
    return [
        Finding("locale", utf8, says),
        Finding(
            "terminal",
            usable,
            clean(description if usable else f"{description}: the app needs a terminal with cursor movement"),
        ),
    ]
