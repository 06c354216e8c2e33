"""The mutations of a checkout that several tests call."""

CHECKOUT_COMPLETE = """
    mutation Complete($id: ID!, $redirectUrl: String, $paymentData: JSONString) {
      checkoutComplete(id: $id, redirectUrl: $redirectUrl, paymentData: $paymentData) {
        order { id number }
        orderGroup {
          id
          orders { id seller { slug } }
        }
        confirmationNeeded
        errors { field message code lines variants }
      }
    }
"""

ORDER_CREATE_FROM_CHECKOUT = """
    mutation Create(
      $id: ID!, $removeCheckout: Boolean
      $metadata: [MetadataInput!], $privateMetadata: [MetadataInput!]
    ) {
      orderCreateFromCheckout(
        id: $id, removeCheckout: $removeCheckout
        metadata: $metadata, privateMetadata: $privateMetadata
      ) {
        order { id }
        orderGroup { id orders { id } }
        errors { field message code }
      }
    }
"""

LINES_UPDATE = """
    mutation Update($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {
      checkoutLinesUpdate(id: $id, lines: $lines) {
        errors { field message code }
      }
    }
"""
