"""Why a call got no answer: nobody there, too slow, an untrusted certificate, or a reply that is not HTTP."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
from socksio.exceptions import SOCKSError

from ....practice.status import Fault
from ....practice.trouble import PassingTrouble
from .environment import proxy_for
from .transport import TooLong

EXPECTED = (
    httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, UnicodeError, OverflowError, SOCKSError, ExceptionGroup,
)  # fmt: skip
"""What a call through httpx2 may raise. If a SOCKS proxy isn't one, httpx2 passes on errors that it doesn't
translate.
"""

_UNREADABLE = (
    httpx2.DecodingError, httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL, TooLong, UnicodeError,
)  # fmt: skip

_CUT_OFF = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)

OFFICE_CERTIFICATE = (
    "If your office inspects web traffic, have its certificate added to this system's certificates, or name a file with that "
    "certificate and the usual ones: SSL_CERT_FILE=/path/to/certificates.pem."
)
_EXPIRED, _NOT_YET_VALID, _OTHER_HOST = {10}, {9}, {62, 64}  # OpenSSL's X509_V_ERR_...


def no_answer(error: Exception, title: str, address: str, timeout_s: float) -> PassingTrouble:
    """The trouble with a call to `address` that raised one of `EXPECTED`. `title`: whose address it is.

    Raise it `from None`, because `error` holds the request and so a token.
    """
    proxy = proxy_for(address)
    through = f" through the proxy that {proxy} names" if proxy else ""
    if isinstance(error, TimeoutError):
        return PassingTrouble(Fault.UNREACHABLE, f"{title} did not answer within {timeout_s:g} s{through}.")
    host = urlsplit(address).hostname or address
    if (not_trusted := _cause(error)) is not None:
        return PassingTrouble(Fault.UNREACHABLE, _tls_sentence(not_trusted, title, host))
    cause = type(error).__name__
    if isinstance(error, _UNREADABLE):
        return PassingTrouble(
            Fault.NONSENSE, f"{title} sent a reply we could not read ({cause}); try again later."
        )
    if isinstance(error, _CUT_OFF):
        return PassingTrouble(
            Fault.UNREACHABLE,
            f"The connection to {title} at {host}{through} ended before its reply was complete ({cause}); try again later.",
        )
    return PassingTrouble(
        Fault.UNREACHABLE, f"{title} could not be reached at {host}{through} ({cause}); try again later."
    )


def _cause(error: BaseException) -> ssl.SSLError | None:
    return next((cause for cause in _chain(error) if isinstance(cause, ssl.SSLError)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _tls_sentence(error: ssl.SSLError, title: str, host: str) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = (error.reason or type(error).__name__).lower().replace("_", " ")
        return f"{title} could not be reached at {host}: no secure connection was possible (TLS: {reason})."
    code = error.verify_code
    if code in _EXPIRED:
        return f"The certificate of {host} ({title}) has expired. If this computer's clock is right, try again later."
    if code in _NOT_YET_VALID:
        return f"The certificate of {host} ({title}) is not valid yet. Check this computer's clock."
    if code in _OTHER_HOST or "hostname" in error.verify_message.lower():
        return (
            f"The certificate for {host} ({title}) is for another host name, so it is not trusted. Check the address "
            "in the configuration. A proxy or filter may be in the way."
        )
    return f"The certificate of {host} ({title}) is not trusted by this computer ({error.verify_message}). {OFFICE_CERTIFICATE}"
