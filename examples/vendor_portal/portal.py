"""The portal: which page, who may ask for it, which act.

`Portal.answer` takes a request and returns an answer. HTTP itself is in `server`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..seller_api.graphql import ApiError, NoAnswerError, TokenError
from ..seller_api.orders import RefusedError
from .acts import ACTS, FormError
from .member import LoginError, Member, log_in
from .order_forms import Attempt
from .order_page import order_page
from .pages import Viewer, error_page, login_page, orders_page
from .sessions import Sessions, make_visitor

PAGE_SIZE = 20
STYLE = (Path(__file__).parent / "style.css").read_bytes()
LOGIN_ERRORS = {
    "INVALID_CREDENTIALS": "The e-mail address or the password is wrong.",
    "LOGIN_ATTEMPT_DELAYED": "Too many attempts. Try again in a moment.",
}
UNKNOWN = (
    "The shop did not answer. It may have carried this out, or not."
    " Send the form again: it is carried out once."
)


@dataclass(frozen=True)
class Request:
    """A browser's request; `visitor` is its cookie."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    visitor: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer; `visitor` is the new cookie, if there is one."""

    body: bytes = b""
    status: int = 200
    location: str | None = None
    visitor: str | None = None
    content_type: str = "text/html; charset=utf-8"


class Portal:
    """Answers requests; it keeps the sessions and nothing else.

    :param api: the address of Saleor's API.
    """

    def __init__(self, api: str, sessions: Sessions | None = None) -> None:
        self.api = api
        self.sessions = sessions or Sessions()

    def answer(self, request: Request) -> Answer:
        if request.path == "/style.css":
            return Answer(STYLE, content_type="text/css")
        member = self.sessions.get(request.visitor)
        if request.method == "POST":
            token = request.form.get("form_token", "")
            if not self.sessions.is_form_token(request.visitor, token):
                text = "This form is out of date. Go back, load the page again."
                return self._refuse(request, 403, "Refused", text)
        if request.path == "/login":
            return self._log_in(request)
        if member is None:
            return redirect("/login")
        if request.path == "/logout" and request.method == "POST":
            self.sessions.end(request.visitor)
            return redirect("/login")
        try:
            return self._answer_member(request, member)
        except TokenError:
            self.sessions.end(request.visitor)
            return redirect("/login")
        except ApiError as error:
            text = f"The shop refused this request. {error}"
            return self._refuse(request, 400, "Refused", text)
        except NoAnswerError:
            text = "The shop does not answer. Try again in a moment."
            return self._refuse(request, 502, "No answer", text)

    def _log_in(self, request: Request) -> Answer:
        if request.method == "GET":
            new = None if request.visitor else make_visitor()
            token = self.sessions.get_form_token(new or request.visitor)
            return Answer(login_page(Viewer(None, token)), visitor=new)
        email = request.form.get("email", "")
        viewer = Viewer(None, self.sessions.get_form_token(request.visitor))
        try:
            member = log_in(self.api, email, request.form.get("password", ""))
        except LoginError as error:
            text = LOGIN_ERRORS.get(error.code, "This account cannot log in.")
            return Answer(login_page(viewer, text, email), status=422)
        except (ApiError, NoAnswerError):
            text = "The shop does not answer. Try again in a moment."
            return Answer(login_page(viewer, text, email), status=502)
        self.sessions.end(request.visitor)
        return redirect("/orders", visitor=self.sessions.start(member))

    def _answer_member(self, request: Request, member: Member) -> Answer:
        viewer = self._get_viewer(request)
        first, *rest = [unquote(part) for part in request.path.split("/")[1:]]
        if request.method == "GET":
            if (first, rest) == ("", []):
                return redirect("/orders")
            if (first, rest) == ("orders", []):
                return Answer(self._list(viewer, member, request.query))
            if first == "orders" and len(rest) == 1:
                done = request.query.get("done", "")
                return self._show(request, member, rest[0], done=done)
        if request.method == "POST" and first == "orders" and len(rest) == 2:
            order_id, act = rest
            if act in ACTS:
                return self._act(request, member, order_id, act)
        return self._refuse(request, 404, "Not found", "There is no such page.")

    def _list(self, viewer: Viewer, member: Member, asked: Mapping[str, str]) -> bytes:
        where = {"isToFulfill": True} if "to-ship" in asked else None
        if before := asked.get("before"):
            part: dict[str, Any] = {"last": PAGE_SIZE, "before": before}
        else:
            part = {"first": PAGE_SIZE, "after": asked.get("after")}
        page = member.orders.get_page(
            where=where,
            search=asked.get("search") or None,
            seller=asked.get("seller") or None,
            **part,
        )
        return orders_page(viewer, member.orders.get_access(), page, asked)

    def _show(
        self,
        request: Request,
        member: Member,
        order_id: str,
        attempt: Attempt | None = None,
        done: str = "",
    ) -> Answer:
        order, rights = member.orders.get(order_id)
        if order is None:
            text = "There is no such order among yours."
            return self._refuse(request, 404, "Not found", text)
        viewer = self._get_viewer(request)
        if attempt is None:
            return Answer(order_page(viewer, order, rights, done=done))
        return Answer(order_page(viewer, order, rights, attempt), status=422)

    def _act(self, request: Request, member: Member, order_id: str, act: str) -> Answer:
        """Act, then lead to the order's page, so that a reload does not act again."""
        form = {"key": "", "fulfillment": ""} | dict(request.form)
        keeps_key = False
        try:
            ACTS[act](member.orders, order_id, form)
        except FormError as error:
            errors = [{"message": str(error)}]
        except RefusedError as error:
            errors = error.errors
        except NoAnswerError:
            errors, keeps_key = [{"message": UNKNOWN}], True
        else:
            parts = request.path.rpartition("/")
            return redirect(f"{parts[0]}?done={act}")
        attempt = Attempt(act, form, errors, keeps_key)
        return self._show(request, member, order_id, attempt)

    def _refuse(self, request: Request, status: int, title: str, text: str) -> Answer:
        return Answer(error_page(self._get_viewer(request), title, text), status)

    def _get_viewer(self, request: Request) -> Viewer:
        member = self.sessions.get(request.visitor)
        token = self.sessions.get_form_token(request.visitor)
        return Viewer(member.email if member else None, token)


def redirect(location: str, visitor: str | None = None) -> Answer:
    return Answer(status=303, location=location, visitor=visitor)
