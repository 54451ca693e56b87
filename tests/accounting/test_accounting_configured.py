from dataclasses import replace

import pytest

from clientsync_tui.accounting.seam.configured import Configured
from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.accounting.seam.software import Addresses
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.trouble import UsageError


def configured(*, client_id: str = "app", redirect_port: int = 8400, **addresses: str) -> Configured:
    return Configured(XERO, client_id, redirect_port, replace(XERO.addresses, **addresses), XERO.grant.scopes)


@pytest.mark.parametrize("name", Addresses.__slots__)
@pytest.mark.parametrize(
    "address",
    [
        "http://api.xero.com", "ftp://localhost", "localhost:8080", "https://", "", "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/", "https://user:secret@api.xero.com", "https://[::1", "http://localhost:99999/",
    ],
)  # fmt: skip
def test_a_token_is_never_sent_in_the_clear_or_to_nowhere(name: str, address: str):
    with pytest.raises(UsageError, match=rf"\[software.xero\] {name}"):
        configured(**{name: address})


@pytest.mark.parametrize(
    "address", ["http://localhost:1/x", "http://127.0.0.1/", "http://[::1]:8080", "https://a.example"]
)
def test_the_loopback_may_be_plain(address: str):
    assert configured(api_url=address).addresses.api_url == address


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_cannot_be_registered_is_refused(port: int):
    with pytest.raises(UsageError, match="redirect_port"):
        configured(redirect_port=port)


def test_a_missing_client_id_says_where_to_get_one():
    with pytest.raises(UsageError, match="clientsync setup xero"):
        configured(client_id="")


def test_the_redirect_is_as_it_is_registered():
    assert configured().redirect_uri(8400) == "http://localhost:8400/callback"


def test_a_secret_is_in_no_repr():
    async def secret() -> str:
        return "hush"

    with_secret = Configured(XERO, "app", 8400, XERO.addresses, XERO.grant.scopes, {}, secret)
    assert "secret=" not in repr(with_secret)


def test_every_software_is_registered_under_its_own_name_and_safe_as_it_comes():
    for name, software in softwares().items():
        assert software.name == name and software.title
        assert "{redirect}" in software.how_to_register
        Configured(software, "app", 8400, software.addresses, software.grant.scopes)
