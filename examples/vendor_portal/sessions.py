"""Who is logged in, and the token that each form carries.

A visitor has a cookie with a random ID. The tokens of Saleor stay in this process.
"""

import hmac
import secrets
import threading
import time

from .member import Member

SECONDS = 8 * 3600


class Sessions:
    """The logged-in members, by the visitor's ID.

    They are lost when the process ends. A portal of several processes keeps them in
    a store that all of them read.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._members: dict[str, tuple[Member, float]] = {}
        self._lock = threading.Lock()

    def start(self, member: Member) -> str:
        """Return a new visitor's ID: one from before the login could be known."""
        visitor = make_visitor()
        now = time.monotonic()
        with self._lock:
            self._members = {
                each: entry for each, entry in self._members.items() if entry[1] > now
            }
            self._members[visitor] = member, now + self._seconds
        return visitor

    def get(self, visitor: str) -> Member | None:
        with self._lock:
            member, end = self._members.get(visitor, (None, 0.0))
        return member if end > time.monotonic() else None

    def end(self, visitor: str) -> None:
        with self._lock:
            self._members.pop(visitor, None)

    def get_form_token(self, visitor: str) -> str:
        """Return the token that this visitor's forms carry.

        Another site can make a browser send the cookie, but cannot know this token.
        """
        return hmac.digest(self._key, visitor.encode(), "sha256").hex()

    def is_form_token(self, visitor: str, token: str) -> bool:
        expected = self.get_form_token(visitor).encode()
        return hmac.compare_digest(expected, token.encode())


def make_visitor() -> str:
    return secrets.token_urlsafe(32)
