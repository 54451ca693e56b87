"""Certificates and proxies between this computer and an accounting app, and the messages about them."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.calls import HttpCalls
from clientsync_tui.accounting.seam.configured import Configured, Http, no_secret
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network import environment, transport
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.trouble import PassingTrouble, UsageError
from clientsync_tui.signin.token_endpoint import TokenEndpoint
from tests.support.network.tls import certificate, socks_proxy, tls_server

SETTINGS = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment that says nothing, read again."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    transport._tls.cache_clear()
    yield
    transport._tls.cache_clear()


def at(address: str) -> Configured:
    addresses = replace(XERO.addresses, api_url=address, token_url=f"{address}/token")
    return Configured(XERO, "app", 8400, addresses, (), {}, no_secret)


@asynccontextmanager
async def calling(address: str, folder: Path) -> AsyncGenerator[HttpCalls]:
    async def access(refused: str | None) -> str:
        return "an-access-" + "token"

    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(http_client())
        limiter = Limiter(folder / "limits")
        stack.callback(limiter.close)
        yield HttpCalls(at(address), Http(timeout_s=5, attempts=1), http, limiter, access)


async def refused(address: str, folder: Path) -> str:
    async with calling(address, folder) as calls:
        with pytest.raises(PassingTrouble) as caught:
            await calls.get("/x")
    assert caught.value.fault == "unreachable"
    # The sign-in server says the same.
    with pytest.raises(PassingTrouble) as again:
        await TokenEndpoint(at(address), 5).renew("a-refresh-" + "token")
    assert str(caught.value).replace("Xero", "Xero's sign-in server") == str(again.value)
    return str(caught.value)


async def test_untrusted_certificate_is_reported_with_how_to_add_the_offices_own(tmp_path: Path):
    async with tls_server(certificate(tmp_path, "localhost")) as port:
        said = await refused(f"https://localhost:{port}", tmp_path)
    assert (
        "The certificate of localhost (Xero) is not trusted by this computer (self-signed certificate)"
        in said
    )
    assert "SSL_CERT_FILE=" in said


async def test_offices_own_certificate_is_trusted_once_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with tls_server(file) as port, calling(f"https://localhost:{port}", tmp_path) as calls:
        assert await calls.get("/x") == [1]


async def test_expired_certificate_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = certificate(tmp_path, "localhost", days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with tls_server(file) as port:
        said = await refused(f"https://localhost:{port}", tmp_path)
    assert said.startswith("The certificate of localhost (Xero) has expired.")


async def test_certificate_for_another_host_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = certificate(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with tls_server(file) as port:
        said = await refused(f"https://localhost:{port}", tmp_path)
    assert said.startswith("The certificate for localhost (Xero) is for another host name")


async def test_server_that_speaks_no_tls_is_reported(tmp_path: Path):
    asked: list[str] = []
    async with socks_proxy(9, asked) as port:
        assert "at localhost" in await refused(f"https://localhost:{port}", tmp_path)


@pytest.mark.parametrize("kind", ["socks5", "socks5h"])
async def test_socks_proxy_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str):
    file = certificate(tmp_path, "books.example")
    asked: list[str] = []
    async with tls_server(file) as port, socks_proxy(port, asked) as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        monkeypatch.setenv("ALL_PROXY", f"{kind}://127.0.0.1:{proxy}")
        async with calling("https://books.example", tmp_path) as calls:
            assert await calls.get("/x") == [1]
    assert asked == ["books.example"]


async def no_proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that does not speak SOCKS."""
    await reader.read(3)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def test_missing_or_wrong_proxy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    assert "through the proxy that https_proxy names" in await refused("https://books.example", tmp_path)
    async with await asyncio.start_server(no_proxy, "127.0.0.1", 0) as server:
        monkeypatch.setenv("https_proxy", f"socks5h://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert "through the proxy that https_proxy names" in await refused("https://books.example", tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        "socks://127.0.0.1:1080/", "socks4://127.0.0.1:1080", "ftp://ann:hunter2@proxy.example", "http://", "http://:8080",
        "http://ann:hunter2@proxy.example:port", "proxy.example:99999", "://", "http://[::1", "not a proxy", "\udcff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
def test_proxy_that_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(
        UsageError, match=f"^{name} .*http://host:port or socks5h://host:port, or unset"
    ) as said:
        http_client()
    assert "hunter2" not in str(said.value)


@pytest.mark.parametrize(
    "value", ["*", "[::1", "http://[", "://", "a b", "::1/200", "\udcff", "1.2.3.4/99", ",,", "http://h:port"]
)
async def test_any_no_proxy_setting_allows_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str):
    monkeypatch.setenv("NO_PROXY", value)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    http_client()
    assert environment.proxy_for("https://books.example") in (None, "https_proxy")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("SSL_CERT_FILE", "No such file"),
        ("SSL_CERT_FILE", "holds no certificates"),
        ("SSL_CERT_DIR", "not a folder"),
    ],
)
def test_certificates_that_are_gone_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
):
    file = tmp_path / "office.pem"
    if "holds" in says:
        file.write_text("nothing of that kind")
    monkeypatch.setenv(name, str(file))
    with pytest.raises(UsageError, match=f"^{name} names {file}.*{says}.*unset it"):
        http_client()
