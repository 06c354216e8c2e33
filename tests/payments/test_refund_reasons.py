"""The reason of a refund of a whole group: demanded, kept and shown as in Saleor."""

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.page.models import Page, PageType
from saleor.payment.models import TransactionEvent

from saleor_order_groups.models import OrderGroup
from tests.apps.payment import accept, succeed
from tests.helpers.payments import (
    assert_shares_sum_to,
    get_amounts,
    get_errors,
    get_orders,
    get_share,
)

REFUND = """
    mutation Refund(
      $id: ID!, $amount: PositiveDecimal, $orders: [ID!]
      $refundReason: String, $refundReasonReference: ID
    ) {
      orderGroupRefund(
        id: $id, amount: $amount, orders: $orders
        refundReason: $refundReason, refundReasonReference: $refundReasonReference
      ) {
        results { order { number } errors { field code message } }
        errors { field code message }
      }
    }
"""
EVENTS = "events { type message reasonReference { title } amount { amount } }"
READ = f"""
    query Read($id: ID) {{
      orderGroup(id: $id) {{
        transactions {{ {EVENTS} }}
        orders {{ transactions {{ {EVENTS} }} }}
      }}
    }}
"""
SUBSCRIPTION = f"""
    subscription {{
      event {{
        ... on TransactionRefundRequested {{
          transaction {{ id pspReference order {{ id number }} {EVENTS} }}
          action {{ actionType amount }}
        }}
      }}
    }}
"""
REQUEST = """
    mutation Request(
      $id: ID!, $amount: PositiveDecimal
      $refundReason: String, $refundReasonReference: ID
    ) {
      transactionRequestAction(
        id: $id, actionType: REFUND, amount: $amount
        refundReason: $refundReason, refundReasonReference: $refundReasonReference
      ) {
        errors { field code message }
      }
    }
"""


@pytest.fixture
def charged_group(paid_group, report, payment_app, app_api_client):
    """Two orders of 63.00 and 42.00, charged; the app asks for the reason of refunds."""
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    app_api_client.app.webhooks.update(subscription_query=SUBSCRIPTION)
    return paid_group


@pytest.fixture
def reason(page, page_type, site_settings):
    """Let the shop demand of staff to refer to a page of a type; return such a page."""
    assert page.page_type == page_type
    site_settings.refund_reason_reference_type = page_type
    site_settings.save(update_fields=["refund_reason_reference_type"])
    return page


@pytest.fixture
def staff(staff_api_client, permission_group_all_perms_all_channels):
    permission_group_all_perms_all_channels.user_set.add(staff_api_client.user)
    return staff_api_client


@pytest.fixture
def refund(staff):
    """Return a function that refunds a group as staff; its value is the answer."""

    def refund(client=staff, **variables):
        group_id = Node.to_global_id("OrderGroup", OrderGroup.objects.get().pk)
        response = client.post_graphql(REFUND, {"id": group_id, **variables})
        return get_graphql_content(response)["data"]["orderGroupRefund"]

    return refund


def to_id(page):
    return Node.to_global_id("Page", page.pk)


def select_requests(transaction):
    return [
        event for event in transaction["events"] if event["type"] == "REFUND_REQUEST"
    ]


def test_reason_is_on_the_requests_of_payment_and_shares(
    charged_group, payment_app, refund, reason, staff
):
    # given
    payment_app.answer = accept("refund-1")

    # when
    data = refund(
        amount="35.00",
        refundReason="Arrived broken",
        refundReasonReference=to_id(reason),
    )

    # then
    assert data["errors"] == []
    assert [row["errors"] for row in data["results"]] == [[], []]
    assert get_amounts("refund_pending_value") == [35, [21, 14]]
    assert_shares_sum_to(charged_group)

    def asked(amount):
        return {
            "type": "REFUND_REQUEST",
            "message": "Arrived broken",
            "reasonReference": {"title": reason.title},
            "amount": {"amount": amount},
        }

    # and the API shows it of the payment, which has no order, too
    group_id = Node.to_global_id("OrderGroup", OrderGroup.objects.get().pk)
    response = staff.post_graphql(READ, {"id": group_id})
    group = get_graphql_content(response)["data"]["orderGroup"]
    [payment] = group["transactions"]
    shares = [order["transactions"][0] for order in group["orders"]]
    assert select_requests(payment) == [asked(35.0)]
    assert [select_requests(share) for share in shares] == [
        [asked(21.0)],
        [asked(14.0)],
    ]
    # and so does the webhook
    [request] = payment_app.requests
    assert select_requests(request.transaction) == [asked(35.0)]


