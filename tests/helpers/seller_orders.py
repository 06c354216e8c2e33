"""What sellers ask and do, as GraphQL."""

SELLER_ORDER = """
    fragment Taxed on TaxedMoney { net { amount } gross { amount } currency }
    fragment Address on SellerOrderAddress {
      firstName lastName companyName streetAddress1 streetAddress2 city cityArea
      postalCode countryArea countryCode phone
    }
    fragment SellerOrder on SellerOrder {
      id number seller { id slug name } externalReference channelSlug createdAt updatedAt
      status chargeStatus authorizeStatus languageCode
      lines {
        id productId variantId productName variantName productSku thumbnailUrl(size: 64)
        isShippingRequired quantity quantityFulfilled quantityToFulfill
        unitPrice { ...Taxed } undiscountedUnitPrice { ...Taxed } totalPrice { ...Taxed }
        taxRate warehouses { id name quantityAllocated } metadata { key value }
      }
      fulfillments {
        id number status trackingNumber createdAt
        lines { lineId quantity warehouseName }
      }
      refunds {
        id amount { amount currency } status reason createdAt
        lines { lineId quantity } includesShipping
      }
      subtotal { ...Taxed } shippingPrice { ...Taxed } undiscountedTotal { ...Taxed }
      total { ...Taxed } totalCharged { amount } totalRefunded { amount }
      refundable { amount }
      deliveryMethodName collectionPointName
      shippingAddress { ...Address } billingAddress { ...Address }
      userEmail customerNote availableActions
    }
"""

ACCESS = """
    { sellerAccess {
      seller { id slug name } isActive rights customerData { channelSlug data }
    } }
"""
ORDERS = (
    SELLER_ORDER
    + """
    query Orders(
      $sellerId: ID, $where: SellerOrderWhereInput, $sortBy: SellerOrderSortingInput
      $search: String, $first: Int, $last: Int, $after: String, $before: String
    ) {
      sellerOrders(
        sellerId: $sellerId, where: $where, sortBy: $sortBy, search: $search
        first: $first, last: $last, after: $after, before: $before
      ) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { ...SellerOrder } }
      }
    }
"""
)
ORDER = (
    SELLER_ORDER
    + """
    query Order($id: ID, $number: String, $reference: SellerReferenceInput) {
      sellerOrder(id: $id, number: $number, externalReference: $reference) {
        ...SellerOrder
      }
    }
"""
)


def _act(declared: str, field: str, arguments: str) -> str:
    """Return a mutation that answers with the whole order and all errors."""
    return (
        f"{SELLER_ORDER} mutation Act({declared}) {{ {field}({arguments}) {{"
        " sellerOrder { ...SellerOrder } errors { field message code lineId }"
        " } }"
    )


CONFIRM = _act(
    "$id: ID!, $key: String", "sellerOrderConfirm", "id: $id, idempotencyKey: $key"
)
CANCEL = _act(
    "$id: ID!, $reason: String, $key: String",
    "sellerOrderCancel",
    "id: $id, reason: $reason, idempotencyKey: $key",
)
FULFILL = _act(
    "$id: ID!, $input: SellerOrderFulfillInput!, $key: String",
    "sellerOrderFulfill",
    "id: $id, input: $input, idempotencyKey: $key",
)
TRACK = _act(
    "$id: ID!, $number: String!, $notify: Boolean",
    "sellerFulfillmentUpdateTracking",
    "id: $id, trackingNumber: $number, notifyCustomer: $notify",
)
CANCEL_FULFILLMENT = _act(
    "$id: ID!, $key: String", "sellerFulfillmentCancel", "id: $id, idempotencyKey: $key"
)
REFUND = _act(
    "$id: ID!, $input: SellerOrderRefundInput!, $key: String",
    "sellerOrderRefund",
    "id: $id, input: $input, idempotencyKey: $key",
)
SET_REFERENCE = _act(
    "$id: ID!, $reference: String",
    "sellerOrderSetReference",
    "id: $id, externalReference: $reference",
)
