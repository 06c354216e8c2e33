"""Carts that a legacy payment pays for, and its parts."""

from saleor.payment.models import Payment

CART = [("beta", "40.00"), ("alpha", "60.00"), ("gamma", "0.00")]

ORDER = """
    fragment OrderDetails on Order {
      status
      isPaid
      paymentStatus
      chargeStatus
      authorizeStatus
      canFinalize
      total { gross { amount } }
      totalCaptured { amount }
      totalCharged { amount }
      totalBalance { amount }
      totalRefunded { amount }
      fulfillments { status totalRefundedAmount { amount } }
      events { type amount }
      payments {
        isActive
        chargeStatus
        total { amount }
        capturedAmount { amount }
        availableCaptureAmount { amount }
        availableRefundAmount { amount }
        transactions { kind isSuccess error amount { amount } }
      }
    }
"""
# Each takes the order's ID; `errors` are named as Saleor names them.
OPERATIONS = {
    "capture": """orderCapture(id: $id, amount: $amount) {
        order { ...OrderDetails } errors { field message code } }""",
    "void": """orderVoid(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "refund": """orderRefund(id: $id, amount: $amount) {
        order { ...OrderDetails } errors { field message code } }""",
    "mark_as_paid": """orderMarkAsPaid(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "cancel": """orderCancel(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "confirm": """orderConfirm(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "fulfill": """orderFulfill(order: $id, input: {lines: [
          {orderLineId: $line, stocks: [{warehouse: $warehouse, quantity: $quantity}]}
        ]}) { order { ...OrderDetails } errors { field message code } }""",
    "refund_products": """orderFulfillmentRefundProducts(order: $id, input: {
          orderLines: [{orderLineId: $line, quantity: $quantity}]
          includeShippingCosts: true
        }) { order { ...OrderDetails } errors { field message code } }""",
    "return_products": """orderFulfillmentReturnProducts(order: $id, input: {
          fulfillmentLines: [{fulfillmentLineId: $fulfillmentLine, quantity: $quantity}]
          refund: true, includeShippingCosts: true
        }) { order { ...OrderDetails } errors { field message code } }""",
    "payment_capture": """paymentCapture(paymentId: $payment, amount: $amount) {
        errors { field message code } }""",
    "payment_refund": """paymentRefund(paymentId: $payment, amount: $amount) {
        errors { field message code } }""",
    "payment_void": """paymentVoid(paymentId: $payment) {
        errors { field message code } }""",
}
TYPES = {
    "id": "ID!",
    "amount": "PositiveDecimal!",
    "line": "ID!",
    "fulfillmentLine": "ID!",
    "warehouse": "ID!",
    "quantity": "Int!",
    "payment": "ID!",
}


def get_parts(orders):
    """Return for each order its part's status, total, capture, and whether it is active."""
    parts = [Payment.objects.get(order=order) for order in orders]
    return [
        (part.charge_status, part.total, part.captured_amount, part.is_active)
        for part in parts
    ]
