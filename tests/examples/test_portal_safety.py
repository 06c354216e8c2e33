"""The portal escapes, asks for its token, and keeps Saleor's tokens to itself."""

import http.client
import re
import threading
from contextlib import contextmanager

import pytest

from examples.vendor_portal.acts import FormError, read_amount, read_lines
from examples.vendor_portal.markup import join, tag
from examples.vendor_portal.portal import Portal, Request
from examples.vendor_portal.server import MOST_BYTES, make_server
from examples.vendor_portal.sessions import Sessions
from tests.apps.fake_saleor import FakeSaleor, make_failure
from tests.apps.server import HttpAnswer

ADDRESS = "/orders/U2VsbGVyT3JkZXI6MQ%3D%3D"
HOSTILE = "<script>alert(1)</script>\"'&"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;"


@pytest.fixture
def api():
    saleor = FakeSaleor()
    yield saleor
    saleor.stop()


@pytest.fixture
def portal(api):
    return Portal(api.url)


class Visitor:
    """A browser that keeps its cookie."""

    def __init__(self, portal):
        self.portal = portal
        self.cookie = ""

    def get(self, path, **query):
        return self._ask(Request("GET", path, query=query, visitor=self.cookie))

    def post(self, path, **form):
        token = self.portal.sessions.get_form_token(self.cookie)
        form = {"form_token": token} | form
        return self._ask(Request("POST", path, form=form, visitor=self.cookie))

    def log_in(self, password="secret"):
        self.get("/login")
        return self.post("/login", email="ada@example.com", password=password)

    def _ask(self, request):
        answer = self.portal.answer(request)
        self.cookie = answer.visitor or self.cookie
        return answer


@pytest.fixture
def visitor(portal):
    return Visitor(portal)


@pytest.fixture
def member(visitor):
    assert visitor.log_in().location == "/orders"
    return visitor


# Escaping


def test_text_and_attributes_are_escaped():
    assert tag("a", HOSTILE, href=HOSTILE) == f'<a href="{ESCAPED}">{ESCAPED}</a>'
    assert join(HOSTILE, tag("br"), None, False, 0) == f"{ESCAPED}<br>0"


