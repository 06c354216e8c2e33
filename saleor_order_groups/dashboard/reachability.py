"""Check that browsers of staff can reach the address of the pages."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from saleor.core.utils import get_public_url


class WrongAddressError(Exception):
    """Saleor's own address is no address."""


def describe_address() -> str:
    """Return Saleor's address, and where Saleor has it from.

    :raises WrongAddressError: it is no address of HTTP.
    """
    address = get_public_url()
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongAddressError(
            f"PUBLIC_URL is {address}, which is no address of HTTP. Set it to the"
            " address at which browsers reach Saleor, such as https://api.example.com."
        )
    source = "PUBLIC_URL" if settings.PUBLIC_URL else "the site's domain"
    return f"{address} (from {source})"


def find_doubts() -> Iterator[str]:
    """Yield why browsers of staff may not reach Saleor's address."""
    parts = urlsplit(get_public_url())
    host = parts.hostname or ""
    if not settings.PUBLIC_URL:
        yield (
            "PUBLIC_URL is not set, so that the address is made of the site's domain"
            f" ({parts.netloc}). Set it if browsers reach Saleor at another address."
        )
    if _is_local(host):
        yield f"Only browsers on this machine reach {host}."
    elif "." not in host and ":" not in host:
        yield f"{host} looks like a name that only servers know."
    elif parts.scheme == "http":
        yield "A Dashboard on https shows no page that comes over http."
    if parts.path.strip("/"):
        yield (
            f"Saleor leaves the path {parts.path} of PUBLIC_URL out of addresses: the"
            " pages are found only if it answers without the path too."
        )
    domain, _ = split_domain_port(parts.netloc.lower())
    if not settings.DEBUG and not validate_host(domain, settings.ALLOWED_HOSTS):
        yield f"ALLOWED_HOSTS does not have {domain}: Saleor refuses requests to it."


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
