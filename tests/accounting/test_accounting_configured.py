from dataclasses import replace
from functools import partial

import pytest

from clientsync_tui.accounting.seam.addresses import overridden
from clientsync_tui.accounting.seam.configured import Configured
from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.accounting.seam.software import Addresses
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.trouble import UsageError


def configured(*, client_id: str = "app", redirect_port: int = 8400, **addresses: str) -> Configured:
    return Configured(
        XERO, client_id, redirect_port, replace(XERO.addresses, **addresses), tuple(XERO.grant.scopes)
    )


@pytest.mark.parametrize("name", Addresses.__slots__)
@pytest.mark.parametrize(
    "address",
    [
        "http://api.xero.com", "ftp://localhost", "localhost:8080", "https://", "", "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/", "https://user:secret@api.xero.com", "https://[::1", "http://localhost:99999/",
    ],
)  # fmt: skip
def test_token_is_never_sent_in_the_clear_or_to_nowhere(name: str, address: str):
    with pytest.raises(UsageError, match=rf"\[software.xero\] {name}"):
        configured(**{name: address})


@pytest.mark.parametrize(
    "address", ["http://localhost:1/x", "http://127.0.0.1/", "http://[::1]:8080", "https://a.example"]
)
def test_loopback_may_be_plain(address: str):
    assert configured(api_url=address).addresses.api_url == address


@pytest.mark.parametrize("given", ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"])
def test_api_address_may_be_scheme_host_and_port_alone(given: str):
    usual = replace(XERO.addresses, api_url="https://api.books.example/v2")
    assert overridden(usual, {"api_url": given}).api_url == "http://127.0.0.1:8080/v2"
    assert overridden(usual, {"api_url": "http://127.0.0.1:8080/books/v3"}).api_url.endswith("8080/books/v3")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_port_that_cannot_be_registered_is_refused(port: int):
    with pytest.raises(UsageError, match="redirect_port"):
        configured(redirect_port=port)


def test_missing_client_id_says_where_to_get_one():
    with pytest.raises(UsageError, match="clientsync setup xero"):
        configured(client_id="")


def test_redirect_is_the_registered_one():
    assert configured().redirect_uri(8400) == "http://localhost:8400/callback"


def test_secret_is_in_no_repr():
    async def secret() -> str:
        return "hush"

    with_secret = Configured(XERO, "app", 8400, XERO.addresses, tuple(XERO.grant.scopes), {}, secret)
    assert "secret=" not in repr(with_secret)


def test_every_software_has_its_own_name_and_safe_defaults():
    for name, software in softwares().items():
        assert software.name == name and software.title
        assert "{redirect}" in software.how_to_register
        page = "https://practice.example/signed-in" if software.grant.https_redirect else ""
        Configured(software, "app", 8400, software.addresses, tuple(software.grant.scopes), redirect_url=page)


class HttpsOnly(type(XERO)):
    """an app that sends people only to https addresses."""

    grant = replace(XERO.grant, https_redirect=True)


def test_https_only_app_needs_a_page_of_the_practice():
    made = partial(Configured, HttpsOnly(), "app", 8400, scopes=())
    with pytest.raises(UsageError, match=r"redirect_url.*clientsync setup xero --redirect-url"):
        made(XERO.addresses)
    page = "https://practice.example/signed-in"
    assert made(XERO.addresses, redirect_url=page).redirect_uri(8400) == page
    with pytest.raises(UsageError, match="redirect_url must begin with https"):
        made(XERO.addresses, redirect_url="http://practice.example/")
    on_a_test_server = made(replace(XERO.addresses, api_url="http://127.0.0.1:1"))
    assert on_a_test_server.redirect_uri(8400) == "http://localhost:8400/callback"
