"""Everything of a group, as a fragment."""

GROUP = """
fragment Group on OrderGroup {
  id number externalReference createdAt updatedAt canceledAt userEmail checkoutId sellerCount
  status chargeStatus authorizeStatus fulfillmentStatus
  user { id email }
  channel { id slug }
  sellers { id slug }
  shippingAddress { city }
  billingAddress { city }
  total { gross { amount } }
  subtotal { gross { amount } }
  placedTotal { gross { amount } }
  totalDiscount { amount }
  totalTax { amount }
  totalRefunded { amount }
  totalBalance { amount }
  taxes { rate gross { amount } }
  discounts {
    type reason createdAt startDate valueType value
    amount { amount } shares { order { id } amount { amount } }
  }
  giftCards { id }
  transactions { id chargedAmount { amount } events { id } order { id } }
  lines(first: 100) { totalCount edges { node { id productName order { id } seller { id } } } }
  orders {
    id number seller { id } orderGroup { id }
    total { gross { amount } }
    lines { id discounts { id } }
    transactions { id }
  }
  privateMetadata { key }
}
"""