def test_everything_in_an_order_is_escaped(api, member):
    # given
    def make_hostile(value, name=None):
        if isinstance(value, dict):
            return {key: make_hostile(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [make_hostile(each, name) for each in value]
        return HOSTILE if isinstance(value, str) or value is None else value

    shipment = {
        "id": "1", "number": 1, "status": "", "trackingNumber": "", "createdAt": "",
        "lines": [{"lineId": "", "quantity": 1, "warehouseName": ""}],
    }  # fmt: skip
    refund = {
        "id": "1", "amount": {"amount": 1, "currency": ""}, "status": "", "reason": "",
    }  # fmt: skip
    order = api.order | {
        "fulfillments": [shipment],
        "refunds": [refund],
        "billingAddress": api.order["shippingAddress"],
    }
    order["lines"][0]["metadata"] = [{"key": "", "value": ""}]
    order["lines"][0]["warehouses"] *= 2
    api.order = make_hostile(order) | {
        "id": api.order["id"],
        "availableActions": ["CONFIRM", "CANCEL", "FULFILL", "REFUND"],
    }

    # when
    pages = [member.get("/orders").body, member.get(ADDRESS).body]

    # then
    for page in pages:
        assert b"alert(1)" in page
        assert b"<script" not in page


@pytest.mark.parametrize("name", ["search", "seller", "after", "to-ship"])
def test_the_address_is_escaped(name, member):
    assert b"<script" not in member.get("/orders", **{name: HOSTILE}).body


def test_typed_text_and_errors_are_escaped(api, member):
    # given
    api.errors = [
        {"code": "INVALID", "message": HOSTILE, "field": None, "lineId": None}
    ]

    # when
    answer = member.post(f"{ADDRESS}/refund", amount="1", reason=HOSTILE, key=HOSTILE)

    # then
    assert answer.status == 422
    assert answer.body.decode().count(ESCAPED) == 2
    assert b"<script" not in answer.body


# The token of a form


@pytest.mark.parametrize(
    ("_case", "token"),
    [
        ("no token", None),
        ("wrong token", "00"),
        ("token that is no ASCII", "ä"),
        ("token of another visitor", "other"),
    ],
)
@pytest.mark.parametrize("path", [f"{ADDRESS}/confirm", "/logout", "/login"])
def test_form_without_its_token_changes_nothing(
    _case, token, path, api, portal, member
):
    # given
    if token == "other":
        token = portal.sessions.get_form_token("somebody")
    asked = len(api.asked)

    # when
    form = {} if token is None else {"form_token": token}
    answer = portal.answer(Request("POST", path, form=form, visitor=member.cookie))

    # then
    assert answer.status == 403
    assert len(api.asked) == asked
    assert member.get("/orders").status == 200


@pytest.mark.parametrize("act", ["confirm", "cancel", "fulfill", "refund", "tracking"])
def test_address_alone_does_not_act(act, api, member):
    # when
    answer = member.get(f"{ADDRESS}/{act}", key="key")

    # then
    assert answer.status == 404
    assert {name for name, _ in api.asked} == {"tokenCreate"}


# Sessions


def test_visitor_must_log_in(api, visitor):
    assert visitor.get("/orders").location == "/login"
    assert visitor.get(ADDRESS).location == "/login"
    assert visitor.post(f"{ADDRESS}/confirm").location == "/login"
    assert api.asked == []


def test_wrong_password_starts_no_session(visitor):
    # when
    answer = visitor.log_in(password="wrong")

    # then
    assert answer.status == 422
    assert b"is wrong" in answer.body
    assert visitor.get("/orders").location == "/login"


def test_login_replaces_the_cookie(portal, visitor):
    # given
    visitor.get("/login")
    before = visitor.cookie

    # when
    visitor.log_in()

    # then
    assert visitor.cookie != before
    assert portal.sessions.get(before) is None


def test_logout_ends_the_session(portal, member):
    # when
    answer = member.post("/logout")

    # then
    assert answer.location == "/login"
    assert portal.sessions.get(member.cookie) is None


def test_session_ends_after_its_time(api):
    # given
    visitor = Visitor(Portal(api.url, Sessions(seconds=0)))

    # when
    visitor.log_in()

    # then
    assert visitor.get("/orders").location == "/login"


def test_tokens_never_leave_the_portal(api, member):
    answers = [member.get("/orders"), member.get(ADDRESS), member.get("/login")]
    for answer in answers:
        assert answer.status == 200
        for secret in (b"access-1", b"refresh-1", b"secret"):
            assert secret not in answer.body
    assert "access-1" not in member.cookie


def test_expired_token_is_renewed(api, member):
    # given
    api.expire_token("access-2")

    # when
    answer = member.post(f"{ADDRESS}/confirm", key="key")

    # then
    assert answer.location == f"{ADDRESS}?done=confirm"
    assert api.count("tokenRefresh") == 1


def test_account_that_is_out_must_log_in_again(api, member):
    # given
    api.expire_token("access-2")
    api.failures["tokenRefresh"] = make_failure("InvalidTokenError")

    # when
    answer = member.get("/orders")

    # then
    assert answer.location == "/login"
    assert member.get("/orders").location == "/login"


# Acts


def read_key(page, act):
    form = re.search(rf'action="[^"]*/{act}".*?</form>', page.decode(), re.DOTALL)
    return re.search(r'name="key" value="([^"]*)"', form[0])[1]


def test_act_without_an_answer_keeps_its_key(api, member):
    # given
    key = read_key(member.get(ADDRESS).body, "refund")
    api.failures["sellerOrderRefund"] = HttpAnswer(b"Bad Gateway", status=502)

    # when
    answer = member.post(f"{ADDRESS}/refund", amount="5,50", key=key)

    # then
    assert b"Send the form again" in answer.body
    assert read_key(answer.body, "refund") == key
    assert b'name="amount" value="5,50"' in answer.body
    assert read_key(answer.body, "fulfill") != key


def test_refused_act_gets_a_new_key(api, member):
    # given
    key = read_key(member.get(ADDRESS).body, "refund")
    api.errors = [
        {
            "code": "AMOUNT_GREATER_THAN_AVAILABLE",
            "message": "Too much.",
            "lineId": None,
        }
    ]

    # when
    answer = member.post(f"{ADDRESS}/refund", amount="99", key=key)

    # then
    assert b"Too much." in answer.body
    assert read_key(answer.body, "refund") != key


def test_buttons_are_the_available_actions(api, member):
    # given
    api.order["availableActions"] = ["REFUND"]

    # when
    page = member.get(ADDRESS).body.decode()

    # then
    assert re.findall(r"<button[^>]*>(.*?)<", page) == ["Log out", "Refund"]


def test_order_of_somebody_else_is_not_found(api, member):
    # when
    answer = member.get("/orders/U2VsbGVyT3JkZXI6Mg%3D%3D")

    # then
    assert answer.status == 404
    assert b"no such order among yours" in answer.body


@pytest.mark.parametrize(
    "text", ["-1", "1.5", "x", "²", "٣", "99999999999", "1e3", " 1"]
)
def test_quantity_that_is_no_number_is_refused(text):
    with pytest.raises(FormError):
        read_lines({"quantity:line": text})


def test_lines_without_a_quantity_are_left_out():
    form = {"quantity:a": "0", "quantity:b": "", "quantity:c": "2", "key": "3"}
    assert read_lines(form) == [{"lineId": "c", "quantity": 2}]


@pytest.mark.parametrize("text", ["0", "-1", "x", "NaN", "Infinity", "1" * 21])
def test_amount_that_is_no_number_is_refused(text):
    with pytest.raises(FormError):
        read_amount(text)


# HTTP


@contextmanager
def serve(portal, **options):
    server = make_server(portal, **options)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def ask(address, method, path, body=None, **headers):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize(
    ("_case", "options", "start", "end"),
    [
        ("plain", {}, "vendor_portal=", "; Path=/; HttpOnly; SameSite=Lax"),
        (
            "https",
            {"is_https": True},
            "__Host-vendor_portal=",
            "; Path=/; HttpOnly; SameSite=Lax; Secure",
        ),
    ],
)
def test_scripts_and_other_sites_cannot_use_the_cookie(
    _case, options, start, end, portal
):
    # when
    with serve(portal, **options) as address:
        answer = ask(address, "GET", "/login")

    # then
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(start)
    assert cookie.endswith(end)


def test_pages_load_nothing_and_are_not_stored(portal):
    # when
    with serve(portal) as address:
        answer = ask(address, "GET", "/login")

    # then
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("_case", "body", "headers", "status"),
    [
        ("too large", b"", {"Content-Length": str(MOST_BYTES + 1)}, 413),
        ("length is no number", b"", {"Content-Length": "-1"}, 413),
        ("no text", b"\xff", {}, 400),
        ("too many fields", b"&".join([b"a=1"] * 1001), {}, 400),
    ],
)
def test_bad_form_is_refused(_case, body, headers, status, portal):
    with serve(portal) as address:
        assert ask(address, "POST", "/login", body, **headers).status == status


def test_cookie_of_the_browser_is_not_sent_back(portal):
    # when
    with serve(portal) as address:
        cookie = 'vendor_portal="a\\015\\012Set-Cookie: b"'
        answer = ask(address, "GET", "/login", Cookie=cookie)

    # then
    assert answer.status == 200
    assert answer.headers["Set-Cookie"] is None
