"""A logged-in account, with its tokens."""

from typing import Any

from ..seller_api.graphql import TokenError, execute
from ..seller_api.orders import SellerOrders

LOG_IN = """
    mutation LogIn($email: String!, $password: String!) {
      tokenCreate(email: $email, password: $password) {
        token refreshToken errors { code }
      }
    }
"""
REFRESH = """
    mutation Refresh($token: String!) {
      tokenRefresh(refreshToken: $token) { token errors { code } }
    }
"""


class LoginError(Exception):
    """Saleor gave no token."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Member:
    """Asks Saleor's API as one account.

    The portal has no token of its own: a member can do no more here than with Saleor's
    API.
    """

    def __init__(self, url: str, email: str, token: str, refresh_token: str) -> None:
        self.email = email
        self.orders = SellerOrders(self._execute)
        self._url = url
        self._token, self._refresh_token = token, refresh_token

    def _execute(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        try:
            return execute(self._url, query, variables, self._token)
        except TokenError:
            # Access tokens live for minutes. Saleor has carried out nothing.
            self._refresh()
            return execute(self._url, query, variables, self._token)

    def _refresh(self) -> None:
        data = execute(self._url, REFRESH, {"token": self._refresh_token})
        if data["tokenRefresh"]["errors"]:
            raise TokenError(data["tokenRefresh"]["errors"])
        self._token = data["tokenRefresh"]["token"]


def log_in(url: str, email: str, password: str) -> Member:
    """Return the account.

    :raises LoginError: Saleor refuses the e-mail address and the password.
    """
    variables = {"email": email, "password": password}
    answer = execute(url, LOG_IN, variables)["tokenCreate"]
    if answer["errors"]:
        raise LoginError(answer["errors"][0]["code"])
    return Member(url, email, answer["token"], answer["refreshToken"])
