"""What the environment says about the network (proxies and certificates), checked before it is used."""

import os
import ssl
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx2

from ....practice.trouble import UsageError

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_SYSTEM = "The system's proxy setting"


def checked() -> ssl.SSLContext:
    """The certificates to trust. Raises UsageError that names the variable or file and says what to do."""
    for scheme in ("http", "https", "all"):
        if value := getproxies().get(scheme):
            _check_proxy(_variable(f"{scheme}_proxy"), value)
    return _certificates()


def proxy_for(address: str) -> str | None:
    """The name of the setting whose proxy is used for `address`; None for a direct connection."""
    url = httpx2.URL(address)
    proxies = getproxies()
    scheme = next((scheme for scheme in (url.scheme, "all") if proxies.get(scheme)), None)
    if scheme is None or url.host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(url.host):
        return None
    return _variable(f"{scheme}_proxy")


def _variable(name: str) -> str:
    """Lower case takes precedence over upper case, as in curl."""
    return next((variable for variable in (name, name.upper()) if os.environ.get(variable)), _SYSTEM)


def _check_proxy(variable: str, value: str) -> None:
    # Never show any part of a value that can't be parsed: it may hold a password.
    form = "Write it as http://host:port or socks5h://host:port, or unset it."
    try:
        url = httpx2.URL(value if "://" in value else f"http://{value}")
    except (httpx2.InvalidURL, ValueError):
        raise UsageError(f"{variable} is not the address of a proxy. {form}") from None
    if url.scheme not in PROXY_SCHEMES:
        raise UsageError(
            f"{variable} names a proxy of the kind {url.scheme or 'unknown'}, which Client Sync can't use "
            f"(it can use {', '.join(PROXY_SCHEMES)}). {form}"
        )
    if (
        not url.host.strip(".")
        or any(character.isspace() for character in value)
        or not 0 < (url.port or 1) < 65536
    ):
        raise UsageError(f"{variable} is not the address of a proxy. {form}")


def _certificates() -> ssl.SSLContext:
    """As httpx2 reads them: the file takes precedence over the folder, and either replaces the system's
    certificates.
    """
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and folders and not any(Path(path).is_dir() for path in folders.split(os.pathsep) if path):
        raise UsageError(
            f"SSL_CERT_DIR names {folders}, which is not a folder. Correct it, or unset it to use this system's certificates."
        )
    if file and Path(file).is_fifo():
        # Reading one would wait until someone writes to it.
        raise _unreadable(file, "it is a pipe")
    try:
        return httpx2.create_ssl_context()
    except (ssl.SSLError, ValueError):
        if not file:
            raise
        raise _unreadable(file, "it holds no certificates") from None
    except OSError as error:
        if not file:
            raise
        raise _unreadable(file, error.strerror or type(error).__name__) from None


def _unreadable(file: str, why: str) -> UsageError:
    return UsageError(
        f"SSL_CERT_FILE names {file}, which can't be read as certificates ({why}). Correct it, or unset it to use this "
        "system's certificates."
    )