def test_reason_is_kept_as_of_a_request_to_a_single_order(
    charged_group, payment_app, refund, reason, staff
):
    # given
    payment_app.answer = lambda request: succeed(f"refund-{len(payment_app.requests)}")(
        request
    )
    first, second = get_orders()
    given = {"refundReason": "Late", "refundReasonReference": to_id(reason)}

    # when the one order by itself, the other one through the group
    response = staff.post_graphql(
        REQUEST,
        {
            "id": Node.to_global_id("TransactionItem", get_share(first).token),
            "amount": "3.00",
            **given,
        },
    )
    data = refund(
        amount="3.00", orders=[Node.to_global_id("Order", second.pk)], **given
    )

    # then
    [of_request] = get_graphql_content(response)["data"].values()
    assert of_request["errors"] == data["errors"] == []

    def tell(order):
        return (
            list(
                get_share(order)
                .events.filter(type__startswith="refund")
                .order_by("pk")
                .values_list("type", "message", "reason_reference", "amount_value")
            ),
            list(
                order.events.filter(type__startswith="transaction_refund")
                .order_by("pk")
                .values_list(
                    "type", "parameters__amount", "parameters__message", "user"
                )
            ),
        )

    events, history = tell(second)
    assert (events, history) == tell(first)
    assert [row[:3] for row in events] == [
        ("refund_request", "Late", reason.pk),
        ("refund_success", "", None),
    ]
    assert history == [("transaction_refund_requested", "3.00", None, staff.user.pk)]


def test_later_payment_of_one_order_gets_the_reason_too(
    charged_group, payment_app, refund, reason, transaction_item_generator, app_api_client
):  # fmt: skip
    # given
    first, _ = get_orders()
    own = transaction_item_generator(
        order_id=first.pk, app=app_api_client.app, psp_reference="own", charged_value=7
    )
    payment_app.answer = lambda request: succeed(f"refund-{request.amount}")(request)

    # when
    data = refund(refundReason="Late", refundReasonReference=to_id(reason))

    # then
    assert data["errors"] == []
    assert [request.amount for request in payment_app.requests] == [105, 7]
    request = own.events.get(type="refund_request")
    assert (request.message, request.reason_reference) == ("Late", reason)


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("none", {}, ("refundReasonReference", "REQUIRED")),
        ("a text alone", {"refundReason": "Late"}, ("refundReasonReference", "REQUIRED")),
        ("another type", {"refundReasonReference": "other"}, ("refundReasonReference", "INVALID")),
        ("unknown", {"refundReasonReference": Node.to_global_id("Page", 0)}, ("refundReasonReference", "INVALID")),
        ("no page", {"refundReasonReference": Node.to_global_id("Order", 1)}, ("reasonReference", "GRAPHQL_ERROR")),
    ],
)  # fmt: skip
def test_staff_must_refer_to_a_reason_where_the_shop_demands_it(
    _case, given, expected, charged_group, payment_app, refund, reason
):
    # given
    other = Page.objects.create(
        title="Other", slug="other", page_type=PageType.objects.create(slug="other")
    )
    if given.get("refundReasonReference") == "other":
        given = {"refundReasonReference": to_id(other)}
    before = TransactionEvent.objects.count()

    # when
    data = refund(**given)

    # then
    assert [(error["field"], error["code"]) for error in data["errors"]] == [expected]
    assert data["results"] == []
    assert payment_app.requests == []
    assert TransactionEvent.objects.count() == before
    assert get_amounts("charged_value") == [105, [63, 42]]


def test_app_needs_no_reason_and_may_give_one(
    charged_group, payment_app, refund, reason, app_api_client
):
    # given
    payment_app.answer = lambda request: succeed(f"refund-{request.amount}")(request)

    # when
    without = refund(client=app_api_client, amount="5.00")
    data = refund(
        client=app_api_client, amount="10.00", refundReasonReference=to_id(reason)
    )

    # then
    assert without["errors"] == data["errors"] == []
    requests = charged_group.events.filter(type="refund_request").order_by("pk")
    assert [(row.message, row.reason_reference) for row in requests] == [
        (None, None),
        (None, reason),
    ]


def test_reference_where_the_shop_has_no_type_for_it_is_refused(
    charged_group, payment_app, refund, page
):
    # given
    payment_app.answer = succeed("refund-1")

    # when
    refused = refund(refundReasonReference=to_id(page))
    asked = list(payment_app.requests)
    data = refund(refundReason="Late")

    # then
    [error] = refused["errors"]
    assert (error["field"], error["code"]) == ("refundReasonReference", "INVALID")
    assert asked == []
    # and a text is taken all the same
    assert data["errors"] == []
    assert charged_group.events.get(type="refund_request").message == "Late"
    assert get_amounts("refunded_value") == [105, [63, 42]]


def test_refund_of_a_group_does_not_go_round_the_reason_that_staff_must_give(
    paid_group,
    report,
    payment_app,
    operate,
    staff_api_client,
    permission_group_handle_payments,
    site_settings,
    page_type,
):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    site_settings.refund_reason_reference_type = page_type
    site_settings.save(update_fields=["refund_reason_reference_type"])
    permission_group_handle_payments.user_set.add(staff_api_client.user)
    payment_app.answer = succeed("refund-1")

    # when
    data = operate("Refund", client=staff_api_client)

    # then
    [error] = data["errors"]
    assert error["code"] == "REQUIRED"
    assert error["message"].startswith("Reason reference is required")
    assert payment_app.requests == []
    # and apps need none, as in Saleor
    assert get_errors(operate("Refund")) == [[], []]
    assert get_amounts("refunded_value") == [105, [63, 42]]
