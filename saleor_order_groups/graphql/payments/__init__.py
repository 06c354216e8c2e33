"""Who has how much of a payment: fields of Saleor's transactions and their events."""
