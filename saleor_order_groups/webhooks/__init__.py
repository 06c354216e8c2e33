"""ORDER_GROUP_CREATED: its event type, its payload, and how it is sent."""
