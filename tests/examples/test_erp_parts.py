"""The ERP's parts: signatures, the book, and a shipment that is sent again."""

import json
import threading
import urllib.error
import urllib.request

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from examples.seller_erp.book import Book
from examples.seller_erp.erp import Erp
from examples.seller_erp.webhooks import Signatures, make_server
from tests.apps.fake_saleor import FakeSaleor
from tests.apps.server import HttpAnswer, serve

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BODY = json.dumps({"sellerOrder": {"id": "1"}}).encode()


def sign(body, key=KEY, key_id="1", algorithm="RS256"):
    return jwt.api_jws.encode(
        body,
        key=key,
        algorithm=algorithm,
        headers={"kid": key_id, "crit": ["b64"]},
        is_payload_detached=True,
    )


@pytest.fixture
def receiver():
    """Return a function that sends a webhook: it returns the status; and what arrived."""
    keys = [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))]
    arrived = []

    def get_keys(request):
        assert request.path == "/.well-known/jwks.json"
        return HttpAnswer({"keys": [each | {"kid": "1"} for each in keys]})

    with serve(get_keys) as url:
        server = make_server(Signatures(f"{url}/graphql/"), arrived.append)
        thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), daemon=True
        )
        thread.start()

        def send(body, signature):
            address = f"http://127.0.0.1:{server.server_port}/"
            headers = {"Saleor-Signature": signature}
            request = urllib.request.Request(address, body, headers)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code

        yield send, arrived
        server.shutdown()
        server.server_close()
        thread.join()


def test_signed_webhook_is_taken(receiver):
    # given
    send, arrived = receiver

    # when
    status = send(BODY, sign(BODY))

    # then
    assert status == 200
    assert arrived == [{"id": "1"}]


@pytest.mark.parametrize(
    ("_case", "signature"),
    [
        ("no signature", ""),
        ("no JWS", "a.b.c"),
        ("another body", sign(BODY + b" ")),
        ("another key", sign(BODY, OTHER_KEY)),
        ("unknown key", sign(BODY, key_id="2")),
        ("shared secret", sign(BODY, "secret" * 10, algorithm="HS256")),
        ("no algorithm", sign(BODY, "", algorithm="none")),
    ],
    # The signatures differ in each process.
    ids=lambda value: value if " " in value else "",
)
def test_webhook_that_saleor_has_not_signed_is_refused(_case, signature, receiver):
    # given
    send, arrived = receiver

    # when
    status = send(BODY, signature)

    # then
    assert status == 401
    assert arrived == []


def test_webhook_without_an_order_is_passed_over(receiver):
    # given
    send, arrived = receiver
    body = b'{"sellerOrder": null}'

    # when
    status = send(body, sign(body))

    # then
    assert status == 200
    assert arrived == []


# The book


@pytest.fixture
def book(tmp_path):
    return Book(str(tmp_path / "book.sqlite"))


def make_order(number, minute, status="UNFULFILLED", id="1"):
    time = f"2026-03-04T05:{minute:02}:00+00:00"
    return {
        "id": id,
        "number": number,
        "externalReference": None,
        "updatedAt": time,
        "status": status,
    }


def test_event_that_comes_late_changes_nothing(book):
    # given
    book.keep(make_order("17", minute=2, status="FULFILLED"))

    # when
    is_kept = book.keep(make_order("17", minute=1))

    # then
    assert not is_kept
    [entry] = book.get_all()
    assert entry.order["status"] == "FULFILLED"


def test_event_that_comes_twice_is_one_order(book):
    # when
    for _ in range(2):
        book.keep(make_order("17", minute=1))
    book.keep(make_order("18", minute=1, id="2"))

    # then
    first, second = book.get_all()
    assert [first.order["number"], second.order["number"]] == ["17", "18"]
    assert first.reference != second.reference


def test_new_book_knows_the_references_of_an_old_one(book, tmp_path):
    # given
    book.keep(make_order("17", minute=1))
    [entry] = book.get_all()
    new_book = Book(str(tmp_path / "new.sqlite"))

    # when
    new_book.keep(entry.order | {"externalReference": entry.reference})

    # then
    assert [each.reference for each in new_book.get_all()] == [entry.reference]


def test_times_of_several_forms_are_compared_as_times(book):
    # given
    newer = make_order("17", 0) | {"updatedAt": "2026-03-04T05:00:00.5+00:00"}
    older = make_order("17", 0) | {"updatedAt": "2026-03-04T06:00:00+01:00"}
    book.keep(newer)

    # then
    assert not book.keep(older)


# Shipping


@pytest.fixture
def api():
    saleor = FakeSaleor()
    yield saleor
    saleor.stop()


@pytest.fixture
def erp(api, book):
    api.order["externalReference"] = "ERP-00001"
    return Erp(api.url, api.valid_token, book)


def test_shipment_without_an_answer_is_sent_again_as_it_was(api, erp, book):
    # given
    erp.handle(dict(api.order))
    api.failures["sellerOrderFulfill"] = HttpAnswer(b"", status=502)
    erp.work()

    # when
    for line in api.order["lines"]:
        line["quantityToFulfill"] = 0
    api.order |= {"status": "FULFILLED", "updatedAt": "2026-03-04T05:07:00+00:00"}
    erp.handle(dict(api.order))
    erp.work()
    erp.work()

    # then
    sent = [given for name, given in api.asked if name == "sellerOrderFulfill"]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert sent[0]["key"] == "ERP-00001"
    assert sent[0]["input"]["lines"] == [{"lineId": "line-1", "quantity": 2}]
    assert [entry.outcome for entry in book.get_all()] == ["shipped"]


def test_refused_shipment_waits_for_a_person(api, erp, book):
    # given
    erp.handle(dict(api.order))
    api.errors = [{"code": "INSUFFICIENT_STOCK", "message": "Too few."}]

    # when
    erp.work()
    erp.work()

    # then
    assert api.count("sellerOrderFulfill") == 1
    assert [entry.outcome for entry in book.get_all()] == [
        "refused: INSUFFICIENT_STOCK: Too few."
    ]


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("unconfirmed", {"status": "UNCONFIRMED"}),
        ("unpaid", {"chargeStatus": "NONE"}),
        ("paid in part", {"chargeStatus": "PARTIAL"}),
    ],
)
def test_order_that_is_not_ready_is_not_shipped(_case, changes, api, erp, book):
    # given
    erp.handle(api.order | changes)

    # when
    erp.work()

    # then
    assert api.asked == []
    assert [entry.outcome for entry in book.get_all()] == [None]


@pytest.mark.parametrize("status", ["CANCELED", "FULFILLED"])
def test_order_with_nothing_to_ship_is_done(status, api, erp, book):
    # given
    erp.handle(api.order | {"status": status})

    # when
    erp.work()

    # then
    assert api.asked == []
    assert [entry.outcome for entry in book.get_all()] == ["nothing to ship"]


def test_missed_orders_are_read_at_the_start(api, erp, book):
    # when
    erp.catch_up()
    erp.catch_up()

    # then
    conditions = [given["where"] for _, given in api.asked]
    assert conditions == [
        None,
        {"updatedAt": {"gte": "2026-03-04T05:06:07.000000+00:00"}},
    ]
    assert len(book.get_all()) == 1
