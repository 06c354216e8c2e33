"""One GraphQL request over HTTP, and the ways in which it can fail."""

import json
import urllib.error
import urllib.request
from decimal import Decimal
from http.client import HTTPException
from typing import Any

# Saleor's codes for a token that is no longer valid.
TOKEN_CODES = {
    "DecodeError",
    "ExpiredSignatureError",
    "InvalidSignatureError",
    "InvalidTokenError",
}


class ApiError(Exception):
    """Saleor has refused the request as a whole."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message")) for error in errors))
        self.codes = {_get_code(error) for error in errors}


class TokenError(ApiError):
    """The token has expired, or its account was deactivated."""


class NoAnswerError(Exception):
    """No answer came: the request may have been carried out, or not."""


def execute(
    url: str, query: str, variables: dict[str, Any], token: str | None = None
) -> dict[str, Any]:
    """Return the data of the answer; amounts stay exact.

    :raises ApiError: the answer has errors.
    :raises NoAnswerError: there is no answer.
    """
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, "variables": variables}, default=str)
    request = urllib.request.Request(url, body.encode(), headers)
    answer = _read(request)
    if errors := answer.get("errors"):
        if {_get_code(error) for error in errors} & TOKEN_CODES:
            raise TokenError(errors)
        raise ApiError(errors)
    return answer["data"]


def _read(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            content = response.read()
    except urllib.error.HTTPError as error:
        # Saleor answers 400 with JSON to a document that it refuses.
        content = error.read()
    except (OSError, HTTPException) as error:
        raise NoAnswerError(str(error)) from error
    try:
        answer = json.loads(content, parse_float=Decimal)
    except ValueError as error:
        raise NoAnswerError(content[:200].decode(errors="replace")) from error
    if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
        raise NoAnswerError("The answer is no answer of a GraphQL server.")
    return answer


def _get_code(error: dict[str, Any]) -> str:
    return error.get("extensions", {}).get("exception", {}).get("code", "")
