"""What the examples ask of Saleor's API.

The app needs HANDLE_PAYMENTS, and MANAGE_PRODUCTS to read the sellers' private metadata.
"""

from decimal import Decimal

from .web import RequestError, send

SELLER = """
    fragment Payee on Seller { slug payoutReference privateMetadata { key value } }
"""
READ = (
    SELLER
    + """
    query Read($id: ID!) {
      transaction(id: $id) {
        pspReference
        events {
          id type pspReference createdAt
          shares { id order { id number } seller { ...Payee } amount { amount currency } }
        }
      }
    }
"""
)
REPORT = """
    mutation Report(
      $id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal!
      $reference: String!
    ) {
      transactionEventReport(
        id: $id, type: $type, amount: $amount, pspReference: $reference
      ) {
        alreadyProcessed
        errors { field message code }
      }
    }
"""


class Saleor:
    """Saleor's API with the token of the app."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def execute(self, query: str, **variables: object) -> dict:
        body = {"query": query, "variables": variables}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = send("POST", self.url, body, headers)
        if "errors" in answer:
            raise RequestError(answer["errors"])
        return answer["data"]

    def read(self, transaction_id: str) -> dict:
        """Return a transaction as it is now: its events and their shares."""
        return self.execute(READ, id=transaction_id)["transaction"]

    def report(
        self, transaction_id: str, event_type: str, amount: Decimal, reference: str
    ) -> None:
        """Report an event; a second report of it changes nothing."""
        data = self.execute(
            REPORT,
            id=transaction_id,
            type=event_type,
            amount=str(amount),
            reference=reference,
        )["transactionEventReport"]
        if data["errors"]:
            raise RequestError(data["errors"])
