"""HTTP: read requests and send the portal's answers."""

from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from .portal import Answer, Portal, Request

COOKIE = "vendor_portal"
# The largest form has some fields for each of an order's lines.
MOST_BYTES = 256 * 1024
MOST_FIELDS = 1000
HEADERS = {
    # The pages load one style sheet and nothing else.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def make_server(
    portal: Portal, port: int = 0, host: str = "127.0.0.1", is_https: bool = False
) -> ThreadingHTTPServer:
    """Return a server for a portal.

    :param is_https: browsers reach it over HTTPS alone, through a proxy.
    """
    # Browsers take a cookie of this name over HTTPS alone, and from this host alone.
    cookie_name = f"__Host-{COOKIE}" if is_https else COOKIE

    class Handler(BaseHTTPRequestHandler):
        # A connection that sends nothing is closed.
        timeout = 30

        def do_GET(self) -> None:
            self._send(portal.answer(self._read("GET")))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > MOST_BYTES:
                self._send(Answer(b"The form is too large.", status=413))
                return
            try:
                body = self.rfile.read(int(length)).decode()
                form = parse_qsl(
                    body, keep_blank_values=True, max_num_fields=MOST_FIELDS
                )
            except ValueError:
                self._send(Answer(b"The form cannot be read.", status=400))
                return
            self._send(portal.answer(self._read("POST", dict(form))))

        def _read(self, method: str, form: dict[str, str] | None = None) -> Request:
            address = urlsplit(self.path)
            return Request(
                method=method,
                path=address.path,
                query=dict(parse_qsl(address.query)),
                form=form or {},
                visitor=self._get_visitor(),
            )

        def _get_visitor(self) -> str:
            try:
                cookies = SimpleCookie(self.headers.get("Cookie", ""))
            except CookieError:
                return ""
            return cookies[cookie_name].value if cookie_name in cookies else ""

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.location:
                self.send_header("Location", answer.location)
            if answer.visitor:
                cookie = (
                    f"{cookie_name}={answer.visitor}; Path=/; HttpOnly; SameSite=Lax"
                )
                self.send_header(
                    "Set-Cookie", cookie + ("; Secure" if is_https else "")
                )
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Write no log: an address has the ID of an order."""

    return ThreadingHTTPServer((host, port), Handler)
