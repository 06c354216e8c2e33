"""ORDER_GROUP_CREATED: its event type, payload and sending."""
