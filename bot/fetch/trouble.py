"""What aiohttp and the system raise, as values: the one door for foreign errors of fetching."""

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from bot.fetch.address import host_of
from bot.fetch.answer import Failed, Failure
from bot.fetch.codings import BadCodingError, TooMuchError
from bot.fetch.dial import DialRefused

_MEANINGS: tuple[tuple[type[Exception], Failure, str], ...] = (
    # The first that fits counts: aiohttp's errors are each other's kinds, the narrow ones go first.
    (TooMuchError, Failure.TOO_BIG, "{host} sent more than {most} bytes"),
    (BadCodingError, Failure.BROKEN, "{host} sent a damaged compressed document: {reason}"),
    (DialRefused, Failure.REFUSED, "{host} is not asked: {reason}"),
    (aiohttp.ClientConnectorDNSError, Failure.UNREACHABLE, "the name {host} was not found: {reason}"),
    (
        aiohttp.ClientConnectorCertificateError,
        Failure.UNREACHABLE,
        "{host} has no valid certificate: {reason}",
    ),
    (
        aiohttp.ClientConnectorSSLError,
        Failure.UNREACHABLE,
        "{host} does not speak TLS as it should: {reason}",
    ),
    (aiohttp.ClientProxyConnectionError, Failure.UNREACHABLE, "the proxy cannot be reached: {reason}"),
    (aiohttp.ClientHttpProxyError, Failure.UNREACHABLE, "the proxy does not connect us to {host}: {reason}"),
    (aiohttp.ClientConnectorError, Failure.UNREACHABLE, "no connection to {host}: {reason}"),
    (aiohttp.ServerTimeoutError, Failure.UNREACHABLE, "no connection to {host} in time"),
    (aiohttp.ClientPayloadError, Failure.UNREACHABLE, "the answer of {host} broke off"),
    (aiohttp.ClientConnectionError, Failure.UNREACHABLE, "{host} closed the connection"),
    (OSError, Failure.UNREACHABLE, "the connection to {host} failed: {reason}"),
    (aiohttp.ClientError, Failure.BROKEN, "{host} sent what is not proper HTTP"),
    (HttpProcessingError, Failure.BROKEN, "{host} sent what is not proper HTTP"),
    # Said by libraries of headers that can be neither sent nor read.
    (ValueError, Failure.BROKEN, "{host} sent what is not proper HTTP"),
)

EXPECTED = tuple(kind for kind, _, _ in _MEANINGS)
"""All that asking a server may raise; anything else is a mistake of ours."""


def failed(url: str, error: Exception, most: int) -> Failed:
    """Return what ``error``, one of :data:`EXPECTED` raised on the way to ``url``, means.

    The detail is a sentence for people, without the address's path or credentials.
    """
    cause: Exception = error
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, DialRefused):
        cause = error.os_error
    why, says = next((why, says) for kind, why, says in _MEANINGS if isinstance(cause, kind))
    return Failed(why, says.format(host=host_of(url), reason=_reason(cause), most=most))


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return str(getattr(error.certificate_error, "verify_message", "") or "it does not fit")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"it answered {error.status}"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return str(getattr(error.os_error, "reason", None) or "the handshake failed")
    if isinstance(error, aiohttp.ClientConnectorError):
        return str(error.os_error.strerror or type(error.os_error).__name__)
    return str(getattr(error, "strerror", None) or error)
