"""Serve the built pages, and the manifest.

The pages ask for data with the token that the Dashboard hands to them: nothing here
needs a permission, and nothing here reads data.
"""

import gzip
import os
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
    JsonResponse,
)
from django.urls import reverse

from .. import __version__
from .addresses import APP, ASSETS, MANIFEST, get_path
from .manifest import build_manifest

STATIC = Path(__file__).parent / "static"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_COMPRESSED = (".css", ".js", ".svg")
# The origins of Dashboards, in Django's settings or the environment.
ORIGINS = "ORDER_GROUPS_DASHBOARD_ORIGINS"
# Saleor's own variable: where its start page leads to the Dashboard.
DASHBOARD_URL = "DASHBOARD_URL"

# A host with or without a port; `*.` stands for all below it.
_HOST = re.compile(r"[\w.*\-\[\]:]+")

# The names of assets have a hash of their content.
_FOR_EVER = "public, max-age=31536000, immutable"
# A page names the assets of its version.
_NEVER = "no-cache"


def answer(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request for a path below the plugin's own.

    :param path: begins with a slash.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    name = path.removeprefix("/")
    if name == MANIFEST:
        response: HttpResponse = JsonResponse(build_manifest())
        response["Cache-Control"] = _NEVER
    elif name == APP or name.startswith(f"{APP}/"):
        response = _answer_page()
    elif name.startswith(f"{ASSETS}/"):
        response = _answer_asset(request, name.removeprefix(f"{ASSETS}/"))
    else:
        response = HttpResponseNotFound()
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ------------------------------------------------------------------ pages


def _answer_page() -> HttpResponse:
    """Answer with the one page, which shows what its path says."""
    try:
        page = (STATIC / "index.html").read_text()
    except FileNotFoundError:
        return HttpResponse(
            "The pages are not built: run `make dashboard` in the source of"
            " saleor-order-groups.",
            content_type="text/plain",
            status=503,
        )
    page = page.replace("./assets/", get_path(f"{ASSETS}/"))
    for name, value in (
        ("base-path", get_path(APP)),
        ("api-path", reverse("api")),
        ("version", __version__),
    ):
        page = page.replace(
            f'<meta name="{name}" content=""',
            f'<meta name="{name}" content="{escape(value)}"',
        )
    response = HttpResponse(page)
    response["Cache-Control"] = _NEVER
    response["Content-Security-Policy"] = _get_policy()
    response["Referrer-Policy"] = "no-referrer"
    return response


def _get_policy() -> str:
    ancestors = " ".join(find_origins() or ["*"])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


def find_origins() -> list[str]:
    """Return the origins of the Dashboards that may show the pages; none if unknown.

    They are one text, with commas or spaces between them. Paths in them are ignored.

    :raises ImproperlyConfigured: one of them is no origin.
    """
    named = (
        getattr(settings, ORIGINS, "")
        or os.environ.get(ORIGINS, "")
        or os.environ.get(DASHBOARD_URL, "")
    )
    origins = [_get_origin(each) for each in re.split(r"[\s,]+", named) if each]
    return ["'self'", *dict.fromkeys(origins)] if origins else []


def _get_origin(address: str) -> str:
    """Return scheme and host of an address.

    :raises ImproperlyConfigured: it is none.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        raise ImproperlyConfigured(
            f"{address!r} is no address of a Dashboard, such as"
            f" https://admin.example.com. See {ORIGINS} in docs/dashboard.md."
        )
    return f"{parts.scheme}://{parts.netloc}"


# ------------------------------------------------------------------ assets


@dataclass(frozen=True)
class Asset:
    """A built file; `compressed` is None where compression gains nothing."""

    content: bytes
    compressed: bytes | None
    content_type: str


def _answer_asset(request: HttpRequest, name: str) -> HttpResponse:
    asset = _read_asset(name) if name in _list_assets() else None
    if asset is None:
        return HttpResponseNotFound()
    accepted = re.split(r"[\s,;]+", request.headers.get("Accept-Encoding", ""))
    is_compressed = asset.compressed is not None and "gzip" in accepted
    response = HttpResponse(
        asset.compressed if is_compressed else asset.content,
        content_type=asset.content_type,
    )
    if is_compressed:
        response["Content-Encoding"] = "gzip"
    if asset.compressed is not None:
        response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = _FOR_EVER
    return response


@cache
def _list_assets() -> frozenset[str]:
    """Return the names of all built files: nothing else is ever read."""
    return frozenset(
        each.name
        for each in (STATIC / ASSETS).glob("*")
        if each.suffix in CONTENT_TYPES
    )


@cache
def _read_asset(name: str) -> Asset:
    file = STATIC / ASSETS / name
    content = file.read_bytes()
    return Asset(
        content,
        gzip.compress(content, mtime=0) if file.suffix in _COMPRESSED else None,
        CONTENT_TYPES[file.suffix],
    )
