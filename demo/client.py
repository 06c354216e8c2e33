"""One GraphQL call over HTTP, and a failure that is one sentence."""

from typing import Any

import requests


class DemoError(Exception):
    """Something that makes the demo fail; its text is for the reader."""


class Api:
    """A GraphQL endpoint as seen by one caller: anonymous, a user or an app."""

    def __init__(self, endpoint: str, token: str | None = None) -> None:
        self.endpoint = endpoint
        self._session = requests.Session()
        # A proxy of the environment must not stand between us and localhost.
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def as_bearer_of(self, token: str) -> "Api":
        return Api(self.endpoint, token)

    def raw(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """Return the answer as it came, top-level errors included."""
        try:
            response = self._session.post(
                self.endpoint,
                json={"query": query, "variables": variables},
                timeout=120,
            )
        except requests.RequestException as error:
            raise DemoError(f"The server does not answer: {error}.") from None
        try:
            return response.json()
        except ValueError:
            raise DemoError(
                f"The server answered {response.status_code} without JSON: "
                f"{response.text[:200]!r}."
            ) from None

    def __call__(self, query: str, /, **variables: Any) -> Any:
        """Return the value of the query's root field; fail on any kind of error."""
        answer = self.raw(query, **variables)
        if messages := [error["message"] for error in answer.get("errors", [])]:
            raise DemoError("GraphQL refused: " + "; ".join(messages))
        ((field, value),) = answer["data"].items()
        if isinstance(value, dict) and value.get("errors"):
            raise DemoError(f"{field} refused: {value['errors']}")
        return value
